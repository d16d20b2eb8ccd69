"""Stage `describe_text`: write the papers of a text, and what the report needs of it."""

from __future__ import annotations

from pathlib import Path

from stages.lib import command
from stages.lib.files import read_json, write_json
from stages.lib.papers.about import read_about
from stages.lib.papers.render import write_papers
from stages.lib.papers.texts import FILES, text_facts
from stages.lib.sums import sha256
from tinydatasets.texts import read_splits
from tinydatasets.types import FormatError


def main(
    *, params: Path, about: Path, metrics: Path, transformers: Path, dataset: Path, out: Path
) -> None:
    """Write the papers of the folder `dataset`, and the facts that they state to `out`.

    The file `transformers` need not be there.
    """
    released = {name: (dataset / name).read_bytes() for name in FILES}
    facts = text_facts(
        dataset.name,
        read_about(about),
        text=read_json(params),
        pairs=dict(zip(("train", "val", "test"), read_splits(dataset), strict=True)),
        metrics=read_json(metrics),
        transformers=read_json(transformers) if transformers.exists() else None,
        files={name: (len(data), sha256(data)) for name, data in released.items()},
    )
    write_papers(dataset, facts)
    write_json(out, facts)


if __name__ == "__main__":
    command.run(main, FormatError)
