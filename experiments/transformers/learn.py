"""Train one transformer on a text, and show what it answers: ``make learn TEXT=mine``.

The text is what was built last, in ``datasets/``. Nothing is written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import tinydatasets
from experiments.transformers.params import NEURAL, read_neural
from stages.common import command
from stages.common.errors import StageError
from stages.common.extras import extra

if TYPE_CHECKING:
    from collections.abc import Sequence

    from experiments.transformers.summary import Score
    from tinydatasets.types import Pair


def show_levels(splits: dict[str, Sequence[Pair]], scores: dict[str, Score]) -> None:
    """Print how many questions of each level and split are answered exactly."""
    levels = sorted({pair.level for pairs in splits.values() for pair in pairs})
    print(f"{'level':10}" + "".join(f"{name:>12}" for name in splits))
    for level in (*levels, None):
        cells = []
        for name, pairs in splits.items():
            right = [
                is_right
                for pair, is_right in zip(pairs, scores[name].right, strict=True)
                if level in {None, pair.level}
            ]
            cells.append(f"{sum(right)} of {len(right)}" if right else "-")
        print(f"{level or 'all':<10}" + "".join(f"{cell:>12}" for cell in cells))


def main(text: str, *, unit: str) -> None:
    """Train on the `text` of this name by words or characters, and print what is answered."""
    if not text:
        raise StageError("say which text: make learn TEXT=tinytalks")
    params = read_neural()
    if unit not in params.recipes:
        raise StageError(f"{NEURAL} has no recipe for {unit!r}; it has {', '.join(params.recipes)}")
    splits = tinydatasets.load_text(text)._asdict()
    extra("torch", "torch", text, make="learn")
    # Imported here, once it is known that it can be.
    from experiments.transformers.training import answer, train  # noqa: PLC0415

    recipe = params.recipes[unit]
    print(f"{text}: {recipe.steps} steps on {len(splits['train'])} pairs, by {unit} ...")
    trained = train(splits, recipe, unit=unit, seed=0, checkpoints=1)
    (last,) = trained.checkpoints
    print(f"{last.seconds:.0f} seconds. Questions answered exactly:\n")
    show_levels(splits, last.scores)
    for name in ("val", "test"):
        for pair, is_right in zip(splits[name], last.scores[name].right, strict=True):
            if not is_right:
                print(
                    f"\n{name} {pair.id}  Q: {pair.question}\n{'':{len(name)}}       A: "
                    f"{pair.answer}\n{'':{len(name)}}    said: {answer(trained, pair.question)}"
                )

    print(
        "\ndocs/transformers.md says what such misses tell. A few questions of one seed say little."
    )


if __name__ == "__main__":
    command.run(main, ValueError)
