"""``params.yaml``: its model, how stages read their entries, and how all of it is validated."""
