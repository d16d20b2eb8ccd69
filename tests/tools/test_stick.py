"""The folder for a class without a network, and what installs from it."""

import platform
import re
import sys
from importlib.metadata import distribution
from zipfile import ZipFile

from tests.conftest import Repository
from tests.lesson.test_notebook import NOTEBOOK, run

PYTHON = f"3.{sys.version_info.minor}"
SYSTEM = f"manylinux_2_28_{platform.machine()}"


def test_it_installs_without_a_network_and_stays_if_a_run_fails(clone: Repository) -> None:
    stick, page = clone.folder / "build/stick", clone.folder / "lesson/index.html"
    numpy, tag = distribution("numpy"), f"cp3{sys.version_info.minor}"
    # In place of an index, the NumPy that is installed here, as a wheel again.
    with ZipFile(clone.folder / f"numpy-{numpy.version}-{tag}-{tag}-{SYSTEM}.whl", "w") as wheel:
        for path in numpy.files or []:
            if not {"..", "__pycache__"} & {*path.parts}:
                wheel.write(str(path.locate()), str(path))

    def make(systems: str, status: int = 0) -> str:
        offline = ("env", "PIP_CONFIG_FILE=/dev/null", "PIP_NO_INDEX=1", "PIP_FIND_LINKS=.")
        return clone.run(*offline, "python", "-m", "tools.stick", systems, PYTHON, status=status)

    page.unlink(missing_ok=True)
    assert "run `make lesson` first" in make("", 1)
    page.write_bytes(bytes(900_000))  # as large as it may be
    make("")
    assert sum(map(len, clone.contents("build/stick").values())) < 5_000_000
    make(SYSTEM)
    before = clone.contents("build/stick")
    assert "SYSTEMS: win_amd46 is unknown. Did you mean win_amd64?" in make("win_amd46", 1)
    assert make("win_amd64", 1).startswith(f"NumPy for win_amd64 and Python {PYTHON} was not downl")
    assert clone.contents("build/stick") == before
    for start in (stick / "START-HERE.html", stick / "lesson/README.html"):
        links = re.findall(r'(?:href|src)="(.*?)"', start.read_text(encoding="utf-8"))
        assert {start.parent.joinpath(link).is_file() for link in links} == {True}
    clone.run(sys.executable, "-m", "venv", "env")
    install = "env/bin/python -m pip install --no-index --find-links build/stick tinydatasets"
    clone.run("env", "PIP_CONFIG_FILE=/dev/null", *install.split())
    python = str(clone.folder / "env/bin/python")
    assert run("env", "-i", python, folder=stick) == NOTEBOOK.read_text(encoding="utf-8")
