"""Build everything without DVC: run the command of every stage, in the order of the pipelines."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

from stages.common import command
from stages.common.errors import StageError
from stages.common.yaml_file import read_yaml

PIPELINES = (Path("dvc.yaml"), Path("report/dvc.yaml"))


def commands() -> Iterator[str]:
    """Return the command of each stage, of those in a `foreach` once for each entry."""
    params = read_yaml(Path("params.yaml"))
    for pipeline in PIPELINES:
        for stage in read_yaml(pipeline)["stages"].values():
            if "foreach" not in stage:
                yield stage["cmd"]
                continue
            for key, item in (params[stage["foreach"][2:-1]] or {}).items():
                cmd = stage["do"]["cmd"].replace("${key}", key)
                yield cmd.replace("${item.source}", item.get("source", ""))


def main() -> None:
    """Run them all, whatever is built already, and stop at the first that fails."""
    for line in commands():
        print(line, flush=True)
        if status := subprocess.run(line, shell=True, check=False).returncode:  # noqa: S602
            raise StageError(f"it ended with status {status}: {line}")


if __name__ == "__main__":
    command.run(main)
