"""Compute everything that needs NumPy alone on other processors: part of ``make portability``.

QEMU emulates them, each with Debian's Python and NumPy of that processor. The packages come from
the archive that this machine's apt is set up for, and are unpacked into a folder: that needs no
root, installs nothing here, and leaves apt and dpkg as they are. Where they can't be had, a message
says so and the status is 0; with ``CI`` set it is 1.

``python -m tests.portability.processors --keep FOLDER`` keeps what it unpacks in a folder and takes
it from there the next time. Prints a table in Markdown; status 1 if a cell differs.
"""

from __future__ import annotations

import importlib.util
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from stages.common import command
from tests.conftest import ROOT
from tests.portability.grid import Environment, arithmetic, check_took_effect
from tests.portability.sums import COMMITTED, sha256

if TYPE_CHECKING:
    from collections.abc import Sequence

EMULATORS = ("qemu-aarch64-static", "qemu-arm-static", "qemu-ppc64le-static", "qemu-s390x-static")
# With plain arithmetic these differ between the environments: the table shows that it can.
CONTROLS = ("a @ b", "np.exp")


class UnavailableError(Exception):
    """The emulator or a package of another processor can't be had here."""


@dataclass(frozen=True)
class Processor:
    """A processor as Debian and QEMU name it."""

    architecture: str
    emulator: str
    options: tuple[str, ...] = ()
    packages: tuple[str, ...] = ("python3-numpy", "libopenblas0-pthread")
    # What uv calls the wheels of NumPy to take instead of Debian's package.
    wheel: str = ""


PROCESSORS = (
    # As most users of it have NumPy, and as new as this environment's.
    Processor(
        "arm64",
        "qemu-aarch64-static",
        ("-cpu", "cortex-a72"),
        ("python3", "libstdc++6"),
        "aarch64-manylinux_2_28",
    ),
    Processor("armhf", "qemu-arm-static"),
    Processor("ppc64el", "qemu-ppc64le-static"),
    Processor("s390x", "qemu-s390x-static"),
)


def run(*command: str | Path) -> str:
    """Run a command that has to do with packages and give what it prints."""
    try:
        result = subprocess.run(command, check=True, text=True, capture_output=True)
    except FileNotFoundError:
        raise UnavailableError(f"{command[0]} is not installed") from None
    except subprocess.CalledProcessError as error:
        raise UnavailableError(f"{command[0]}: {error.stderr.strip()}") from None
    return result.stdout


def archive() -> str:
    """Give the line of apt's sources for the main archive of this machine's Debian."""
    try:
        codename = platform.freedesktop_os_release()["VERSION_CODENAME"]
    except (OSError, KeyError):
        raise UnavailableError("this system doesn't say which Debian it is") from None
    targets = run(
        *("apt-get", "indextargets", "--no-release-info", "--format", "$(REPO_URI)"),
        *("Created-By: Packages", f"Release: {codename}", "Component: main"),
    )
    if not targets:
        raise UnavailableError(f"apt has no archive of {codename}")
    return f"deb {targets.split()[0]} {codename} main"


def unpack(architecture: str, packages: tuple[str, ...], root: Path) -> None:
    """Unpack packages of an architecture, with what they depend on, into a new folder."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path in ("lists/partial", "archives/partial"):
            (folder / path).mkdir(parents=True)
        (folder / "status").touch()
        (folder / "sources.list").write_text(f"{archive()}\n", encoding="utf-8")
        settings = {
            "APT::Architecture": architecture,
            "APT::Architectures": architecture,
            # Not as another user, who may not write here.
            "APT::Sandbox::User": "",
            "Debug::NoLocking": "1",
            "Dir::Cache": folder,
            "Dir::Etc::sourcelist": folder / "sources.list",
            "Dir::Etc::sourceparts": os.devnull,
            "Dir::State": folder,
            "Dir::State::status": folder / "status",
        }
        options = [f"--option={key}={value}" for key, value in settings.items()]
        run("apt-get", "--quiet=2", *options, "update", "--error-on=any")
        run(
            *("apt-get", "--quiet=2", *options, "install", "--yes", "--download-only"),
            *("--no-install-recommends", *packages),
        )
        for package in sorted((folder / "archives").glob("*.deb")):
            run("dpkg-deb", "--extract", package, root)


def make_usable(root: Path) -> None:
    """Do in an unpacked root what its packages would have done when installed."""
    for name in ("lib", "lib64"):
        # In Debian 13 a package of its own brings these.
        if not (root / name).exists():
            (root / name).symlink_to(f"usr/{name}")
    # Which BLAS to take is chosen at installation.
    for library in root.glob("usr/lib/*/openblas-pthread/lib*.so.[0-9]"):
        (library.parent.parent / library.name).symlink_to(f"openblas-pthread/{library.name}")
    # The emulator would take an absolute link for one of this machine.
    for link in root.rglob("*"):
        if link.is_symlink() and (target := os.readlink(link)).startswith("/"):  # noqa: PTH115
            link.unlink()
            link.symlink_to(os.path.relpath(f"{root}{target}", link.parent))


def prepare(processor: Processor, folder: Path) -> Path:
    """Give the root of a processor, built in `folder` unless it is there."""
    root = folder / processor.architecture
    if root.exists():
        return root
    building = Path(tempfile.mkdtemp(dir=folder))
    unpack(processor.architecture, processor.packages, building)
    make_usable(building)
    if processor.wheel:
        python = (building / "usr/bin/python3").resolve().name.removeprefix("python")
        run(
            *("uv", "pip", "install", "--quiet", "--no-deps", "--only-binary=:all:"),
            *("--python-version", python, "--python-platform", processor.wheel),
            *("--target", building / "wheel", f"numpy=={np.__version__}"),
        )
    return building.rename(root)


def prepare_emulators(folder: Path) -> Path:
    """Give the folder of the emulators, unpacked in `folder` unless they are there or installed."""
    if all(map(shutil.which, EMULATORS)):
        return Path(shutil.which(EMULATORS[0]) or "").parent
    emulators = folder / "emulators"
    if not emulators.exists():
        own = run("dpkg", "--print-architecture").strip()
        building = Path(tempfile.mkdtemp(dir=folder))
        unpack(own, ("qemu-user-static",), building)
        building.rename(emulators)
    return emulators / "usr/bin"


def compute(python: Sequence[str | Path], environ: dict[str, str]) -> dict[str, Any]:
    """Give what ``tests/portability/sums.py`` prints under a Python."""
    specification = importlib.util.find_spec("sklearn")
    assert specification is not None
    assert specification.origin is not None
    digits = Path(specification.origin).parent / "datasets/data/digits.csv.gz"
    started = time.perf_counter()
    printed = subprocess.run(
        [*python, "-m", "tests.portability.sums", digits],
        check=True,
        cwd=ROOT,
        env={**environ, "PYTHONDONTWRITEBYTECODE": "1"},
        text=True,
        stdout=subprocess.PIPE,
    )
    found: dict[str, Any] = json.loads(printed.stdout)
    return {**found, "seconds": round(time.perf_counter() - started)}


def emulate(processor: Processor, emulators: Path, folder: Path) -> dict[str, Any]:
    """Give the sums of a processor."""
    root = prepare(processor, folder)
    emulator: Path = emulators / processor.emulator
    return compute(
        [emulator, *processor.options, "-L", root, root / "usr/bin/python3"],
        {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(root / "wheel"),
            "OPENBLAS_NUM_THREADS": "1",
        },
    )


def native(environment: Environment) -> dict[str, Any]:
    """Give the sums of this processor in an environment."""
    check_took_effect(environment)
    return compute([environment.python], environment.environ())


def expected() -> dict[str, Any]:
    """Give the sums that are committed or released."""
    released = {
        f"{path.parent.name}/{path.name}": sha256(path.read_bytes())
        for kind in ("pkl", "txt")
        for path in sorted((ROOT / "datasets").glob(f"*/*.{kind}"))
    }
    return {
        "writes": released,
        "draws": {name: sum_ for name, sum_ in released.items() if name.startswith("tinydigits")},
        "metrics": {
            f"{dataset}, {recipe}": json.loads(
                (ROOT / "metrics" / f"{dataset}.json").read_text(encoding="utf-8")
            )[recipe]["test"]
            for dataset, recipe in (("tinydigits", "classroom"), ("tinydigits-150", "tuned"))
        },
        "computes": json.loads(COMMITTED.read_text(encoding="utf-8")),
    }


def line(name: str, found: dict[str, Any], wanted: dict[str, Any]) -> list[str]:
    """Give a line of the table, name and versions first."""
    same = {
        **{part: found[part] == wanted[part] for part in ("reads", "writes", "draws", "metrics")},
        **{key: found["computes"][key] == sum_ for key, sum_ in wanted["computes"].items()},
    }
    described = f"{found['machine']}, {found['byteorder']}-endian"
    cells = ["same" if cell else "differs" for cell in same.values()]
    return [name, described, ", ".join(found["versions"]), *cells, str(found["seconds"])]


def print_table(found: dict[str, dict[str, Any]]) -> bool:
    """Print the table and tell whether all is as it must be."""
    first, *_ = found.values()
    wanted = {**expected(), "reads": first["reads"]}
    header = ["environment", "processor", "Python, NumPy", "reads", "writes", "draws", "metrics"]
    lines = [line(name, sums, wanted) for name, sums in found.items()]
    for cells in ([*header, *wanted["computes"], "seconds"], ["---"] * len(lines[0]), *lines):
        print("|", " | ".join(cells), "|")
    kinds = {name: len({sums["plain"][name] for sums in found.values()}) for name in CONTROLS}
    described = ", ".join(f"{count} with `{name}`" for name, count in kinds.items())
    print(f"\nDifferent sums where arithmetic is plain: {described}.")
    return not any("differs" in cells for cells in lines) and min(kinds.values()) > 1


def main(*, keep: Path | None = None) -> None:
    """Print a line for each environment of this processor and for each other processor."""
    complete = True
    with tempfile.TemporaryDirectory() as temporary, ThreadPoolExecutor(os.cpu_count()) as pool:
        own = arithmetic()
        names = [environment.name for environment in own]
        found = dict(zip(names, pool.map(native, own), strict=True))
        folder = (keep or Path(temporary)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        try:
            emulators = prepare_emulators(folder)
            emulated = pool.map(partial(emulate, emulators=emulators, folder=folder), PROCESSORS)
            names = [processor.architecture for processor in PROCESSORS]
            found.update(zip(names, emulated, strict=True))
        except UnavailableError as error:
            print(f"Other processors are skipped: {error}", file=sys.stderr)
            complete = not os.environ.get("CI")
    same = print_table(found)
    sys.exit(not (same and complete))


if __name__ == "__main__":
    command.run(main)
