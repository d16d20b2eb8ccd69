"""All trainings of a learning curve, wherever joblib runs them, and each only once."""

from __future__ import annotations

import contextlib
import json
import os
from concurrent.futures.process import BrokenProcessPool
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from joblib import Parallel, delayed, parallel_config
from tqdm import tqdm

from experiments.curves import training
from experiments.curves.results import append, read_results
from experiments.curves.training import Score, score
from stages.common.compute import dask_cluster, where
from stages.common.errors import StageError
from stages.common.imports import Modules
from stages.common.processes import end_with, process_ended
from stages.common.sums import sha256

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy as np
    import numpy.typing as npt


class Training(NamedTuple):
    """Which training: of which recipe, for how long, with how many rows per class, which seed."""

    recipe: str
    budget: str
    size: int
    seed: int


def trainings(params: Mapping[str, Any]) -> dict[Training, dict[str, Any]]:
    """Give every training of a curve, with the arguments of `score`.

    Parameters
    ----------
    params : mapping
        ``sizes``, ``seeds``, ``steps``, ``maximum`` and ``recipes``, as stage `curve_params` writes
        them.

    Returns
    -------
    dict of Training to dict
        Seed after seed, so that the time that is left can be told from the time that was taken.
    """
    return {
        Training(name, budget, size, seed): {
            "maximum": params["maximum"],
            "size": size,
            "largest": max(params["sizes"]),
            "seed": seed,
            "recipe": {key: value for key, value in recipe.items() if key != "seed"},
            "steps": steps,
        }
        for seed, (name, recipe), (budget, steps), size in product(
            range(params["seeds"]),
            params["recipes"].items(),
            (("epochs", None), ("steps", params["steps"])),
            params["sizes"],
        )
    }


def key_of(arguments: Mapping[str, Any], data: str) -> str:
    """Give a name to a training that is another one if anything is that its result depends on.

    Parameters
    ----------
    arguments : mapping
        Those of `score`, but for the source.
    data : str
        The sum of the source and of the code of a training, as `sum_of` gives it.
    """
    return sha256(json.dumps([arguments, data], sort_keys=True).encode())


def sum_of(images: npt.NDArray[np.uint8], labels: npt.NDArray[np.int64]) -> str:
    """Give the sum of a source and of the modules that a training imports."""
    code = [
        sha256(Path(name).read_bytes()) for name in Modules(Path()).needed_by(training.__name__)
    ]
    arrays = [[array.shape, sha256(array.tobytes())] for array in (images, labels)]
    return sha256(json.dumps([code, arrays]).encode())


def sweep(
    images: npt.NDArray[np.uint8],
    labels: npt.NDArray[np.int64],
    params: Mapping[str, Any],
    results: Path,
    title: str,
) -> dict[Training, Score]:
    """Do every training of a curve that was not done before.

    Parameters
    ----------
    images, labels : ndarray
        The source, as for `score`.
    params : mapping
        As for `trainings`.
    results : Path
        The file that every result is added to as soon as it is known.
    title : str
        The name of the source, for the progress bar and for messages.

    Returns
    -------
    dict of Training to Score
        Every training of the curve, in the order of `trainings`.

    Raises
    ------
    StageError
        If a training diverges.
    WorkersError
        If work can't run where the environment says.
    """
    todo = trainings(params)
    data = sum_of(images, labels)
    keys = {one: key_of(arguments, data) for one, arguments in todo.items()}
    found = read_results(results)
    left = [one for one, key in keys.items() if key not in found]
    print(f"{title}: {len(todo)} trainings, {len(todo) - len(left)} of them done before")
    results.parent.mkdir(parents=True, exist_ok=True)
    # No bar where nobody looks (`disable=None`). The rate is that of the whole run.
    bar = tqdm(
        desc=title,
        total=len(todo),
        initial=len(todo) - len(left),
        unit="training",
        smoothing=0,
        disable=None,
    )
    with results.open("ab") as file, bar, _joblib():
        calls = (delayed(_score)(one, images, labels, todo[one], title) for one in left)
        # One training at a time, so that its result is stored as soon as it is there.
        for one, its_score in Parallel(return_as="generator_unordered", batch_size=1)(calls):
            append(file, keys[one], its_score)
            found[keys[one]] = its_score
            bar.update()
    return {one: found[key] for one, key in keys.items()}


def _score(
    one: Training,
    images: npt.NDArray[np.uint8],
    labels: npt.NDArray[np.int64],
    arguments: Mapping[str, Any],
    title: str,
) -> tuple[Training, Score]:
    try:
        return one, score(images, labels, **arguments)
    except FloatingPointError as error:
        raise StageError(
            f"params.yaml: recipes.{one.recipe}.learning_rate: "
            f"{arguments['recipe']['learning_rate']}: training on {one.size} rows per class of "
            f"{title} diverges ({error}); take a smaller one"
        ) from None


@contextlib.contextmanager
def _joblib() -> Iterator[None]:
    """Let joblib run what is in this block where the environment says."""
    workers = where()
    if isinstance(workers, int):
        processes = parallel_config(
            "loky", n_jobs=workers, initializer=end_with, initargs=(os.getpid(),)
        )
        try:
            with processes:
                yield
        except BrokenProcessPool:
            raise process_ended(workers) from None
    else:
        cluster = dask_cluster(workers)
        with (
            cluster.report_lost_workers(workers),
            parallel_config("dask", client=cluster.connect(workers)),
        ):
            yield
