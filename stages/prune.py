"""Remove what datasets and sources that are no longer in ``params.yaml`` left behind.

Only files that ``dvc.lock`` says a stage made are removed, so what somebody wrote by hand, such
as a dataset's own papers, stays.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from dvc.repo import Repo
from dvc.utils.serialize import modify_yaml

from stages import command

LOCK = Path("dvc.lock")


def prune(lock: dict[str, Any], current: set[str]) -> list[Path]:
    """Take the stages that are not `current` out of the lock, and give what they had made.

    Parameters
    ----------
    lock : dict
        The content of ``dvc.lock``; stale stages are removed from it.
    current : set of str
        The names of the stages that ``dvc.yaml`` and ``params.yaml`` define now.

    Returns
    -------
    list of Path
        Files and folders that were outputs of the removed stages and of no other.

    Examples
    --------
    >>> lock = {"stages": {"sample@a": {"outs": [{"path": "a"}]}, "sample@b": {}}}
    >>> prune(lock, {"sample@b"}), lock
    ([PosixPath('a')], {'stages': {'sample@b': {}}})
    """
    stages = lock["stages"]
    stale = [stages.pop(name) for name in list(stages) if name not in current]
    kept = {out["path"] for stage in stages.values() for out in stage.get("outs", [])}
    made = [out["path"] for stage in stale for out in stage.get("outs", [])]
    return [Path(path) for path in made if path not in kept]


def main() -> None:
    """Remove from datasets/, metrics/, build/ and dvc.lock what params.yaml no longer defines."""
    with Repo() as repo:
        current = {stage.addressing for stage in repo.index.stages}
    with modify_yaml(LOCK) as lock:
        stale = prune(lock, current)
    for path in stale:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
        print(f"removed {path}")
    for folder in sorted({path.parent for path in stale}):
        if folder.is_dir():
            left = sorted(item.name for item in folder.iterdir())
            if not left:
                folder.rmdir()
            elif folder.parent == Path("datasets"):
                print(f"kept {folder}, which also has {', '.join(left)}")


if __name__ == "__main__":
    command.run(main)
