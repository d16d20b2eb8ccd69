"""Full benchmarks, fetched when asked for by ``tinydatasets fetch`` and never otherwise."""

from __future__ import annotations


class FetchError(Exception):
    """What keeps a benchmark from being fetched; the message is all that a user needs to read."""
