"""Stage `expand_text`: check the authored pairs, or templates, and write all pairs as a table."""

from pathlib import Path

from stages.common import command
from stages.common.errors import StageError
from stages.common.files import write_bytes
from stages.texts.pairs import Table, parse_pairs, to_table
from stages.texts.templates import read_templates


def main(*, source: Path, out: Path) -> None:
    """Check the file `source`, pairs or templates; write the table of all pairs to `out`."""
    write_bytes(out, to_table(read_pairs_source(source)).encode())


def read_pairs_source(path: Path) -> Table:
    """Read a file of pairs or templates; raise a StageError with its line if anything is wrong."""
    if path.suffix == ".yaml":
        return read_templates(path)
    try:
        return parse_pairs(path.read_bytes())
    except ValueError as error:
        raise StageError(f"{path}: {error}") from None


if __name__ == "__main__":
    command.run(main)
