"""The command ``tinydatasets``, also ``python -m tinydatasets``."""

from __future__ import annotations

import argparse
import errno
import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tinydatasets import __version__
from tinydatasets.fetch import FetchError
from tinydatasets.fetch.benchmarks import BENCHMARKS
from tinydatasets.home import home

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tinydatasets.fetch.benchmarks import Benchmark

# The speed for which the time of a download is stated, in bits per second.
_USUAL_LINE = 50e6
_AGAIN = "The same command goes on from what is there."


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command with `arguments`, by default those that this process was started with.

    Raises
    ------
    SystemExit
        With one message and status 1 if a benchmark can't be fetched, 2 if the arguments are
        wrong, 130 if a user stops it.
    """
    try:
        try:
            _run(arguments)
        finally:
            # Here, not when the interpreter ends, so that a reader that is gone is noticed.
            print(end="", flush=True)
    except KeyboardInterrupt:
        print(f"\nStopped. {_AGAIN}", file=sys.stderr)
        sys.exit(130)
    except OSError as error:
        # As Python's documentation of SIGPIPE has it: the interpreter flushes once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1 if isinstance(error, BrokenPipeError) else f"standard output: {error.strerror}")


def _run(arguments: Sequence[str] | None) -> None:
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.source and options.mirror:
        parser.error("argument --mirror: not allowed with argument --from")
    benchmark = BENCHMARKS[options.name]
    folder = home() / benchmark.name
    mirrors = (options.mirror,) if options.mirror else benchmark.mirrors
    if not options.source and not options.download:
        print(_plan(benchmark, mirrors, folder))
        return
    try:
        if options.source:
            benchmark.copy_files(options.source, folder)
        else:
            _download(benchmark, mirrors, folder)
        benchmark.write_arrays(folder)
    except FetchError as error:
        sys.exit(str(error))
    except OSError as error:
        full = " Make room on the disk." if error.errno == errno.ENOSPC else ""
        sys.exit(f"{error.filename or folder}: {error.strerror or error}.{full} {_AGAIN}")
    print(f"{benchmark.name} is in {folder}. `tinydatasets.load({benchmark.name!r})` loads it.")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tinydatasets", description=__doc__)
    parser.add_argument("--version", action="version", version=f"tinydatasets {__version__}")
    commands = parser.add_subparsers(required=True, metavar="command")
    fetch = commands.add_parser(
        "fetch",
        help="fetch a full benchmark, or say what that takes",
        description="Say what fetching a benchmark takes; with --download or --from, fetch it.",
    )
    fetch.add_argument("name", choices=sorted(BENCHMARKS), help="which benchmark")
    way = fetch.add_mutually_exclusive_group()
    way.add_argument("--download", action="store_true", help="download it")
    way.add_argument(
        "--from",
        dest="source",
        metavar="PATH",
        type=Path,
        help="take the published file that you have, or the folder with the published files",
    )
    fetch.add_argument(
        "--mirror",
        metavar="URL",
        type=_address,
        help="the address of a folder that has the files, in place of the usual ones",
    )
    return parser


def _address(text: str) -> str:
    """Return the address of a mirror with the slash to which names of files are appended."""
    if not text.startswith(("http://", "https://")):
        raise argparse.ArgumentTypeError(f"expected http://... or https://..., found {text!r}")
    return text if text.endswith("/") else f"{text}/"


def _download(benchmark: Benchmark, mirrors: Sequence[str], folder: Path) -> None:
    """Download, if what that needs is installed."""
    try:
        from tinydatasets.fetch.download import download  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        message = f"Downloading needs {error.name}, which is not installed"
        raise FetchError(f"{message}: pip install pooch requests tqdm") from None
    download(benchmark, mirrors, folder)


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


if __name__ == "__main__":
    main()
