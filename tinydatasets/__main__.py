"""Tiny, curated, real datasets for teaching: what is here, where it is, and in other formats."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

try:
    from tinydatasets import __version__, commands
    from tinydatasets.export import FORMATS
    from tinydatasets.fetch import FetchError
    from tinydatasets.fetch.benchmarks import BENCHMARKS
    from tinydatasets.loading import names, path
except ModuleNotFoundError as missing:
    if missing.name != "numpy":
        raise
    sys.exit("tinydatasets needs NumPy: python -m pip install numpy")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command with `arguments`, by default those that this process was started with.

    Raises
    ------
    SystemExit
        With one message and status 1 if what it is asked for can't be done, 2 if the arguments are
        wrong, 130 if a user stops it.
    """
    try:
        try:
            print(_run(arguments))
        finally:
            # Here, not when the interpreter ends, so that a reader that is gone is noticed.
            print(end="", flush=True)
    except KeyboardInterrupt as stopped:
        print(f"\nStopped. {stopped}".rstrip(), file=sys.stderr)
        sys.exit(130)
    except OSError as error:
        # As Python's documentation of SIGPIPE has it: the interpreter flushes once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1 if isinstance(error, BrokenPipeError) else f"standard output: {error.strerror}")


def _run(arguments: Sequence[str] | None) -> str:
    """Return what to print; exit with one message if something is wrong."""
    parser = _parser()
    options = vars(parser.parse_args(arguments))
    if options.get("source") and options.get("mirror"):
        parser.error("argument --mirror: not allowed with argument --from")
    run: Callable[..., str] = options.pop("run")
    try:
        return run(**options)
    except OSError as error:
        sys.exit(f"{error.filename}: {error.strerror}" if error.filename else str(error))
    except (FetchError, ModuleNotFoundError, ValueError) as error:
        sys.exit(str(error))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tinydatasets", description=__doc__)
    parser.add_argument("--version", action="version", version=f"tinydatasets {__version__}")
    parser.set_defaults(run=commands.overview)
    added = parser.add_subparsers(metavar="command")

    def add(name: str, run: Callable[..., str], words: str) -> argparse.ArgumentParser:
        command = added.add_parser(name, help=words, description=f"{words[0].upper()}{words[1:]}.")
        command.set_defaults(run=run)
        return command

    add("list", commands.listing, "list the datasets and texts that are here")
    one = add("info", commands.info, "say what is in a dataset or a text, and how to load it")
    one.add_argument("name", metavar="NAME")
    one = add("path", lambda name: str(path(name)), "print the folder of a dataset or a text")
    one.add_argument("name", metavar="NAME")
    one = add("verify", commands.verify, "compare files with the sums that SHA256SUMS lists")
    one.add_argument("name", metavar="NAME", nargs="?", help="which one; by default all")
    one = add("export", commands.export, "write a dataset or a text in another format")
    one.add_argument("name", metavar="NAME")
    one.add_argument("--to", dest="kind", choices=FORMATS, required=True, help="which format")
    one.add_argument("folder", metavar="FOLDER", type=Path, help="one that is empty, or new")
    one = add("fetch", commands.fetch, "fetch a full benchmark, or say what that takes")
    one.add_argument(
        "name",
        choices=sorted({*BENCHMARKS, *names()}),
        metavar="NAME",
        help=" or ".join(BENCHMARKS),
    )
    way = one.add_mutually_exclusive_group()
    way.add_argument("--download", action="store_true", help="download it")
    way.add_argument(
        "--from",
        dest="source",
        metavar="PATH",
        type=Path,
        help="take the published file that you have, or the folder with the published files",
    )
    one.add_argument(
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


if __name__ == "__main__":
    main()
