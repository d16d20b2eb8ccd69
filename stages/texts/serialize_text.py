"""Stage `serialize_text`: write the text files that are released."""

from __future__ import annotations

from pathlib import Path

from stages.common import command
from stages.common.errors import StageError
from stages.common.files import read_json, write_bytes
from tinydatasets.texts import LARGEST_FILE, to_json_lines, to_text
from tinydatasets.types import Pair


def main(*, split: Path, out: Path) -> None:
    """Write each split of the file `split` as plain text and as JSON Lines to the folder `out`."""
    files: dict[str, bytes] = {}
    for name, rows in read_json(split).items():
        pairs = [Pair(*row) for row in rows]
        json_lines = to_json_lines(pairs).encode()
        if len(json_lines) > LARGEST_FILE:
            raise StageError(
                f"{out / name}.jsonl: {len(pairs)} pairs are {len(json_lines)} bytes, but a tiny "
                f"text has at most {LARGEST_FILE}; take fewer pairs"
            )
        files |= {f"{name}.txt": to_text(pairs).encode(), f"{name}.jsonl": json_lines}
    for name, data in files.items():
        write_bytes(out / name, data)


if __name__ == "__main__":
    command.run(main)
