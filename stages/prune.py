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


def leftovers(root: Path, datasets: set[str], sources: set[str]) -> list[Path]:
    """Find what the pipeline made for datasets and sources that are no more.

    Parameters
    ----------
    root : Path
        The folder of the repository.
    datasets, sources : set of str
        The names that ``params.yaml`` has now.

    Returns
    -------
    list of Path
        Files and folders to remove.
    """
    build = [path for path in root.glob("build/*/") if path.name not in {"sources", *datasets}]
    source = [path for path in root.glob("build/sources/*/") if path.name not in sources]
    metrics = [path for path in root.glob("metrics/*.json") if path.stem not in datasets]
    pickles = [
        path
        for split in ("train", "test")
        for path in root.glob(f"datasets/*/{split}.pkl")
        if path.parent.name not in datasets
    ]
    return [*build, *source, *metrics, *pickles]


def main() -> None:
    """Remove from datasets/, metrics/, build/ and dvc.lock what params.yaml no longer has."""
    params = Params.read()
    for path in leftovers(Path(), set(params.datasets), set(params.sources)):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
        print(f"removed {path}")
        if path.suffix == ".pkl":
            left = ", ".join(sorted(item.name for item in path.parent.iterdir()))
            if not left:
                path.parent.rmdir()
            elif ".pkl" not in left:
                print(f"kept {path.parent}, which also has {left}")
    with Repo() as repo:
        current = {stage.addressing for stage in repo.index.stages}
    with modify_yaml("dvc.lock") as lock:
        for name in set(lock.get("stages", {})) - current:
            del lock["stages"][name]


if __name__ == "__main__":
    shell.run(main)
