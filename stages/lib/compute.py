"""Where work runs: in this process, in several, or on a cluster. What comes out is the same.

One environment variable says it, and never ``params.yaml``: where work runs must not change what is
built.
"""

from __future__ import annotations

import multiprocessing
import os
import re
from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from stages.lib.command import StageError
from stages.lib.extras import extra

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

T = TypeVar("T")
R = TypeVar("R")

VARIABLE = "TINYDATASETS_WORKERS"
# How many calls are under way for each worker, so that none waits for the next.
AHEAD = 2
# The processes fill the processors already.
ONE_THREAD = dict.fromkeys(("MKL_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")


def each(function: Callable[..., R], items: Iterable[T], *shared: Any) -> Iterator[R]:
    """Call a function with each of some items, wherever the environment says.

    The environment variable ``TINYDATASETS_WORKERS`` is a number of processes of this machine, or
    the address of a Dask scheduler, such as ``tcp://127.0.0.1:8786``. Without it, or with 1, the
    calls run in this process, each when its result is asked for.

    Parameters
    ----------
    function : callable
        A function of a module, which other processes can import.
    items : iterable
        What to call it with. A few at a time are taken from it, as many as keep all workers busy.
    *shared
        Further arguments, the same for every call.

    Returns
    -------
    iterator
        The results in the order of the items.

    Raises
    ------
    StageError
        If the variable has another value, the scheduler or a worker of it is not there, a package
        is missing, or a worker ends in the midst of its work.

    Examples
    --------
    >>> list(each(pow, [1, 2, 3], 2))
    [1, 4, 9]
    """
    where = os.environ.get(VARIABLE, "") or "1"
    if where == "1":
        return (function(item, *shared) for item in items)
    if re.fullmatch("[1-9][0-9]{0,3}", where):
        return _in_processes(int(where), function, items, *shared)
    if re.fullmatch(r"tcp://[^/\s]+:[0-9]+", where):
        cluster = extra("stages.lib.cluster", "dask[distributed]", f"{VARIABLE}: {where}")
        results: Iterator[R] = cluster.on_cluster(where, function, items, *shared)
        return results
    raise StageError(
        f"{VARIABLE}: {where!r} is neither a number of processes (1 or more) nor the address of "
        "a Dask scheduler, such as tcp://127.0.0.1:8786"
    )


def in_order(
    submit: Callable[..., Any], ahead: int, items: Iterable[T], *arguments: Any
) -> Iterator[Any]:
    """Submit items and give their results in order, some ahead of the one that is waited for.

    Parameters
    ----------
    submit : callable
        Starts a call, and gives a future of its result.
    ahead : int
        How many calls may be under way or have results that nobody has taken yet.
    items : iterable
        What to submit, each followed by the `arguments`.
    *arguments
        The same for every item.
    """
    waiting: deque[Any] = deque()
    try:
        for item in items:
            waiting.append(submit(item, *arguments))
            if len(waiting) > ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        # After an error or Ctrl-C nobody takes the other results.
        for future in waiting:
            future.cancel()


def _in_processes(
    n: int, function: Callable[..., R], items: Iterable[T], *shared: Any
) -> Iterator[R]:
    # Imported here: most runs are in one process and do without.
    from joblib.externals.loky import get_reusable_executor  # noqa: PLC0415
    from joblib.externals.loky.process_executor import BrokenProcessPool  # noqa: PLC0415

    executor = get_reusable_executor(max_workers=n, env=ONE_THREAD)
    try:
        yield from in_order(partial(executor.submit, function), AHEAD * n, items, *shared)
    except BrokenProcessPool:
        raise StageError(
            f"{VARIABLE}: {n}: one of the processes was ended from outside, perhaps because memory "
            "ran out; run it again, or with fewer"
        ) from None
    except BaseException:
        # After an error or Ctrl-C, do not wait for calls that are under way.
        for process in multiprocessing.active_children():
            process.terminate()
        executor.shutdown()
        raise
