"""What the validators of others say, each run in an environment of its own: ``make validate``."""
