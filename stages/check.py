"""Stage `check`: check ``params.yaml`` and what authors wrote, before anything is built.

It writes a constant, so that an edit reruns only what it concerns. `make check` and `make repro`
run it each time: what DVC can't read in ``data/``, or a description, is no dependency of it.
"""

from __future__ import annotations

from pathlib import Path

from stages.common import command
from stages.common.files import write_bytes
from stages.papers.about import ABOUT, add_drafts, read_about
from stages.params.read import PARAMS
from stages.params.validate import read_params
from stages.source.data_folder import check_data_folder, locate
from stages.source.facts import errors_of
from stages.texts.expand_text import read_pairs_source


def main(*, out: Path | None = None) -> None:
    """Check params.yaml, data/ and what authors wrote of the datasets; write `out`, if given."""
    params = read_params()
    check_data_folder()
    for name, own in params.own.items():
        with errors_of("own", name):
            locate(own.path)
    for text in params.texts.values():
        read_pairs_source(Path(text.source))
    names = [*params.datasets, *params.texts]
    for name in names:
        about = Path("datasets", name, ABOUT)
        if about.exists():
            read_about(about)
    print(f"{PARAMS} is right; datasets: {', '.join(names)}")
    if out:
        for path in add_drafts(params):
            print(f"{path.as_posix()} is a draft: write in it what only you know of the dataset")
        write_bytes(out, b"params.yaml was right.\n")


if __name__ == "__main__":
    command.run(main)
