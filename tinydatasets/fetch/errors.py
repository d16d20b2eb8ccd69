"""The one way in which fetching stops."""

from __future__ import annotations


class FetchError(Exception):
    """What keeps a benchmark from being fetched; the message is all that a user needs to read."""
