"""Stage `split`: bring the rows of train and test into their order, and list those left over."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from stages import shell

if TYPE_CHECKING:
    import numpy.typing as npt

    Rows = npt.NDArray[np.int64]


def split(
    train: Rows, test: Rows, labels: Rows, generator: np.random.RandomState
) -> tuple[Rows, Rows, Rows]:
    """Shuffle train, then test, and find the rows of the same classes that neither uses.

    Parameters
    ----------
    train, test : ndarray of shape (n_train,) and (n_test,), dtype int64
        Row numbers as `sample` drew them, class after class.
    labels : ndarray of shape (n,), dtype int64
        The class of each row of the source.
    generator : RandomState
        In the state in which `sample` left it.

    Returns
    -------
    train, test, unused : ndarray, dtype int64
        Row numbers: the first two in their new order, the third ascending. Rows of a class that
        the dataset leaves out are in none of them: a model can't be scored on what the dataset
        has no word for.

    Examples
    --------
    >>> labels = np.array([0, 1, 0, 1, 0, 1, 2])
    >>> split(np.array([0, 5]), np.array([2, 1]), labels, np.random.RandomState(3))
    (array([5, 0]), array([1, 2]), array([3, 4]))
    """
    taken = np.concatenate([train, test])
    rest = np.setdiff1d(np.arange(len(labels)), taken)
    unused = rest[np.isin(labels[rest], labels[taken])]
    return generator.permutation(train), generator.permutation(test), unused


def restore(state: dict[str, Any]) -> np.random.RandomState:
    """Make the generator whose state `sample` wrote down."""
    generator = np.random.RandomState()
    generator.set_state(("MT19937", np.array(state["key"], np.uint32), state["position"], 0, 0.0))
    return generator


def main(*, sample: Path, source: Path, out: Path) -> None:
    """Order the rows of `sample` and write those of train, test and neither to `out`."""
    drawn = shell.read_json(sample)
    train, test, unused = split(
        np.array(drawn["train"], np.int64),
        np.array(drawn["test"], np.int64),
        shell.read_array(source / "labels.npy"),
        restore(drawn["generator"]),
    )
    rows = {"train": train.tolist(), "test": test.tolist(), "unused": unused.tolist()}
    shell.write_json(out, rows)


if __name__ == "__main__":
    shell.run(main)
