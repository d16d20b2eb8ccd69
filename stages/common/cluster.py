"""Let the workers of a Dask scheduler do the work.

Dask is an extra, so `compute` imports this module only where it is needed.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import warnings
from functools import cache, partial
from typing import TYPE_CHECKING, Any, TypeVar

from distributed import CancelledError, Client, KilledWorker
from distributed.comm.core import connect as greet
from distributed.versions import VersionMismatchWarning

from stages.common.compute import AHEAD, VARIABLE, in_order
from stages.common.errors import WorkersError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

T = TypeVar("T")
R = TypeVar("R")

# How long a scheduler may take to answer, and then to have a worker.
SECONDS = 4


def on_cluster(
    address: str, function: Callable[..., R], items: Iterable[T], *shared: Any
) -> Iterator[R]:
    """Do what `compute.each` does, on the workers of the scheduler at `address`."""
    client = connect(address)
    submit = partial(client.submit, function, pure=False)
    ahead = AHEAD * sum(client.nthreads().values())
    with report_lost_workers(address):
        yield from in_order(submit, ahead, items, *shared)


@contextlib.contextmanager
def report_lost_workers(address: str) -> Iterator[None]:
    """Say in one message that a scheduler, or one worker after the other, is lost.

    Raises
    ------
    WorkersError
        In place of what Dask raises then.
    """
    try:
        yield
    except KilledWorker:
        raise WorkersError(
            f"{VARIABLE}: {address}: each worker that took a task was ended from outside, perhaps "
            "because memory ran out; the workers' logs say more"
        ) from None
    except CancelledError:
        raise WorkersError(
            f"{VARIABLE}: {address}: the Dask scheduler is no longer there"
        ) from None


@cache
def connect(address: str) -> Client:
    """Connect with a scheduler, once in a process, and see that its workers can do the work.

    Raises
    ------
    WorkersError
        If none answers within some seconds, it has no worker, or one can't import this project.
    """
    # All that a user must know stands in our message.
    for name in ("distributed", "distributed.client"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        asyncio.run(asyncio.wait_for(_greet(address), SECONDS + 1))
    except Exception as error:
        raise WorkersError(
            f"{VARIABLE}: {address}: no Dask scheduler answers there "
            f"({str(error) or 'no answer'}); start one with `dask scheduler`"
        ) from None
    with warnings.catch_warnings():
        # With other versions the results are the same, or there is an error.
        warnings.simplefilter("ignore", VersionMismatchWarning)
        client = Client(address, timeout=SECONDS)
    try:
        client.wait_for_workers(1, timeout=SECONDS)
        client.run(_import)  # on every worker
        client.submit(_import, pure=False).result()  # the scheduler must be able to, too
    except asyncio.TimeoutError:
        raise WorkersError(
            f"{VARIABLE}: {address}: the Dask scheduler has no worker; start one with "
            f"`dask worker {address}`"
        ) from None
    except Exception as error:
        raise WorkersError(
            f"{VARIABLE}: {address}: the Dask scheduler and its workers must be able to import "
            "`stages`: start each with the .venv of a clone of this version "
            f"({' '.join(str(error).split())})"
        ) from None
    return client


async def _greet(address: str) -> None:
    # A client waits without end for something that listens there and is no scheduler.
    comm = await greet(address, timeout=SECONDS)
    await comm.close()


def _import() -> None:
    """Do nothing, where it can be imported."""
