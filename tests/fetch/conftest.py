"""A user's folder, mirrors on this machine, and the command."""

import dataclasses
import types
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fetch.server import Mirror, serving
from tinydatasets.__main__ import main
from tinydatasets.fetch.benchmarks import BENCHMARKS, Benchmark

# Makes a small benchmark, whose files are given, the one that is fetched, from any mirrors.
Publish = Callable[..., None]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TINYDATASETS_HOME", str(tmp_path / "home"))
    # The machine's proxies have no part in this, and nobody waits before a second attempt.
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr("pooch.core.time", types.SimpleNamespace(sleep=lambda _: None))
    return tmp_path / "home"


@pytest.fixture
def mirror() -> Iterator[Mirror]:
    with serving() as mirror:
        yield mirror


@pytest.fixture
def publish(monkeypatch: pytest.MonkeyPatch) -> Publish:
    def publish(benchmark: Benchmark, files: dict[str, bytes], *mirrors: Mirror) -> None:
        for mirror in mirrors:
            mirror.files = {f"/{name}": content for name, content in files.items()}
        listed = dataclasses.replace(benchmark, mirrors=tuple(mirror.url for mirror in mirrors))
        monkeypatch.setitem(BENCHMARKS, benchmark.name, listed)

    return publish


def fetch(*arguments: str | Path) -> None:
    """Run ``tinydatasets fetch`` and see it succeed."""
    main(["fetch", *map(str, arguments)])


def failing(*arguments: str | Path) -> str:
    """Run ``tinydatasets fetch``, see it stop with status 1, and return its one message."""
    with pytest.raises(SystemExit) as stopped:
        fetch(*arguments)
    # A string makes the interpreter print it and end with 1.
    assert isinstance(stopped.value.code, str)
    return stopped.value.code
