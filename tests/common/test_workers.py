"""The same results wherever work runs, and one message where it can't."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from stages.common.errors import WorkersError
from stages.common.workers import VARIABLE, connect, each, worker_target
from tests.conftest import ROOT, free_port


@pytest.fixture(params=["1", "2", "cluster"])
def workers(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Let work run in this process, in two others, and on the two workers of a cluster."""
    where: str = request.param
    value = request.getfixturevalue(where) if where == "cluster" else where
    monkeypatch.setenv(VARIABLE, value)
    return where


def process_of(item: int, shared: Any = None) -> tuple[int, int, str]:
    return item, os.getpid(), type(shared).__name__


@pytest.mark.parametrize("ordered", [True, False])
def test_results_come_from_where_they_should(workers: str, *, ordered: bool) -> None:
    large = np.zeros(300_000)
    results = list(each(process_of, range(40), large, ordered=ordered))
    items, processes, types = (list(column) for column in zip(*results, strict=True))
    assert (items if ordered else sorted(items)) == [*range(40)]
    assert (os.getpid() in processes) == (workers == "1")
    # Where processes have one memory, an array that they share is there once.
    assert {*types} == {"memmap" if workers == "2" else "ndarray"}


def wait_for(item: int, flag: Path) -> int:
    wait_until(flag.exists)
    return item


def wait_until(condition: Callable[[], bool]) -> None:
    for _ in range(200):
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError


@pytest.mark.usefixtures("workers")
def test_few_items_are_under_way(tmp_path: Path) -> None:
    flag = tmp_path / "flag"

    def items() -> Iterator[int]:
        for item in range(100):
            # Two workers have two each, none of which ends before.
            assert item < 6 or flag.exists()
            if item == 3:
                flag.touch()
            yield item

    if worker_target() == 1:
        flag.touch()
    assert [*each(wait_for, items(), flag)] == [*range(100)]


PROGRAM = """
import signal
from pathlib import Path
from stages.common import command
from stages.common.workers import each
from tests.common import test_workers

def main(call: str, folder: Path) -> None:
    # A shell may have started the tests so that they ignore Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    print(*each(getattr(test_workers, call), range(12), folder))

command.run(main)
"""


def end_once(item: int, folder: Path) -> int:
    """Return an item, but end the process that comes here first, as a lack of memory does."""
    try:
        (folder / "flag").touch(exist_ok=False)
    except FileExistsError:
        return item
    return end_always(item, folder)


def end_always(item: int, folder: Path) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError(item, folder)


def run(value: str, call: str, folder: Path) -> tuple[int, str, str]:
    """Run a command in a process of its own; return its status and what it printed."""
    result = subprocess.run(
        [sys.executable, "-c", PROGRAM, call, folder],
        cwd=ROOT,
        env={**os.environ, VARIABLE: value},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return result.returncode, result.stdout, result.stderr


def test_a_worker_of_a_cluster_may_be_killed(cluster: str, tmp_path: Path) -> None:
    assert run(cluster, "end_once", tmp_path) == (0, "0 1 2 3 4 5 6 7 8 9 10 11\n", "")
    assert (tmp_path / "flag").exists()


@pytest.mark.parametrize(
    ("where", "call", "message"),
    [
        ("2", "end_once", "one of the processes was ended from outside"),
        ("cluster", "end_always", "each worker that took a task was ended from outside"),
        ("nowhere", "end_once", "no Dask scheduler answers there ("),
    ],
)
def test_what_can_not_go_on_is_one_line(
    where: str, call: str, message: str, tmp_path: Path, cluster: str
) -> None:
    value = {"cluster": cluster, "nowhere": f"tcp://127.0.0.1:{free_port()}"}.get(where, where)
    status, printed, error = run(value, call, tmp_path)
    assert (status, printed, error.count("\n")) == (1, "", 1)
    assert error.startswith(f"{VARIABLE}: {value}: {message}")
    # Those that ended are started anew.
    connect(cluster).wait_for_workers(2, timeout=60)


def wait_here(_: int, folder: Path) -> None:
    """Say which process this is, and wait longer than a test does."""
    (folder / str(os.getpid())).touch()
    time.sleep(60)


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGKILL])
def test_processes_end_with_the_command(sent: signal.Signals, tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "wait_here", tmp_path],
        cwd=ROOT,
        env={**os.environ, VARIABLE: "2"},
        stderr=subprocess.PIPE,
    ) as process:
        wait_until(lambda: len([*tmp_path.iterdir()]) == 2)
        children = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(sent)
        printed = process.communicate(timeout=20)[1]
    if sent == signal.SIGINT:
        assert (process.returncode, printed) == (130, b"Stopped.\n")
    assert psutil.wait_procs(children, timeout=20)[1] == []


@pytest.mark.parametrize("value", ["0", "two", "1.5", "127.0.0.1:8786", "http://a:1", " 2"])
def test_a_wrong_value_is_named(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, value)
    with pytest.raises(WorkersError, match=f"^{VARIABLE}: {value!r} is neither a number of proc"):
        each(pow, [1], 2)


def test_without_dask_the_command_that_installs_it_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(VARIABLE, "tcp://127.0.0.1:8786")
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(WorkersError, match=r"`make large`, or `pip install 'dask\[distributed\]'`"):
        each(pow, [1], 2)
