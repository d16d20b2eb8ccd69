"""Where work runs: here, in several processes, or on a cluster. What comes out is the same."""

import asyncio
import logging
import os
import re
import signal
import threading
import time
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures.process import BrokenProcessPool
from functools import cache
from itertools import islice
from typing import Any

from stages.common.command import extra
from stages.common.errors import StageError, WorkersError

VARIABLE = "TINYDATASETS_WORKERS"
# How many seconds a scheduler may take to answer, and then to have a worker.
PATIENCE = 4


def each(
    function: Callable[..., Any], items: Iterable[Any], *shared: Any, ordered: bool = True
) -> Iterator[Any]:
    """Yield what a function of a module returns for each item, followed by `shared` arguments.

    A call runs in this process, when its result is asked for; or elsewhere, two for each worker at
    a time. Unless `ordered`, a result comes as soon as it is there. Raises WorkersError if work
    can't run where `worker_target` says, or is ended from outside there.
    """
    target = worker_target()
    if isinstance(target, str):
        return _on_cluster(connect(target), function, items, shared, ordered=ordered)
    if target > 1:
        return _in_processes(target, function, items, shared, ordered=ordered)
    return (function(item, *shared) for item in items)


def worker_target() -> int | str:
    """Return a number of processes, or the address of a Dask scheduler; or raise WorkersError."""
    # Not in params.yaml: it must not change what is built.
    value = os.environ.get(VARIABLE) or "1"
    if re.fullmatch("[1-9][0-9]{0,2}", value):
        return int(value)
    if re.fullmatch(r"tcp://[^/\s]+:[0-9]+", value):
        return value
    raise WorkersError(
        f"{VARIABLE}: {value!r} is neither a number of processes (1 to 999) nor the address of "
        "a Dask scheduler, such as tcp://127.0.0.1:8786"
    )


def _lost(message: str) -> WorkersError:
    return WorkersError(f"{VARIABLE}: {os.environ.get(VARIABLE)}: {message}")


def _in_processes(n: int, call: Any, items: Any, shared: Any, *, ordered: bool) -> Iterator[Any]:
    # Imported here, as Dask is: it takes time, and most runs are in one process.
    from joblib import Parallel, delayed, parallel_config  # noqa: PLC0415

    returned = "generator" if ordered else "generator_unordered"
    with parallel_config("loky", n_jobs=n, initializer=_end_with, initargs=(os.getpid(),)):
        parallel = Parallel(return_as=returned, batch_size=1, pre_dispatch="2*n_jobs")
    try:
        yield from parallel(delayed(call)(item, *shared) for item in items)
    except BrokenProcessPool:
        reason = "one of the processes was ended from outside, perhaps because memory ran out"
        raise _lost(f"{reason}; run it again, or with fewer") from None


def _end_with(parent: int) -> None:
    """End this process when its parent ends, also if that is killed; leave Ctrl-C to the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _on_cluster(client: Any, call: Any, items: Any, shared: Any, *, ordered: bool) -> Iterator[Any]:
    # Not by joblib, which waits without end for a task of which each worker died.
    import distributed  # noqa: PLC0415

    # Unlike scattered data, the result of a task is there again after its worker is lost.
    held = [client.submit(_same, argument, pure=False) for argument in shared]
    calls = (client.submit(call, item, *held, pure=False) for item in items)
    # There is none for a moment where the only one is started anew.
    ahead = islice(calls, 2 * max(sum(client.nthreads().values()), 1))
    try:
        if ordered:
            waiting = deque(ahead)
            while waiting:
                yield waiting.popleft().result()
                waiting.extend(islice(calls, 1))
        else:
            for future in (running := distributed.as_completed(ahead)):
                yield future.result()
                running.update(islice(calls, 1))
    except distributed.KilledWorker:
        reason = "each worker that took a task was ended from outside, perhaps because memory ran"
        raise _lost(f"{reason} out; the workers' logs say more") from None
    except distributed.CancelledError:
        raise _lost("the Dask scheduler is no longer there") from None


@cache
def connect(address: str) -> Any:
    """Return a client of a Dask scheduler whose workers can do the work, or raise WorkersError."""
    try:
        distributed = extra("distributed", "dask[distributed]", f"{VARIABLE}: {address}")
    except StageError as error:
        raise WorkersError(str(error)) from None
    # All that a user must know is in our message; with other versions results are the same, or
    # there is an error; what is large is sent once.
    for name in ("distributed", "distributed.client"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    warnings.simplefilter("ignore", distributed.versions.VersionMismatchWarning)
    warnings.filterwarnings("ignore", "Sending large graph")
    try:
        asyncio.run(asyncio.wait_for(_greet(distributed, address), PATIENCE + 1))
    except Exception as error:
        reason = f"no Dask scheduler answers there ({str(error) or 'no answer'})"
        raise _lost(f"{reason}; start one with `dask scheduler`") from None
    client = distributed.Client(address, timeout=PATIENCE)
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
        client.run(_same, None)  # on every worker
        client.submit(_same, None, pure=False).result()  # the scheduler must be able to, too
    except asyncio.TimeoutError:
        reason = "the Dask scheduler has no worker"
        raise _lost(f"{reason}; start one with `dask worker {address}`") from None
    except Exception as error:
        reason = "the Dask scheduler and its workers must be able to import `stages`: start each "
        words = " ".join(str(error).split())
        raise _lost(f"{reason}with the .venv of a clone of this version ({words})") from None
    return client


async def _greet(distributed: Any, address: str) -> None:
    # A client waits without end for something that listens there and is no scheduler.
    await (await distributed.comm.connect(address, timeout=PATIENCE)).close()


def _same(value: Any) -> Any:
    return value
