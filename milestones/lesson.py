"""What the programs of this folder share: their options, a line of progress, the closing table."""

from __future__ import annotations

import argparse
import inspect
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

METRICS = Path(__file__).parent.parent / "metrics" / "milestones.json"
BAR = 20


def run(program: Callable[..., dict[str, float]]) -> None:
    """Run a program with the options of the command line, and print its closing table.

    Parameters
    ----------
    program : callable
        Its keyword-only parameters, each with a default, become options. It gives what came out,
        by what it is; a fraction is shown in percent.
    """
    module = sys.modules[program.__module__]
    parser = argparse.ArgumentParser(
        description=module.__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name, parameter in inspect.signature(program).parameters.items():
        convert = Path if parameter.default is None else type(parameter.default)
        flag = {"action": "store_true"} if convert is bool else {"type": convert}
        parser.add_argument(
            f"--{name.replace('_', '-')}",
            default=parameter.default,
            **flag,
        )
    options = vars(parser.parse_args())
    print(f"{(module.__doc__ or '').splitlines()[0]}\n")
    found = program(**options)
    print(table(found, expected(Path(module.__file__ or "").stem)))


def progress(epoch: int, epochs: int, loss: float, accuracy: float) -> None:
    """Show how far training is: a bar, the loss, and the accuracy on the training data.

    On a terminal, one line that changes; elsewhere, the last epoch alone.
    """
    done = BAR * epoch // epochs
    line = (
        f"epoch {epoch:>{len(str(epochs))}} of {epochs} [{'#' * done}{'.' * (BAR - done)}] "
        f"loss {loss:.3f}, accuracy {accuracy:.1%}"
    )
    if epoch == epochs:
        print(line)
    elif sys.stdout.isatty():
        print(line, end="\r", flush=True)


def expected(name: str) -> dict[str, Any]:
    """Give the published figures of a program: for each its mean and standard deviation."""
    if not METRICS.is_file():
        return {}
    published: dict[str, Any] = json.loads(METRICS.read_text(encoding="utf-8"))
    return dict(published.get(name, {}))


def table(found: Mapping[str, float], published: Mapping[str, Any]) -> str:
    """Give a table of what came out beside what is expected.

    Parameters
    ----------
    found : mapping of str to float
        What came out, by what it is.
    published : mapping of str to mapping
        The ``"mean"`` and the ``"sd"`` of each over several seeds, as far as there are any.

    Returns
    -------
    str
        A line for each.

    Examples
    --------
    >>> print(table({"accuracy": 0.5, "steps": 12}, {"accuracy": {"mean": 0.48, "sd": 0.03}}))
    <BLANKLINE>
                                    here   expected
    accuracy                       50.0%   48.0% ± 3.0%
    steps                             12   -
    """
    lines = ["", f"{'':24}{'here':>12}   expected"]
    for name, value in found.items():
        figures = published.get(name)
        usual = "-"
        if figures:
            usual = f"{_show(name, figures['mean'])} ± {_show(name, figures['sd'])}"
        lines.append(f"{name:24}{_show(name, value):>12}   {usual}")
    return "\n".join(lines)


def _show(name: str, value: float) -> str:
    """Show a count as it is, a loss or a time with decimals, and an accuracy in percent."""
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:.1%}" if "accuracy" in name else f"{value:.2f}"


def figure() -> Any:
    """Give matplotlib's pyplot, which only `--plot` needs; say how to install it if it is missing.

    Raises
    ------
    SystemExit
        If matplotlib is not installed.
    """
    try:
        # Imported here: a program without --plot needs NumPy alone.
        import matplotlib as mpl  # noqa: PLC0415

        mpl.use("agg")
        from matplotlib import pyplot as plt  # noqa: PLC0415
    except ModuleNotFoundError:
        sys.exit("--plot needs matplotlib; install it with `pip install matplotlib`")
    return plt
