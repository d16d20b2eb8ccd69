"""Stage `contexts`: how many contexts a model needs to answer questions about others.

A context is "Mia runs. Tom sings.": two names, each with a verb of its own. From few a model learns
their answers; from more it learns to look for the name.
"""

from itertools import combinations, permutations
from pathlib import Path
from statistics import mean

import numpy as np

from experiments.transformers.params import PARAMS, Contexts, Transformers, read_transformers
from experiments.transformers.summary import by_point, spread
from stages.common import command
from stages.common.command import extra
from stages.common.files import write_json
from stages.common.levels import HELD_OUT
from tinydatasets.types import Pair

# Beside those of texts, none of which can have a name that begins with _.
OUT = Path("experiments", "transformers", "results", "_contexts.json")


def main() -> None:
    """Train on each number of contexts as the parameters say, and write what is answered."""
    extra("torch", "torch", PARAMS, make="learn")
    params = read_transformers()
    contexts = params.contexts
    points = [(k, count) for k in contexts.fillers for count in contexts.counts_for(k)]
    exact = by_point(learn, points, contexts.seeds, params, title="contexts")
    rows = [
        {"fillers": k, "contexts": count, **spread(of_seeds)}
        for (k, count), of_seeds in zip(points, exact, strict=True)
    ]
    figures = {"held_out": contexts.held_out, "seeds": contexts.seeds, "points": rows}
    write_json(OUT, figures, indent=1)


def learn(item: tuple[int, int, int], params: Transformers) -> float:
    """Train on a point and a seed; return the fraction of held-out questions answered exactly."""
    # Imported here, once it is known that it can be.
    from experiments.transformers.training import train  # noqa: PLC0415

    fillers, count, seed = item
    splits = draw(params.contexts, fillers, count, seed)
    trained = train(splits, params.recipes["words"], unit="words", seed=seed, checkpoints=1)
    return mean(trained.checkpoints[-1].scores[HELD_OUT].right)


def draw(contexts: Contexts, fillers: int, count: int, seed: int) -> dict[str, list[Pair]]:
    """Return both questions about each of `count` contexts to train on and of those held out.

    No context is there twice, nor in the other order. For the same fillers and seed, those held out
    are the same, and of two counts the larger has all contexts of the smaller.
    """
    every = [
        ((a, v), (b, w))
        for a, b in combinations(contexts.names[:fillers], 2)
        for v, w in permutations(contexts.verbs[:fillers], 2)
    ]
    rng = np.random.RandomState(seed)
    # Either sentence may come first.
    order, steps = rng.permutation(len(every)), rng.choice([1, -1], size=len(every))
    asked = [
        (f"{first} {does}. {second} {too}. What does {name} do?", f"{name} {verb}.")
        for (first, does), (second, too) in (every[n][::step] for n, step in zip(order, steps))
        for name, verb in ((first, does), (second, too))
    ]
    pairs = [Pair(f"1-{number:04}", 1, *texts) for number, texts in enumerate(asked)]
    start, end = 2 * contexts.held_out, 2 * (contexts.held_out + count)
    return {"train": pairs[start:end], HELD_OUT: pairs[:start]}


if __name__ == "__main__":
    command.run(main)
