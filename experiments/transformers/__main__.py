"""Stage `train_transformer`: train small transformers on a text, and sum up what they answer."""

from pathlib import Path
from typing import Any

from experiments.transformers.params import read_transformers
from experiments.transformers.summary import by_point, summarize
from stages.common import command
from stages.common.command import extra
from stages.common.files import sha256, write_json
from stages.params.model import SPLITS
from tinydatasets.texts import read_splits
from tinydatasets.types import FormatError

RESULTS = Path("experiments", "transformers", "results")


def main(*, text: str) -> None:
    """Train on the released `text` as the parameters say, and write what it sums up to."""
    extra("torch", "torch", f"datasets/{text}", make="learn")
    # Imported here, once it is known that it can be.
    from experiments.transformers.training import run  # noqa: PLC0415

    params, folder = read_transformers(), Path("datasets", text)
    splits = read_splits(folder)._asdict()
    pairs = b"".join((folder / f"{split}.jsonl").read_bytes() for split in SPLITS)
    units = [(unit,) for unit in params.recipes]
    results = by_point(run, units, params.seeds, splits, params, title=text)
    # What shows the figures sees by the sum whether they are those of the text as it is.
    figures: dict[str, Any] = {"pairs_sha256": sha256(pairs)}
    for unit, of_seeds in zip(params.recipes, results, strict=True):
        figures[unit] = summarize(splits, of_seeds)
    write_json(RESULTS / f"{text}.json", figures, indent=1)


if __name__ == "__main__":
    command.run(main, FormatError)
