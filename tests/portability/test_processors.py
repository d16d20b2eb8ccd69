"""The sums on this machine's own processor, and what is said where there is no emulator."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.portability import processors, sums
from tests.portability.grid import Environment

if TYPE_CHECKING:
    from collections.abc import Callable

SPECIFICATION = importlib.util.find_spec("sklearn")
assert SPECIFICATION is not None
DIGITS = Path(str(SPECIFICATION.origin)).parent / "datasets/data/digits.csv.gz"


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    # As from another process.
    computed: dict[str, Any] = json.loads(json.dumps(sums.compute(DIGITS)))
    return {**computed, "seconds": 1}


def test_this_processor_gives_what_is_committed(found: dict[str, Any]) -> None:
    for part, wanted in processors.expected().items():
        assert found[part] == wanted


@pytest.fixture
def run(
    found: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., int]:
    """Give a `main` for which the work is done, and which gives its status."""

    def run(**changes: Any) -> int:
        plain = {"a @ b": "of another kernel", "np.exp": "of another library"}
        kernels = {"one": found, "another": {**found, "plain": plain}}
        given = {
            "arithmetic": lambda: [Environment(name) for name in kernels],
            "native": lambda environment: kernels[environment.name],
            "prepare_emulators": lambda folder: folder,
            "emulate": lambda *_, **__: found,
            **changes,
        }
        for name, replacement in given.items():
            monkeypatch.setattr(processors, name, replacement)
        with pytest.raises(SystemExit) as caught:
            processors.main(keep=tmp_path / "kept")
        return int(caught.value.code or 0)

    return run


def test_the_table_has_a_line_for_each(
    run: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run() == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" | ")[0] for line in lines[2:8]] == [
        *("| one", "| another"),
        *("| arm64", "| armhf", "| ppc64el", "| s390x"),
    ]
    assert lines[-1] == (
        "Different sums where arithmetic is plain: 2 with `a @ b`, 2 with `np.exp`."
    )


def test_one_other_sum_is_shown(
    run: Callable[..., int], found: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    computes = {**found["computes"], "unstable": found["plain"]["a @ b"]}
    other = {**found, "computes": computes}
    assert run(emulate=lambda *_, **__: other) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.count("differs") for line in lines[2:8]] == [0, 0, 1, 1, 1, 1]


def test_environments_that_compute_alike_prove_nothing(
    run: Callable[..., int], found: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(native=lambda _: found) == 1
    assert "1 with `a @ b`, 1 with `np.exp`" in capsys.readouterr().out


@pytest.mark.parametrize("ci", ["", "true"])
def test_without_packages_processors_are_skipped_but_not_in_ci(
    run: Callable[..., int],
    ci: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("CI", ci)
    prepare_emulators = processors.prepare_emulators
    monkeypatch.setenv("PATH", str(tmp_path))
    assert run(prepare_emulators=prepare_emulators) == bool(ci)
    printed = capsys.readouterr()
    assert printed.err == ("Other processors are skipped: dpkg is not installed\n")
    assert printed.out.count("| same |") > 0
    # Nothing half-built is left to be taken for whole the next time.
    assert list((tmp_path / "kept").iterdir()) == []
