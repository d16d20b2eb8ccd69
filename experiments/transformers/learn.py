"""Train one transformer on a text, and show what it answers: ``make learn TEXT=mine``."""

import tinydatasets
from experiments.transformers.params import PARAMS, read_transformers
from stages.common.command import extra, run
from stages.common.errors import StageError
from stages.common.levels import HELD_OUT, rows_by_level


def main(text: str, *, unit: str) -> None:
    """Train on the `text` of this name by words or characters, and print what is answered."""
    params = read_transformers()
    if unit not in params.recipes:
        raise StageError(f"{PARAMS} has no recipe for {unit!r}; it has {', '.join(params.recipes)}")
    splits = tinydatasets.load_text(text)._asdict()
    extra("torch", "torch", text, make="learn")
    # Imported here, once it is known that it can be.
    from experiments.transformers.training import answer, train  # noqa: PLC0415

    recipe = params.recipes[unit]
    print(f"{text}: {recipe.steps} steps on {len(splits['train'])} pairs, by {unit} ...")
    trained = train(splits, recipe, unit=unit, seed=0, checkpoints=1)
    (last,) = trained.checkpoints
    answered = {
        name: list(zip(pairs, last.scores[name].right, strict=True))
        for name, pairs in splits.items()
    }
    answered[HELD_OUT] = answered["val"] + answered["test"]
    table = [(pairs, rows_by_level([pair for pair, _ in pairs])) for pairs in answered.values()]
    print(f"{last.seconds:.0f} seconds. Questions answered exactly:\n")
    print(f"{'level':10}" + "".join(f"{name:>12}" for name in answered))
    for level in rows_by_level([pair for pairs in splits.values() for pair in pairs]):
        line = f"{level:10}"
        for pairs, rows_of in table:
            rows = rows_of.get(level, [])
            right = sum(pairs[row][1] for row in rows)
            line += f"{f'{right} of {len(rows)}' if rows else '-':>12}"
        print(line)
    asked = [(name, *row) for name in ("val", "test") for row in answered[name]]
    first = {pair.level: (name, pair) for name, pair, is_right in reversed(asked) if is_right}
    missed = [(name, pair) for name, pair, is_right in asked if not is_right]
    print(f"\nA right answer of each level, if there is one{', then each miss' if missed else ''}:")
    for name, pair in (*(first[level] for level in sorted(first)), *missed):
        indent = " " * len(name)
        print(f"\n{name} {pair.id}  Q: {pair.question}")
        print(f"{indent}       A: {pair.answer}")
        print(f"{indent}    said: {answer(trained, pair.question)}")
    if missed:
        print("\ndocs/transformers.md says what misses tell. One seed's few questions say little.")


if __name__ == "__main__":
    run(main, ValueError)
