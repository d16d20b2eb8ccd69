"""Write the JSON Schema by which editors complete and check ``params.yaml``."""

from pathlib import Path

from pydantic import TypeAdapter

from stages.common import command
from stages.common.files import write_json
from stages.params.model import Params


def main(*, out: Path) -> None:
    """Write the JSON Schema of the model of params.yaml to `out`."""
    schema = TypeAdapter(Params).json_schema()
    # Else an editor would accept whatever stands below a name that is none.
    for part in schema["properties"].values():
        part["additionalProperties"] = False
    write_json(out, schema, indent=2)


if __name__ == "__main__":
    command.run(main)
