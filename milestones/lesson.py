"""What the programs of this folder share: their options, a line of progress, the closing table."""

from __future__ import annotations

import argparse
import inspect
import json
import math
import os
import sys
from contextlib import contextmanager, suppress
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stages.common.intervals import wilson_interval

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

METRICS = Path(__file__).parent.parent / "metrics" / "milestones.json"
HEAD = f"{'':36}{'here':>12}   expected"


def run(program: Callable[..., dict[str, float]]) -> None:
    """Run a program with the options of the command line, and print its closing table.

    Its keyword-only parameters, each with a default, are the options. It returns figures by name.
    """
    module = sys.modules[program.__module__]
    name = Path(module.__file__ or "").stem
    parser = argparse.ArgumentParser(
        prog=f"python -m milestones.{name}",
        description=module.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    usual = inspect.getfullargspec(program).kwonlydefaults or {}
    for option, default in usual.items():
        read = _seed if option == "seed" else _number(type(default))
        how: dict[str, Any] = {"type": read, "metavar": "N", "help": f"{default} by default"}
        if default is None:
            how = {"type": _picture, "metavar": "FILE", "help": "draw one picture"}
        elif default is False:
            how = {"action": "store_true"}
        parser.add_argument(f"--{option.replace('_', '-')}", default=default, **how)
    options = vars(parser.parse_args())
    print(f"{(module.__doc__ or '').splitlines()[0]}\n")
    try:
        figures = program(**options)
    except KeyboardInterrupt:
        print("\nstopped")
        sys.exit(130)
    # What is expected holds for the usual options, with any seed.
    changed = {option for option in usual if options[option] != usual[option]} - {"seed", "plot"}
    print(f"\n{HEAD}", *rows(figures, "" if changed else name), sep="\n")
    if changed:
        print("(nothing is expected of other options)")


def _number(convert: type) -> Callable[[str], Any]:
    """Return what reads a number above 0."""

    def read(text: str) -> Any:
        number = convert(text)
        if not (math.isfinite(number) and number > 0):
            raise argparse.ArgumentTypeError(f"expected a number above 0, found {text}")
        return number

    read.__name__ = "whole number" if convert is int else "number"
    return read


def _seed(text: str) -> int:
    """Read what NumPy takes as a seed."""
    if not text.isdecimal() or int(text) >= 2**31:
        raise argparse.ArgumentTypeError(f"expected a whole number below 2**31, found {text}")
    return int(text)


def _picture(text: str) -> Path:
    """Check that a picture can be drawn and written, before anything is computed for it."""
    path = Path(text)
    fault = ""
    if not find_spec("matplotlib"):
        fault = "this needs matplotlib; install it with `pip install matplotlib`"
    elif path.suffix.lower() not in {".pdf", ".png", ".svg"}:
        fault = f"{text}: expected a name that ends in .png, .svg or .pdf"
    elif not path.parent.is_dir():
        fault = f"{text}: there is no folder {path.parent}"
    elif path.is_dir() or not os.access(path.parent, os.W_OK):
        fault = f"{text}: no file can be written there"
    if fault:
        raise argparse.ArgumentTypeError(fault)
    return path


def progress(epoch: int, epochs: int, loss: float, accuracy: float, enough: float = 0.8) -> None:
    """Show how far training is: on a terminal in a line that changes, elsewhere the last epoch.

    After the last, say so where less than `enough` of the training data is right.
    """
    bar = f"{'#' * (20 * epoch // epochs):.<20}"
    line = f"epoch {epoch:>{len(str(epochs))}} of {epochs} [{bar}] loss {loss:.3f}, "
    line += f"accuracy {accuracy:.1%}"
    if sys.stdout.isatty():
        # The spaces cover what is left of a line that was longer.
        print(f"{line}  ", end="\n" if epoch == epochs else "\r", flush=True)
    elif epoch == epochs:
        print(line)
    if epoch == epochs and accuracy < enough:
        print(f"not converged: only {accuracy:.1%} of the training data is right")


def score(part: str, accuracy: float, rows: int) -> float:
    """Return an accuracy, and show it with its 95% interval (Wilson): that on so many images."""
    low, high = wilson_interval(round(accuracy * rows), rows)
    print(f"{part}: {accuracy:.1%} of {rows:,} images, 95% interval {low:.1%} to {high:.1%}")
    return accuracy


def rows(figures: dict[str, float], program: str = "") -> list[str]:
    r"""Return the lines of a table, under `HEAD`: figures beside those published of a program.

    Examples
    --------
    >>> print(HEAD)
                                                here   expected
    >>> print(*rows({"accuracy, chosen": 0.5, "steps": 1200}, "forward_pass"), sep="\n")
    accuracy, chosen                           50.0%   100.0% ± 0.0%
    steps                                      1,200   -
    """
    published = json.loads(METRICS.read_text(encoding="utf-8")) if METRICS.is_file() else {}
    lines = []
    for name, value in figures.items():
        found = published.get(program, {}).get(name, {})
        usual = " ± ".join(_show(name, found[key]) for key in ("mean", "sd") if found)
        lines.append(f"{name:36}{_show(name, value):>12}   {usual or '-'}")
    return lines


def _show(name: str, value: float) -> str:
    """Show a count as it is, a loss or a time with decimals; accuracy and attention in percent."""
    if isinstance(value, int):
        return f"{value:,}"
    is_fraction = "accuracy" in name or "attention" in name
    return f"{value:.1%}" if is_fraction else f"{value:.2f}"


def chat(invitation: str, reply: Callable[[str], str]) -> None:
    """Reply to what a person types, up to an empty line; do nothing where nobody can type."""
    if not sys.stdin.isatty():
        return
    # Where there is readline, `input` has a history and cursor keys.
    with suppress(ModuleNotFoundError):
        import_module("readline")
    print(f"\n{invitation}\nAn empty line ends this.")
    try:
        while text := input("> ").strip():
            print(reply(text))
    except (EOFError, KeyboardInterrupt):
        print()


@contextmanager
def picture(path: Path, width: float = 5, height: float = 4) -> Iterator[Any]:
    """Lend matplotlib's pyplot to draw one picture of so many inches, and write that."""
    # Imported here: a program without --plot does not need it.
    from matplotlib import pyplot as plt  # noqa: PLC0415

    plt.switch_backend("agg")
    # The same drawing gives the same file, with text that can be searched.
    plt.rcParams.update({"svg.hashsalt": "tinydatasets", "svg.fonttype": "none"})
    plt.figure(figsize=(width, height), layout="tight")
    yield plt
    plt.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)
    plt.close()
    print(f"picture: {path}")
