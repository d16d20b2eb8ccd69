"""Stage `describe_text`: write the papers of a text, and what the report needs of it."""

from __future__ import annotations

from pathlib import Path

import yaml

from stages.common import command
from stages.common.files import read_json, write_json
from stages.common.sums import md5, sha256
from stages.papers.about import read_about
from stages.papers.render import write_papers
from stages.papers.texts import FILES, text_facts
from tinydatasets.texts import read_splits
from tinydatasets.types import FormatError


def main(
    *,
    params: Path,
    about: Path,
    metrics: Path,
    transformers: Path,
    lock: Path,
    dataset: Path,
    out: Path,
) -> None:
    """Write the papers of the folder `dataset`, and the facts that they state to `out`.

    The figures of the file `transformers` are taken if, by the `lock` of their pipeline, they are
    of the pairs that are in `dataset` today.
    """
    released = {name: (dataset / name).read_bytes() for name in FILES}
    facts = text_facts(
        dataset.name,
        read_about(about),
        text=read_json(params),
        pairs=dict(zip(("train", "val", "test"), read_splits(dataset), strict=True)),
        metrics=read_json(metrics),
        transformers=read_json(transformers) if learned(lock, released, dataset) else None,
        files={name: (len(data), sha256(data)) for name, data in released.items()},
    )
    write_papers(dataset, facts)
    write_json(out, facts)


def learned(lock: Path, released: dict[str, bytes], dataset: Path) -> bool:
    """Tell whether transformers were trained on the pairs that are released, by a ``dvc.lock``."""
    stage = f"train_transformer@{dataset.name}"
    recorded = yaml.safe_load(lock.read_text(encoding="utf-8"))["stages"].get(stage, {"deps": []})
    sums = {dep["path"]: dep["md5"] for dep in recorded["deps"]}
    return all(
        sums.get(f"{dataset.as_posix()}/{name}") == md5(data)
        for name, data in released.items()
        if name.endswith(".jsonl")
    )


if __name__ == "__main__":
    command.run(main, FormatError)
