"""Measure the figures of docs/benchmarks.md and docs/baselines.md."""

import stages  # noqa: F401 - Ctrl-C ends these with one line too
