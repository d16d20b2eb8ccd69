"""Stage `serialize_text`: write the text files that are released."""

from __future__ import annotations

from pathlib import Path

from stages import shell
from tinydatasets import Pair
from tinydatasets.texts import to_json_lines, to_text


def main(*, split: Path, out: Path) -> None:
    """Write each split of the file `split` as plain text and as JSON Lines to the folder `out`."""
    for name, rows in shell.read_json(split).items():
        pairs = [Pair(*row) for row in rows]
        shell.write_bytes(out / f"{name}.txt", to_text(pairs).encode("ascii"))
        shell.write_bytes(out / f"{name}.jsonl", to_json_lines(pairs).encode("ascii"))


if __name__ == "__main__":
    shell.run(main)
