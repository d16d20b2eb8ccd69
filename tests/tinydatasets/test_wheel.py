"""The wheel, and the package installed from it, with the oldest and the newest NumPy."""

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from email import message_from_bytes
from pathlib import Path

import pytest

from tests.conftest import ROOT, copy_repository

# Read, write again, and read what this version of NumPy writes by itself.
SCRIPT = """
import hashlib, pickle, sys
from importlib import metadata
import numpy as np
import tinydatasets
from tinydatasets import pickles

print(np.__version__ == "1.22.0")
for name in ("tinydigits", "tinydigits-150", "tinymnist"):
    for split in tinydatasets.load(name):
        print(hashlib.sha256(pickles.dumps(split)).hexdigest())
        own = pickle.dumps({"images": split.images, "labels": split.labels}, protocol=4)
        assert (pickles.loads(own).images == split.images).all()
dataset = tinydatasets.load("tinymnist")
print(dataset.val, dataset.classes)
text = tinydatasets.load_text("tinytalks")
print([len(split) for split in text], text.test[0].id)
files = metadata.files("tinydatasets")
print(sorted(str(f).partition("licenses/")[2] for f in files if "dist-info/licenses/" in str(f)))
print(sorted({name.partition(".")[0] for name in sys.modules} & {"yaml", "sklearn", "pydantic"}))
"""
SUMS = """\
254293630e549113002cdc3f7f1542715e0a40288a3a8a0358fb8e478dce1e54
767ea1644a12dac6f3f94f63536de4deace8a0fa1f5c54f80a9419a267c7802d
4bfcce69e3abe29ca91a7709b4fd7ace1303dc8a980117ee7c081cdcc317df24
3ed68c0c10b91f5f255dc1e450396c277de7e9d89bd3f9776e68273d3a478f87
66851a638a3ccf14b39059795d1df44e21f1c21425093326467868e5daca5518
9db388ea59b9dc788928069cffa813f6397b7ba1b2a587751ce68e333f73759c
None ('0', '1', '2', '3', '4', '5', '6', '7', '8', '9')
[212, 44, 44] 1-18
['LICENSE', 'LICENSES/CC-BY-4.0.txt', 'LICENSES/CC-BY-SA-3.0.txt', \
'datasets/tinydigits-150/LICENSE', 'datasets/tinydigits/LICENSE', 'datasets/tinymnist/LICENSE', \
'datasets/tinytalks-1200/LICENSE', 'datasets/tinytalks/LICENSE']
[]
"""


def run(*command: str | Path, cwd: Path) -> str:
    # Where pyenv manages Pythons, `python3.9` is there but wants to be told its version.
    environment = {**os.environ, "PYENV_VERSION": "3.9:3.12"}
    result = subprocess.run(
        command, cwd=cwd, env=environment, text=True, capture_output=True, check=False, timeout=300
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def can_unshare() -> bool:
    """Return whether a process can be kept from the network."""
    command = ["unshare", "--map-root-user", "--net", "true"]
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def build(folder: Path, target: Path) -> Path:
    """Build the wheel of a folder into another."""
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", target, cwd=folder)
    (wheel,) = target.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def contents(wheel: Path) -> dict[str, bytes]:
    """Return the files of the wheel, those of its dist-info by their names below it."""
    with zipfile.ZipFile(wheel) as archive:
        return {re.sub(r"^[^/]*dist-info/", "", n): archive.read(n) for n in archive.namelist()}


def test_it_is_the_same_bytes_in_another_folder_with_files_that_nobody_released(
    wheel: Path, contents: dict[str, bytes], tmp_path: Path
) -> None:
    mask = os.umask(0o077)
    try:
        clone = copy_repository(ROOT, tmp_path / "of another name")
        for stray in ("tinydatasets/.env", "tinydatasets/fetch/a.txt", "datasets/tinymnist/.env"):
            (clone.folder / stray).write_text("SECRET=1")
        other = build(clone.folder, tmp_path / "wheel")
    finally:
        os.umask(mask)
    assert other.name == wheel.name
    assert other.read_bytes() == wheel.read_bytes()
    assert b"Generator: hatchling 1.33.0\n" in contents["WHEEL"]  # another writes other bytes


def test_it_has_every_file_of_the_package_and_of_the_datasets(contents: dict[str, bytes]) -> None:
    files = {path for path in ROOT.glob("tinydatasets/**/*") if path.is_file()}
    files = {path for path in files if "__pycache__" not in path.parts}
    expected = {path.relative_to(ROOT) for path in files}
    released = {path for path in ROOT.glob("datasets/*/*") if path.suffix != ".yaml"}
    expected |= {"tinydatasets" / path.relative_to(ROOT) for path in released}
    assert {Path(name) for name in contents if name.startswith("tinydatasets/")} == expected
    sbom = json.loads(contents["sboms/tinydatasets.cdx.json"])
    licences = {of["name"]: of["licenses"][0]["expression"] for of in sbom["components"]}
    others = dict.fromkeys({path.parent.name for path in released}, "CC-BY-4.0")
    assert licences == {**others, "tinymnist": "CC-BY-SA-3.0"}


def test_links_of_the_long_description_lead_to_the_address(contents: dict[str, bytes]) -> None:
    metadata = message_from_bytes(contents["METADATA"])
    address, text = metadata["Project-URL"].split(", ")[1], str(metadata.get_payload())
    assert "ADDRESS" not in text
    assert re.findall(r"\]\((?!https://)(.*?)\)", text) == []
    linked = re.findall(rf"(!?)\[[^]]*\]\({address}/(\w+)/HEAD/(.*?)\)", text)
    assert len(linked) > 30
    for is_image, kind, path in linked:
        assert kind == ("raw" if is_image else "blob")
        assert (ROOT / path.partition("#")[0]).exists()


def test_from_within_the_archive_it_says_to_install_it(wheel: Path, tmp_path: Path) -> None:
    code = f"import sys; sys.path.insert(0, {str(wheel)!r}); import tinydatasets as t; t.names()"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    last = done.stderr.splitlines()[-1]
    assert last.startswith("ImportError: tinydatasets is in a ZIP archive")
    assert last.endswith(f"`pip install {wheel}`")


@pytest.mark.parametrize(
    ("python", "numpy"), [("python3.9", "numpy==1.22.0"), ("python3.12", "numpy")]
)
def test_the_wheel_gives_the_published_bytes_with_the_oldest_and_newest_numpy(
    wheel: Path, tmp_path: Path, python: str, numpy: str
) -> None:
    if shutil.which(python) is None and "CI" not in os.environ:
        pytest.skip(f"no {python} here")
    run(python, "-m", "venv", "env", cwd=tmp_path)
    installed = tmp_path / "env" / "bin" / "python"
    run(installed, "-m", "pip", "install", "--quiet", numpy, wheel, cwd=tmp_path)
    # Nobody can write there, and where the system allows it there is no network.
    (tmp_path / "env").chmod(0o555)
    for path in (tmp_path / "env").rglob("tinydatasets/**/*"):
        path.chmod(0o555)
    offline = ["unshare", "--map-root-user", "--net"] if can_unshare() else []
    said = run(*offline, installed, "-W", "error", "-c", SCRIPT, cwd=tmp_path)
    assert said == f"{numpy != 'numpy'}\n{SUMS}"
    command = tmp_path / "env" / "bin" / "tinydatasets"
    assert "Nothing was fetched." in run(command, "fetch", "mnist", cwd=tmp_path)
    names = run(installed, "-m", "pip", "list", "--format", "freeze", cwd=tmp_path).split()
    assert {name.split("==")[0] for name in names} - {"setuptools"} == {
        "numpy",
        "pip",
        "tinydatasets",
    }
    run(python, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", "again", ROOT, cwd=tmp_path)
    again = tmp_path / "again" / wheel.name
    # Python 3.9 has an older hatchling.
    assert again.read_bytes() == wheel.read_bytes() if python != "python3.9" else again.exists()
