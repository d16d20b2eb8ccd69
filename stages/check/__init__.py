"""``params.yaml``: its model, how it is read, its rules, and the gate that checks all of it first."""
