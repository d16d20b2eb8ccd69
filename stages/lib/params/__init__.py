"""The parameters: their model, their checks, their messages."""
