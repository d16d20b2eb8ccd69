"""Stage `code`: write down each stage's modules, so that DVC knows which stages an edit concerns.

DVC does not know what a program imports. For each stage this one writes a file with the sums of the
modules that it imports, and the stage depends on that file. So an edit reruns exactly the stages
that import the module, and ``dvc.yaml`` need not list modules.
"""

from __future__ import annotations

from pathlib import Path

from stages.common import command
from stages.common.files import write_json
from stages.common.imports import Modules
from stages.common.sums import sha256


def main(*, out: Path) -> None:
    """Write a file for each stage to the folder `out`: the sha256 of each module that it needs."""
    modules = Modules(Path())
    stages = {path.stem for path in Path("stages").glob("*.py")} - {"__init__"}
    for stage in stages:
        needed = modules.needed_by(f"stages.{stage}")
        sums = {name: sha256(Path(name).read_bytes()) for name in needed}
        write_json(out / f"{stage}.json", sums, indent=2)
    for path in out.glob("*.json"):
        if path.stem not in stages:
            path.unlink()


if __name__ == "__main__":
    command.run(main)
