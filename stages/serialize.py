"""Stage `serialize`: write the pickles that are released, and where each image comes from."""

from __future__ import annotations

from pathlib import Path

from stages import shell
from stages.shell import StageError
from tinydatasets import FormatError, Split, dumps

SPLITS = ("train", "test")


def samples(rows: dict[str, list[int]], difficulties: str) -> bytes:
    r"""Give a table of the released images, in the order in which they stand in the pickles.

    Parameters
    ----------
    rows : dict of str to list of int
        The source rows of each split, in order.
    difficulties : str
        The CSV that `sample` wrote: row, tier and difficulty of every row of the classes.

    Returns
    -------
    bytes
        A CSV of split, row, tier and difficulty.

    Examples
    --------
    >>> table = "row,tier,difficulty\n0,hard,1.2000\n7,canonical,0.5000\n"
    >>> print(samples({"train": [7], "test": [0], "unused": []}, table).decode(), end="")
    split,row,tier,difficulty
    train,7,canonical,0.5000
    test,0,hard,1.2000
    """
    header, *lines = difficulties.splitlines()
    by_row = {int(line.partition(",")[0]): line for line in lines}
    chosen = [f"{split},{by_row[row]}" for split in SPLITS for row in rows[split]]
    return "".join(f"{line}\n" for line in [f"split,{header}", *chosen]).encode()


def main(*, arrays: Path, split: Path, difficulties: Path, out: Path) -> None:
    """Write the pickles of `arrays`, and the table of their rows, to the folder `out`."""
    for name in SPLITS:
        images = shell.read_array(arrays / name / "images.npy")
        labels = shell.read_array(arrays / name / "labels.npy")
        try:
            data = dumps(Split(images, labels))
        except FormatError as error:
            raise StageError(f"{out / name}.pkl: {error}") from None
        shell.write_bytes(out / f"{name}.pkl", data)
    table = samples(shell.read_json(split), difficulties.read_text(encoding="utf-8"))
    shell.write_bytes(out / "samples.csv", table)


if __name__ == "__main__":
    shell.run(main)
