"""Remove what datasets and sources that are no longer in ``params.yaml`` left behind.

Only what the pipeline makes is removed: what somebody wrote by hand, such as a dataset's own
papers, stays.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from dvc.repo import Repo
from dvc.utils.serialize import modify_yaml

from stages import shell
from stages.params import Params

FIRST_STAGES = ("sample@", "split_text@")
# What is released of a dataset of images or of text; what else is in its folder is its author's.
RELEASED = (
    "samples.csv",
    "train.pkl",
    "test.pkl",
    *(f"{split}.{kind}" for split in ("train", "val", "test") for kind in ("txt", "jsonl")),
)


def leftovers(root: Path, locked: set[str], datasets: set[str], sources: set[str]) -> list[Path]:
    """Find what the pipeline made for datasets and sources that are no more.

    Parameters
    ----------
    root : Path
        The folder of the repository.
    locked : set of str
        The names of datasets that ``dvc.lock`` knows.
    datasets, sources : set of str
        The names that ``params.yaml`` has now; a text is a dataset too.

    Returns
    -------
    list of Path
        Files and folders to remove. A dataset that was is one that the lock knows or that has a
        folder in ``build``.
    """
    built = {path.name for path in root.glob("build/*") if path.is_dir()} - {"sources"}
    gone = sorted((locked | built) - datasets)
    made = [
        root / part
        for name in gone
        for part in (
            f"build/{name}",
            f"metrics/{name}.json",
            *(f"datasets/{name}/{file}" for file in RELEASED),
        )
    ]
    source = [path for path in root.glob("build/sources/*") if path.name not in sources]
    return [path for path in [*made, *source] if path.exists()]


def main() -> None:
    """Remove from datasets/, metrics/, build/ and dvc.lock what params.yaml no longer has."""
    params = Params.read()
    with Repo() as repo:
        current = {stage.addressing for stage in repo.index.stages}
    with modify_yaml("dvc.lock") as lock:
        stages = lock.get("stages", {})
        locked = {name.partition("@")[2] for name in stages if name.startswith(FIRST_STAGES)}
        datasets = {*params.datasets, *params.texts}
        removed = leftovers(Path(), locked, datasets, set(params.sources))
        for path in removed:
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
            print(f"removed {path}")
        for folder in sorted({path.parent for path in removed if path.name in RELEASED}):
            left = ", ".join(sorted(item.name for item in folder.iterdir()))
            if left:
                print(f"kept {folder}, which also has {left}")
            else:
                folder.rmdir()
        for name in set(stages) - current:
            del stages[name]


if __name__ == "__main__":
    shell.run(main)
