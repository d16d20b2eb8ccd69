"""Check the parameters of all experiments, before DVC reads them and stops in its own words."""

from experiments.curves import params as curves
from experiments.transformers import params as transformers
from stages.common import command
from stages.common.errors import ParamError
from stages.common.yaml_file import with_line
from stages.params.read import PARAMS
from stages.params.validate import read_params


def main() -> None:
    """Check the parameters of all experiments, and that params.yaml has the sources and texts."""
    params = read_params()
    sources, texts = {**params.sources, **params.own}, params.texts
    for name in curves.read_curves().sizes:
        if name not in sources:
            message = f"{PARAMS} has no such source; it has {', '.join(sources)}"
            raise with_line(curves.PARAMS, ParamError("sizes", name, message=message))
    for number, name in enumerate(transformers.read_transformers().texts):
        if name not in texts:
            message = f"{name}: {PARAMS} has no such text; it has {', '.join(texts)}"
            raise with_line(transformers.PARAMS, ParamError("texts", number, message=message))


if __name__ == "__main__":
    command.run(main)
