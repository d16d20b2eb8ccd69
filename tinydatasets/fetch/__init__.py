"""Full benchmarks, fetched when asked for by ``tinydatasets fetch`` and never otherwise."""


class FetchError(Exception):
    """What keeps a benchmark from being fetched; the message is all that a user needs to read."""
