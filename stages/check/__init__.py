"""``params.yaml``: its model, how it is read, how it is validated, and the gate of the pipeline."""
