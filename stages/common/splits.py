"""The names of the splits, in the order in which they are listed."""

from __future__ import annotations

SPLITS = ("train", "val", "test")
