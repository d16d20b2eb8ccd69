"""What ``tinydatasets fetch`` does."""

from __future__ import annotations

import errno
import shlex
from collections.abc import Sequence
from pathlib import Path

from tinydatasets.fetch import FetchError
from tinydatasets.fetch.benchmarks import BENCHMARKS, Benchmark
from tinydatasets.home import home
from tinydatasets.loading import path

# The speed for which the time of a download is stated, in bits per second.
_USUAL_LINE = 50e6
_AGAIN = "The same command goes on from what is there."


def fetch(name: str, *, download: bool, source: Path | None, mirror: str | None) -> str:
    """Download a benchmark or take its files from `source`, or say what that takes.

    It returns what to tell the user, and raises a FetchError if a benchmark can't be fetched.
    """
    if name not in BENCHMARKS:
        there = f"{name} is in {path(name)}: it ships with the package."
        return f"{there} `tinydatasets info {name}` says how to load it."
    benchmark = BENCHMARKS[name]
    folder = home() / name
    mirrors = (mirror,) if mirror else benchmark.mirrors
    if not source and not download:
        return _plan(benchmark, mirrors, folder)
    try:
        if source:
            benchmark.copy_files(source, folder)
        else:
            from tinydatasets.fetch.download import download as run  # noqa: PLC0415 - an extra

            run(benchmark, mirrors, folder)
        benchmark.write_arrays(folder)
    except ModuleNotFoundError as error:
        message = f"Downloading needs {error.name}, which is not installed"
        raise FetchError(f"{message}: pip install pooch requests tqdm") from None
    except OSError as error:
        full = " Make room on the disk." if error.errno == errno.ENOSPC else ""
        message = f"{error.filename or folder}: {error.strerror or error}.{full} {_AGAIN}"
        raise FetchError(message) from None
    except KeyboardInterrupt:
        raise KeyboardInterrupt(_AGAIN) from None
    return f"{name} is in {folder}. `tinydatasets.load({name!r})` loads it."


def _plan(benchmark: Benchmark, mirrors: Sequence[str], folder: Path) -> str:
    """Return what fetching a benchmark takes, and the command that does it."""
    size = benchmark.download_size
    command = ["tinydatasets", "fetch", benchmark.name, "--download"]
    if mirrors != benchmark.mirrors:
        command += ["--mirror", *mirrors]
    return f"""\
{benchmark.name}: {benchmark.title}
  rows      {benchmark.train:,} for training, {benchmark.test:,} for testing
  download  {size / 1e6:.1f} MB, about {8 * size / _USUAL_LINE:.0f} s at 50 Mbit/s
  files     {", ".join(file.name for file in benchmark.files)}
  from      {", else ".join(mirrors)}
  to        {folder}, where it takes {(size + benchmark.unpacked_size) / 1e6:.0f} MB
  terms     {benchmark.terms}
Nothing was fetched. This fetches it:
  {shlex.join(command)}"""
