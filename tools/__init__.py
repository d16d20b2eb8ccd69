"""What helps with the repository and is no stage: each is a command, ``python -m tools.NAME``."""
