"""Maintenance commands that are not stages: ``python -m tools.NAME``."""

import stages  # noqa: F401 - Ctrl-C ends these with one line too
