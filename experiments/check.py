"""Check the parameters of all experiments: ``python -m experiments.check``.

DVC reads them before any stage runs, and would say what is wrong in words of its own.
"""

from __future__ import annotations

from experiments.curves.params import PARAMS as CURVES
from experiments.curves.params import read_curves
from experiments.transformers.params import PARAMS as TRANSFORMERS
from experiments.transformers.params import read_transformers
from stages.check.read import PARAMS
from stages.common import command
from stages.common.errors import ParamError
from stages.common.yaml_file import locate, read_yaml


def main() -> None:
    """Check the parameters of all experiments, and that params.yaml has the sources and texts."""
    params = read_yaml(PARAMS)
    sources, texts = {**params["sources"], **params["own"]}, params["texts"]
    for name in read_curves().sizes:
        if name not in sources:
            words = f"{PARAMS} has no such source; it has {', '.join(sources)}"
            raise locate(CURVES, ParamError("sizes", name, message=words))
    for number, name in enumerate(read_transformers().texts):
        if name not in texts:
            words = f"{name}: {PARAMS} has no such text; it has {', '.join(texts)}"
            raise locate(TRANSFORMERS, ParamError("texts", number, message=words))


if __name__ == "__main__":
    command.run(main)
