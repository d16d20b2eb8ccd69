"""What the commands of ``tinydatasets`` do, and what they print."""

from __future__ import annotations

import errno
import hashlib
import re
import shlex
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path

import numpy as np

from tinydatasets import loading
from tinydatasets.export import splits_of, write
from tinydatasets.fetch import FetchError
from tinydatasets.fetch.benchmarks import BENCHMARKS, Benchmark
from tinydatasets.home import home
from tinydatasets.types import Dataset, FormatError, Text, listed_sums, restore

# The speed for which the time of a download is stated, in bits per second.
_USUAL_LINE = 50e6
_AGAIN = "The same command goes on from what is there."


def overview() -> str:
    """Return what there is, and which commands say more."""
    return f"""\
{listing()}

`tinydatasets info NAME` says how to load one. Other commands: path, verify, export, fetch;
`tinydatasets --help` explains them."""


def listing() -> str:
    """Return a table of the datasets and texts that are here, and of benchmarks to fetch."""
    lines = [("name", "samples", "each", "licence", "")]
    for name in sorted({*loading.names(), *BENCHMARKS}):
        try:
            lines.append((name, *_outline(name)))
        except (OSError, ValueError):
            lines.append((name, "", "", "", f"damaged: see `tinydatasets verify {name}`"))
    return _table(lines)


def _outline(name: str) -> tuple[str, str, str, str]:
    """Return samples of each split, what each is, licence and a note, of a dataset or a text."""
    if name in BENCHMARKS:
        counts, image = [BENCHMARKS[name].train, BENCHMARKS[name].test], BENCHMARKS[name].image
        note = "" if name in loading.names() else f"not here: see `tinydatasets fetch {name}`"
        return _sum(counts), f"{_sides(image)} uint8", BENCHMARKS[name].licence, note
    data = _load(name)
    splits = splits_of(data)
    if isinstance(data, Text):
        counts, each = [len(pairs) for pairs in splits.values()], "question and answer"
    else:
        counts, images = [len(split.labels) for split in splits.values()], data.train.images
        each = f"{_sides(images.shape[1:])} {images.dtype}"
    return _sum(counts), each, _licence(name), ""


def _licence(name: str) -> str:
    card = loading.path(name) / "README.md"
    text = card.read_text("utf-8") if card.is_file() else ""
    found = re.search("(?m)^license(?:_name)?: (?!other$)(.+)$", text)
    return found[1] if found else "none named"


def _sum(counts: Iterable[int]) -> str:
    return " + ".join(map(str, counts))


def _sides(shape: Iterable[int]) -> str:
    return " x ".join(map(str, shape))


def info(name: str) -> str:
    """Return what loading a dataset or a text returns, what is in it, and where its files are."""
    folder, data = loading.path(name), _load(name)
    splits = splits_of(data)
    if isinstance(data, Text):
        function, kind = "load_text", "level"
        counts = [Counter(pair.level for pair in pairs) for pairs in splits.values()]
        kinds = {level: str(level) for level in sorted({*counts[0]}.union(*counts))}
    else:
        function, kind, kinds = "load", "class", dict(enumerate(data.classes))
        counts = [Counter(split.labels.tolist()) for split in splits.values()]
    rows = [(word, *(str(count[key]) for count in counts)) for key, word in kinds.items()]
    files = [(path.name, f"{path.stat().st_size:,} bytes") for path in sorted(folder.iterdir())]
    licence = BENCHMARKS[name].terms if name in BENCHMARKS else _licence(name)
    return f"""\
tinydatasets.{function}({name!r}) returns a {data!r}

licence: {licence}

{_table([(kind, *splits), *rows])}

{folder}
{_table(files)}"""


def verify(name: str | None = None) -> str:
    """Return that the files of a dataset, or of all, are those that its sums are of.

    It raises a ValueError that names each one that differs, is gone or is not listed.
    """
    names = [name] if name else loading.names()
    wrong = {name: [*_differences(name, loading.path(name))] for name in names}
    lines = [line for name in names for line in wrong[name] or [f"{name}: all files are right"]]
    if any(wrong.values()):
        raise ValueError("\n".join(lines))
    return "\n".join(lines)


def _differences(name: str, folder: Path) -> Iterator[str]:
    """Yield a line for each file of a folder that is not as it should be."""
    if name in BENCHMARKS:
        try:
            published = BENCHMARKS[name].read_files(folder)
            if not all(map(np.array_equal, chain(*published), chain(*loading.load(name)))):
                yield f"{folder}: the arrays are not those of the published files"
        except (FetchError, FormatError) as error:
            yield str(error)
        return
    sums = listed_sums(folder)
    if not sums:
        yield f"{folder / 'SHA256SUMS'} is missing or empty. {restore(folder / 'SHA256SUMS')}"
    # What `load` takes must be listed; papers may be written anew.
    taken = (
        path.name for kind in ("*.pkl", "*.jsonl", "classes.json") for path in folder.glob(kind)
    )
    for file in sorted({*sums, *taken}):
        path = folder / file
        if not path.is_file():
            yield f"{path} is missing. {restore(path)}"
        elif file not in sums:
            yield f"{path} is not listed in SHA256SUMS"
        elif (found := hashlib.sha256(path.read_bytes()).hexdigest()) != sums[file]:
            expected = f"expected sha256 {sums[file]:.8}..., found {found:.8}..."
            yield f"{path} differs: {expected}. {restore(path)}"


def export(name: str, kind: str, folder: Path) -> str:
    """Write a dataset or a text to a folder in another format, and return what was written."""
    count = write(_load(name), name, kind, loading.path(name), folder)
    return f"{folder}: {count} files of {name}"


def fetch(name: str, *, download: bool, source: Path | None, mirror: str | None) -> str:
    """Download a benchmark or take its files from `source`, or say what that takes.

    It returns what to tell the user, and raises a FetchError if a benchmark can't be fetched.
    """
    if name not in BENCHMARKS:
        there = f"{name} is in {loading.path(name)}: it ships with the package."
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


def _load(name: str) -> Dataset | Text:
    folder = loading.path(name)
    is_text = any(folder.glob("*.jsonl"))
    return loading.load_text(name) if is_text else loading.load(name)


def _table(lines: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*lines)]
    return "\n".join(
        "  ".join(f"{cell:{width}}" for cell, width in zip(line, widths)).rstrip() for line in lines
    )
