"""Stage `expand_text`: check the authored questions and answers, and give them as one table.

An author writes the pairs themselves, or templates and fillers that stand for pairs.
"""

from __future__ import annotations

from pathlib import Path

from stages.common import command
from stages.common.errors import StageError
from stages.common.files import write_bytes
from stages.texts.pairs import parse, to_table
from stages.texts.templates import read_templates


def main(*, source: Path, out: Path) -> None:
    """Check the file `source`, pairs or templates; write the table of all pairs to `out`."""
    if source.suffix == ".yaml":
        table = read_templates(source)
    else:
        try:
            table = parse(source.read_bytes())
        except ValueError as error:
            raise StageError(f"{source}: {error}") from None
    write_bytes(out, to_table(table).encode())


if __name__ == "__main__":
    command.run(main)
