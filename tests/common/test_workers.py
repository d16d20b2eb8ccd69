"""The same results wherever work runs, and one message where it can't."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import psutil
import pytest

from stages.common.blocks import Data
from stages.common.compute import VARIABLE, each
from stages.common.errors import StageError, WorkersError
from stages.sample.choose import choose
from stages.common.neighbours import nearest
from stages.sample.hash_draw import (
    candidates,
    draw_blocks,
    hash_draw,
    priorities,
    priorities_of_ids,
)
from tests.conftest import ROOT, free_port
from tests.in_blocks import in_blocks

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    import numpy.typing as npt


@pytest.fixture(params=["1", "2", "cluster"])
def workers(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Let work run in this process, in two others, and on the two workers of a cluster."""
    where: str = request.param
    value = request.getfixturevalue(where) if where == "cluster" else where
    monkeypatch.setenv(VARIABLE, value)
    return where


def end_once(item: int, flag: Path) -> int:
    """Give an item, but end the process that comes here first, as a lack of memory does."""
    try:
        flag.touch(exist_ok=False)
    except FileExistsError:
        return item
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def process_of(item: int) -> tuple[int, int]:
    return item, os.getpid()


def stop_at_three(item: int, text: str) -> None:
    if item == 3:
        raise StageError(f"{text}: three")


@pytest.mark.usefixtures("workers")
@pytest.mark.parametrize("draw", ["shuffle", "hash"])
def test_difficulty_and_curation_are_the_same_everywhere(
    draw: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    generator = np.random.RandomState(8)
    labels = generator.permutation(np.repeat([0, 1, 2], 40))
    images = generator.randint(0, 200, (120, 4, 4)).astype(np.uint8) + labels[:, None, None]
    blocks = in_blocks(images.astype(np.uint8), 17)
    counts = {
        "train": {0: 20, 1: 20, 2: 0},
        "val": {0: 0, 1: 2, 2: 0},
        "test": {0: 5, 1: 0, 2: 5},
    }

    def chosen() -> list[object]:
        neighbours = nearest(blocks, labels)
        drawn, table, _ = choose(
            Data(blocks, labels, neighbours=neighbours),
            strategy="curated",
            draw=draw,
            seed=1,
            counts=counts,
            test_draw="next",
            maximum=255,
        )
        rows = {split: of_split.tolist() for split, of_split in drawn.items()}
        return [neighbours.tolist(), rows, table]

    elsewhere = chosen()
    monkeypatch.delenv(VARIABLE)
    assert elsewhere == chosen()


@pytest.mark.usefixtures("workers")
@pytest.mark.parametrize("ids", [None, np.arange(300), np.array([f"leaf {i}" for i in range(300)])])
def test_the_draw_by_hash_is_the_same_everywhere(ids: npt.NDArray[Any] | None) -> None:
    generator = np.random.RandomState(9)
    labels = generator.permutation(np.repeat([0, 1], 150))
    images = generator.randint(0, 3, (300, 2, 2)).astype(np.uint8)
    counts = {"train": [40, 0], "val": [3, 5], "test": [0, 20]}
    of_rows = priorities(images, 5) if ids is None else priorities_of_ids(ids, 5)
    expected = hash_draw([candidates(labels, of_rows, counts)], counts)
    for rows in (300, 7):
        drawn = draw_blocks(in_blocks(images, rows), labels, ids, counts, 5)
        assert {split: drawn[split].tolist() for split in drawn} == {
            split: expected[split].tolist() for split in expected
        }


def test_results_come_in_order_from_where_they_should(workers: str) -> None:
    items, processes = zip(*each(process_of, range(40)), strict=True)
    assert items == tuple(range(40))
    if workers == "1":
        assert {*processes} == {os.getpid()}
    else:
        assert os.getpid() not in processes


@pytest.mark.usefixtures("workers")
def test_an_error_of_the_user_arrives_as_it_is() -> None:
    with pytest.raises(StageError, match=r"^labels: three$"):
        list(each(stop_at_three, range(5), "labels"))


@pytest.mark.usefixtures("workers")
def test_few_items_are_taken_ahead() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for item in range(1000):
            taken.append(item)
            yield item

    results = cast("Generator[tuple[int, int], None, None]", each(process_of, items()))
    assert next(results)[0] == 0
    assert len(taken) < 10
    results.close()


PROGRAM = """
from pathlib import Path
from stages.common import command
from stages.common.compute import each
from tests.common.test_compute import end_once

def main(flag: Path) -> None:
    print(*each(end_once, range(12), flag))

command.run(main)
"""


def run(value: str, folder: Path, seconds: int = 60) -> subprocess.CompletedProcess[str]:
    """Run a command of which the first worker that takes an item is ended from outside."""
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, folder / "flag"],
        cwd=ROOT,
        env={**os.environ, VARIABLE: value},
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


def test_a_worker_of_a_cluster_may_be_killed(cluster: str, tmp_path: Path) -> None:
    result = run(cluster, tmp_path)
    assert (tmp_path / "flag").exists()
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == "0 1 2 3 4 5 6 7 8 9 10 11\n"


def test_a_process_that_is_killed_is_said(tmp_path: Path) -> None:
    result = run("2", tmp_path)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith(f"{VARIABLE}: 2: one of the processes was ended from outside")
    assert result.stderr.count("\n") == 1


def wait_here(_: int, folder: Path) -> None:
    """Say which process this is, and wait longer than a test does."""
    (folder / str(os.getpid())).touch()
    time.sleep(60)


def wait_until(condition: Callable[[], bool]) -> None:
    for _ in range(200):
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGKILL])
def test_processes_end_with_the_command(sent: signal.Signals, tmp_path: Path) -> None:
    program = PROGRAM.replace("end_once", "wait_here")
    environ = {**os.environ, VARIABLE: "2"}
    command = [sys.executable, "-c", program, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, env=environ, stderr=subprocess.PIPE) as process:
        wait_until(lambda: len([*tmp_path.iterdir()]) == 2)
        process.send_signal(sent)
        printed = process.communicate(timeout=20)[1]
    if sent == signal.SIGINT:
        assert (process.returncode, printed) == (130, b"Stopped.\n")
    pids = [int(path.name) for path in tmp_path.iterdir()]
    wait_until(lambda: not any(is_running(pid) for pid in pids))


def is_running(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def test_a_scheduler_that_is_not_there_is_said_within_ten_seconds(tmp_path: Path) -> None:
    address = f"tcp://127.0.0.1:{free_port()}"
    result = run(address, tmp_path, seconds=10)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith(f"{VARIABLE}: {address}: no Dask scheduler answers there (")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("value", ["0", "-1", "two", "1.5", "127.0.0.1:8786", "http://a:1", " 2"])
def test_a_wrong_value_is_said(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, value)
    with pytest.raises(WorkersError) as caught:
        each(pow, [1], 2)
    assert str(caught.value).startswith(f"{VARIABLE}: {value!r} is neither a number of processes")


def test_without_dask_the_command_that_installs_it_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(VARIABLE, "tcp://127.0.0.1:8786")
    monkeypatch.delitem(sys.modules, "stages.common.cluster", raising=False)
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(
        WorkersError, match=r"run `make large`, or `pip install 'dask\[distributed\]'`$"
    ):
        each(pow, [1], 2)


def test_dask_is_not_imported_without_need() -> None:
    program = (
        "import sys, stages.source, stages.sample\nprint({'dask', 'distributed'} & {*sys.modules})"
    )
    environ = {key: value for key, value in os.environ.items() if key != VARIABLE}
    printed = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environ, capture_output=True, check=True
    ).stdout
    assert printed == b"set()\n"
