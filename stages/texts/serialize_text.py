"""Stage `serialize_text`: write the text files that are released."""

from pathlib import Path

from stages.common import command
from stages.common.errors import StageError
from stages.common.files import read_json, with_sums, write_bytes
from tinydatasets.texts import LARGEST_FILE, to_json_lines, to_text
from tinydatasets.types import Pair


def main(name: str) -> None:
    """Write each split of the text `name` as plain text and as JSON Lines, and the sums of all."""
    out, files = Path("datasets", name), dict[str, bytes]()
    for split, rows in read_json(Path("build", name, "split.json")).items():
        pairs = [Pair(*row) for row in rows]
        json_lines = to_json_lines(pairs).encode()
        if len(json_lines) > LARGEST_FILE:
            raise StageError(
                f"{out / split}.jsonl: {len(pairs)} pairs are {len(json_lines)} bytes, but a tiny "
                f"text has at most {LARGEST_FILE}; take fewer pairs"
            )
        files |= {f"{split}.txt": to_text(pairs).encode(), f"{split}.jsonl": json_lines}
    for file, data in with_sums(files).items():
        write_bytes(out / file, data)


if __name__ == "__main__":
    command.run(main)
