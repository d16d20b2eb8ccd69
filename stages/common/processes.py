"""Let several processes of this machine do the work."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import cache, partial
from typing import TYPE_CHECKING, Any, TypeVar

from stages.common.compute import AHEAD, VARIABLE, in_order
from stages.common.errors import WorkersError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

T = TypeVar("T")
R = TypeVar("R")


def in_processes(
    n: int, function: Callable[..., R], items: Iterable[T], *shared: Any
) -> Iterator[R]:
    """Do what `compute.each` does, in `n` processes."""
    executor = _executor(n)
    try:
        yield from in_order(partial(executor.submit, function), AHEAD * n, items, *shared)
    except BaseException as error:
        # After an error or Ctrl-C, do not wait for calls that are under way.
        _executor.cache_clear()
        executor.shutdown(wait=False)
        for process in multiprocessing.active_children():
            process.terminate()
        executor.shutdown()
        if isinstance(error, BrokenProcessPool):
            raise process_ended(n) from None
        raise


def process_ended(n: int) -> WorkersError:
    """Say that one of `n` processes is gone."""
    return WorkersError(
        f"{VARIABLE}: {n}: one of the processes was ended from outside, perhaps because memory ran "
        "out; run it again, or with fewer"
    )


@cache
def _executor(n: int) -> ProcessPoolExecutor:
    """Start some processes, which other calls of `each` use too."""
    executor = ProcessPoolExecutor(
        n, multiprocessing.get_context("spawn"), end_with, (os.getpid(),)
    )
    # The processes inherit this: Ctrl-C is for their parent, which ends them.
    interrupt = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        for _ in range(n):
            executor.submit(os.getpid)
    finally:
        signal.signal(signal.SIGINT, interrupt)
    return executor


def end_with(parent: int) -> None:
    """See that this process ends when its parent does, also if that is killed."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
