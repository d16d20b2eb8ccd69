"""Write the JSON Schema by which editors complete and check ``params.yaml``."""

from __future__ import annotations

from pathlib import Path

from stages.lib import command
from stages.lib.files import write_json
from stages.lib.params.model import Params


def main(*, out: Path) -> None:
    """Write the JSON Schema of the model of params.yaml to `out`."""
    write_json(out, Params.model_json_schema(), indent=2)


if __name__ == "__main__":
    command.run(main)
