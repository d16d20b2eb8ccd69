"""Check the parameters of all experiments: ``python -m experiments.check``.

DVC reads them before any stage runs, and would say what is wrong in words of its own.
"""

from __future__ import annotations

from experiments.curves.params import PARAMS as CURVES
from experiments.curves.params import read_curves
from experiments.params import error_at
from experiments.transformers.params import PARAMS as TRANSFORMERS
from experiments.transformers.params import read_transformers
from stages.check.read import PARAMS
from stages.common import command
from stages.common.yaml_file import read_yaml


def main() -> None:
    """Check the parameters of all experiments, and that params.yaml has the sources and texts."""
    params = read_yaml(PARAMS)
    for path, key, names, existing in (
        (CURVES, "sizes", read_curves().sizes, {**params["sources"], **params.get("own", {})}),
        (TRANSFORMERS, "texts", read_transformers().texts, params["texts"]),
    ):
        for name in names:
            if name not in existing:
                words = f"{PARAMS} has no such entry; it has {', '.join(existing)}"
                raise error_at(path, key, name, message=words)


if __name__ == "__main__":
    command.run(main)
