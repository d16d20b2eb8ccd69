"""Stage `serialize`: write the pickles that are released, and where each image comes from."""

from __future__ import annotations

from pathlib import Path

from stages import shell
from stages.shell import StageError
from tinydatasets import FormatError, Split, dumps

SPLITS = ("train", "test")


def samples(rows: dict[str, list[int]], labels: dict[str, list[int]], difficulties: str) -> bytes:
    r"""Give a table of the released images, in the order in which they stand in the pickles.

    Parameters
    ----------
    rows : dict of str to list of int
        The source rows of each split, in order.
    labels : dict of str to list of int
        The class of each of these rows, in the same order.
    difficulties : str
        The CSV that `sample` wrote: row, tier and difficulty of every row of the classes.

    Returns
    -------
    bytes
        A CSV of split, row, label, tier and difficulty.

    Examples
    --------
    >>> table = "row,tier,difficulty\n0,hard,1.2000\n7,easy,0.5000\n"
    >>> rows, labels = {"train": [7], "test": [0]}, {"train": [3], "test": [8]}
    >>> print(samples(rows, labels, table).decode(), end="")
    split,row,label,tier,difficulty
    train,7,3,easy,0.5000
    test,0,8,hard,1.2000
    """
    by_row = {}
    for line in difficulties.splitlines()[1:]:
        row, _, tier_and_difficulty = line.partition(",")
        by_row[int(row)] = tier_and_difficulty
    lines = [
        f"{split},{row},{label},{by_row[row]}\n"
        for split in SPLITS
        for row, label in zip(rows[split], labels[split], strict=True)
    ]
    return "".join(["split,row,label,tier,difficulty\n", *lines]).encode()


def main(*, arrays: Path, split: Path, difficulties: Path, out: Path) -> None:
    """Write the pickles of `arrays`, and the table of their rows, to the folder `out`."""
    labels = {}
    for name in SPLITS:
        images = shell.read_array(arrays / name / "images.npy")
        of_split = shell.read_array(arrays / name / "labels.npy")
        labels[name] = of_split.tolist()
        try:
            data = dumps(Split(images, of_split))
        except FormatError as error:
            raise StageError(f"{out / name}.pkl: {error}") from None
        shell.write_bytes(out / f"{name}.pkl", data)
    table = samples(shell.read_json(split), labels, difficulties.read_text(encoding="utf-8"))
    shell.write_bytes(out / "samples.csv", table)


if __name__ == "__main__":
    shell.run(main)
