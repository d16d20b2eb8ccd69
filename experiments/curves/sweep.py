"""All trainings of a learning curve, wherever they run, and each only once."""

import contextlib
import json
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from tqdm import tqdm

from experiments.curves.training import Images, Labels, Score, train_and_score
from stages.common.errors import ParamError
from stages.common.files import sha256
from stages.common.workers import each

ROOT = Path(__file__).parents[2]
# The code that a result depends on.
CODE = ("experiments/curves/training.py", "stages/common/images.py", "stages/train_mlp/*.py")


class Plan(NamedTuple):
    """The trainings of a curve; each recipe is what `train` takes."""

    source: str
    maximum: int
    sizes: Sequence[int]
    seeds: int
    steps: int
    recipes: Mapping[str, Mapping[str, Any]]


class Training(NamedTuple):
    """What tells a training from the others; `size` is in rows per class."""

    recipe: str
    budget: str
    size: int
    seed: int


def trainings(plan: Plan) -> dict[Training, dict[str, Any]]:
    """Return every training of a curve, with the arguments of `train_and_score`."""
    budgets = {"epochs": None, "steps": plan.steps}
    # Seed after seed, so that the time that is left can be told from the time that was taken.
    each_training = product(range(plan.seeds), plan.recipes, budgets, plan.sizes)
    return {
        Training(name, budget, size, seed): {
            "maximum": plan.maximum,
            "size": size,
            "largest": plan.sizes[-1],
            "recipe": {**plan.recipes[name], "seed": seed},
            "steps": budgets[budget],
        }
        for seed, name, budget, size in each_training
    }


def sum_of(images: Images, labels: Labels) -> str:
    """Return the sum of a source and of the code of a training."""
    code = [sha256(path.read_bytes()) for name in CODE for path in sorted(ROOT.glob(name))]
    arrays = [[array.shape, sha256(array.tobytes())] for array in (images, labels)]
    return sha256(json.dumps([code, arrays]).encode())


def read_results(path: Path) -> dict[str, Score]:
    """Return the scores that earlier runs stored, by the key of the training."""
    scores = {}
    for line in path.read_bytes().splitlines() if path.exists() else ():
        # A run that is killed leaves part of a line, and a power failure anything.
        with contextlib.suppress(ValueError, TypeError):
            key, correct, rows = json.loads(line)
            scores[str(key)] = Score(int(correct), int(rows))
    return scores


def sweep(plan: Plan, images: Images, labels: Labels, results: Path) -> dict[Training, Score]:
    """Do every training of a curve that was not done before.

    Every result is added to the file `results` at once, a line of JSON with the sum of all that it
    depends on, so that a run that was killed goes on. Raise a ParamError if a training diverges,
    and a WorkersError if work can't run where the environment says.
    """
    todo, source = trainings(plan), sum_of(images, labels)
    keys = {
        training: sha256(json.dumps([arguments, source], sort_keys=True).encode())
        for training, arguments in todo.items()
    }
    scores = read_results(results)
    left = {training: todo[training] for training, key in keys.items() if key not in scores}
    done = len(todo) - len(left)
    print(f"{plan.source}: {len(todo)} trainings, {done} of them done before")
    results.parent.mkdir(parents=True, exist_ok=True)
    # No bar where nobody looks (`disable=None`). The rate is that of the whole run.
    bar = tqdm(
        None, plan.source, len(todo), initial=done, unit="training", smoothing=0, disable=None
    )
    scored = each(_score, left.items(), images, labels, plan.source, ordered=False)
    with results.open("ab") as file, bar:
        for training, score in scored:
            # The newline comes first, in case that what stands before is part of a line.
            file.write(f"\n{json.dumps([keys[training], *score])}".encode())
            file.flush()
            scores[keys[training]] = score
            bar.update()
    return {training: scores[key] for training, key in keys.items()}


def _score(
    item: tuple[Training, Mapping[str, Any]], images: Images, labels: Labels, source: str
) -> tuple[Training, Score]:
    training, arguments = item
    try:
        return training, train_and_score(images, labels, **arguments)
    except FloatingPointError as error:
        rate = arguments["recipe"]["learning_rate"]
        rows = f"{training.size} rows per class of {source}"
        message = f"{rate}: training on {rows} diverges ({error}); take a smaller one"
        raise ParamError("recipes", training.recipe, "learning_rate", message=message) from None
