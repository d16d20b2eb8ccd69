"""Remove what datasets and sources that are no longer in ``params.yaml`` left behind.

Only what the pipeline makes is removed: what somebody wrote by hand, such as the description of a
dataset, stays.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from stages.check.checks import SHARED
from stages.check.read import read_params
from stages.common import command
from stages.papers.draft import ABOUT, is_untouched
from stages.papers.render import PAPERS, is_ours
from tools import dvc_api
from tools.dvc_api import LOCK, REPORT_LOCK, BrokenLockError

if TYPE_CHECKING:
    from stages.check.model import Params

SPLITS = ("train", "val", "test")
# The files that a chain writes to the folder of a dataset, by its first stage. Other files there
# are its author's.
RELEASED = {
    "sample": (
        "SHA256SUMS",
        "classes.json",
        "samples.csv",
        *(f"{split}.pkl" for split in SPLITS),
        *(f"{{name}}-{split}.zip" for split in SPLITS),
    ),
    "expand_text": tuple(f"{split}.{kind}" for split in SPLITS for kind in ("txt", "jsonl")),
    "describe": PAPERS,
    "describe_text": PAPERS,
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
        The first stage and the name of each chain that a ``dvc.lock`` knows.
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
    built |= {("describe", path.stem) for path in root.glob("build/report/*.json")}
    gone = sorted((stage, name) for stage, name in locked | built if name not in datasets)
    made = [
        *(path for path in sorted(folders) if path.name not in datasets),
        *(root / f"metrics/{name}.json" for _, name in gone),
        # Of the transformers, which learn texts alone.
        *(
            root / f"experiments/transformers/{name}.json"
            for stage, name in gone
            if stage == "expand_text"
        ),
        *(
            path
            for stage, name in gone
            for file in RELEASED[stage]
            if (path := root / f"datasets/{name}/{file.format(name=name)}").exists()
            and (file not in PAPERS or is_ours(path))
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
    """Remove from datasets/, metrics/, build/ and the locks what `params` do not have."""
    recorded = {lock: set(dvc_api.read_lock(lock)) for lock in (LOCK, REPORT_LOCK)}
    locked = {
        (stage, name)
        for records in recorded.values()
        for stage, _, name in (record.partition("@") for record in records)
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
    for lock, records in recorded.items():
        if old := records - dvc_api.stages_of_pipeline(lock):
            dvc_api.forget(old, lock)


def main() -> None:
    """Remove what params.yaml no longer has."""
    params = read_params()
    with dvc_api.alone():
        prune(params)


if __name__ == "__main__":
    command.run(main, BrokenLockError)
