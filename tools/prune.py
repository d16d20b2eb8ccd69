"""Remove what datasets and sources that are no longer in ``params.yaml`` left behind.

Only what the pipeline makes is removed: what somebody wrote by hand, such as the description of a
dataset, stays.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from stages.lib import command
from stages.lib.papers.draft import ABOUT, is_untouched
from stages.lib.params.checks import SHARED
from stages.lib.params.read import read_params
from tools import dvc_api
from tools.dvc_api import BrokenLockError

if TYPE_CHECKING:
    from stages.lib.params.model import Params

# The papers of a dataset; and its released files, by the first stage of its chain. Other files in
# its folder are the author's.
PAPERS = ("CITATION.bib", "DATASHEET.md", "LICENSE", "README.md", "croissant.json")
SPLITS = ("train", "val", "test")
RELEASED = {
    "sample": (
        "SHA256SUMS",
        "classes.json",
        "samples.csv",
        *(f"{split}.pkl" for split in SPLITS),
        *(f"{{name}}-{split}.zip" for split in SPLITS),
        *PAPERS,
    ),
    "expand_text": (
        *(f"{split}.{kind}" for split in SPLITS for kind in ("txt", "jsonl")),
        *PAPERS,
    ),
}


def leftovers(
    root: Path, locked: set[tuple[str, str]], datasets: set[str], sources: set[str]
) -> list[Path]:
    """Find what the pipeline made for datasets and sources that params.yaml no longer has.

    Parameters
    ----------
    root : Path
        The folder of the repository.
    locked : set of (str, str)
        The first stage and the name of each dataset that ``dvc.lock`` knows.
    datasets, sources : set of str
        The names that ``params.yaml`` has now; a text is a dataset too.

    Returns
    -------
    list of Path
        Files and folders to remove. A dataset that was is one that the lock records, or whose
        first stage left its output in ``build``.
    """
    folders = [path for path in root.glob("build/*") if path.is_dir() and path.name not in SHARED]
    # Where dvc.lock was lost, what the first stage of a chain wrote tells which chain it was.
    built = {
        (stage, path.name)
        for path in folders
        for stage, output in (("sample", "sample"), ("expand_text", "pairs.tsv"))
        if (path / output).exists()
    }
    gone = sorted((stage, name) for stage, name in locked | built if name not in datasets)
    made = [
        *(path for path in sorted(folders) if path.name not in datasets),
        *(root / f"metrics/{name}.json" for _, name in gone),
        # Of the transformers, which learn texts alone.
        *(root / f"metrics/neural/{name}.json" for stage, name in gone if stage == "expand_text"),
        *(
            root / f"datasets/{name}/{file.format(name=name)}"
            for stage, name in gone
            for file in RELEASED[stage]
        ),
        # A description that nobody has begun to write.
        *(
            about
            for _, name in gone
            if (about := root / f"datasets/{name}/{ABOUT}").exists() and is_untouched(name, about)
        ),
        *(root / f"build/report/{name}.json" for _, name in gone),
    ]
    source = [path for path in root.glob("build/sources/*") if path.name not in sources]
    return [path for path in dict.fromkeys([*made, *source]) if path.exists()]


def prune(params: Params) -> None:
    """Remove from datasets/, metrics/, build/ and dvc.lock what `params` do not have."""
    recorded = set(dvc_api.read_lock())
    locked = {
        (stage, name)
        for stage, _, name in (record.partition("@") for record in recorded)
        if stage in RELEASED
    }
    datasets = {*params.datasets, *params.texts}
    removed = leftovers(Path(), locked, datasets, set(params.sources))
    for path in removed:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
        print(f"removed {path}")
    for folder in sorted({path.parent for path in removed if path.parts[0] == "datasets"}):
        left = ", ".join(sorted(item.name for item in folder.iterdir()))
        if left:
            print(f"kept {folder}, which also has {left}")
        else:
            folder.rmdir()
    dvc_api.forget(recorded - dvc_api.stages_of_pipeline())


def main() -> None:
    """Remove what params.yaml no longer has."""
    params = read_params()
    with dvc_api.alone():
        prune(params)


if __name__ == "__main__":
    command.run(main, BrokenLockError)
