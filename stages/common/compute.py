"""Where work runs: in this process, in several, or on a cluster. What comes out is the same.

One environment variable says it, and never ``params.yaml``: where work runs must not change what is
built.
"""

from __future__ import annotations

import os
import re
from collections import deque
from typing import TYPE_CHECKING, Any, TypeVar

from stages.common.errors import StageError, WorkersError
from stages.common.extras import extra

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

T = TypeVar("T")
R = TypeVar("R")

VARIABLE = "TINYDATASETS_WORKERS"


# How many calls are under way for each worker, so that none waits for the next.
AHEAD = 2


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
    WorkersError
        If the variable has another value, the scheduler or a worker of it is not there, a package
        is missing, or a worker ends in the midst of its work.

    Examples
    --------
    >>> list(each(pow, [1, 2, 3], 2))
    [1, 4, 9]
    """
    workers = where()
    if workers == 1:
        return (function(item, *shared) for item in items)
    if isinstance(workers, int):
        # Imported here, as Dask is: it takes time, and most runs are in one process.
        from stages.common.processes import in_processes  # noqa: PLC0415

        return in_processes(workers, function, items, *shared)
    results: Iterator[R] = dask_cluster(workers).on_cluster(workers, function, items, *shared)
    return results


def where() -> int | str:
    """Give what the environment says: a number of processes, or the address of a Dask scheduler.

    Raises
    ------
    WorkersError
        If ``TINYDATASETS_WORKERS`` has another value.
    """
    said = os.environ.get(VARIABLE, "") or "1"
    if re.fullmatch("[1-9][0-9]{0,2}", said):
        return int(said)
    if re.fullmatch(r"tcp://[^/\s]+:[0-9]+", said):
        return said
    raise WorkersError(
        f"{VARIABLE}: {said!r} is neither a number of processes (1 to 999) nor the address of "
        "a Dask scheduler, such as tcp://127.0.0.1:8786"
    )


def dask_cluster(address: str) -> Any:
    """Give the module `cluster`, which needs Dask; `address` is for the message if it is missing.

    Raises
    ------
    WorkersError
        If Dask is not installed.
    """
    try:
        return extra("stages.common.cluster", "dask[distributed]", f"{VARIABLE}: {address}")
    except StageError as error:
        raise WorkersError(str(error)) from None


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
    for item in items:
        waiting.append(submit(item, *arguments))
        if len(waiting) > ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()
