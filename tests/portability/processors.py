"""Compute everything that needs NumPy alone on other processors: part of ``make portability``.

QEMU emulates them, each with Debian's Python and NumPy of that processor, which ``root.sh``
unpacks. Where they can't be had, a message says so and the status is 0; with ``CI`` set it is 1.
Prints a table in Markdown; status 1 if a sum differs.
"""

import json
import os
import subprocess
import sys
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import sklearn
from joblib import Parallel, delayed

from stages.common import command
from tests.conftest import ROOT
from tests.portability.grid import Environment, arithmetic, probe

EMULATORS = {
    "arm64": ["qemu-aarch64-static", "-cpu", "cortex-a72"],
    "armhf": ["qemu-arm-static"],
    "s390x": ["qemu-s390x-static"],
}
PACKAGES = {
    "native": ["qemu-user-static"],
    # NumPy comes as a wheel there, as most users of it have it, as new as this environment's.
    "arm64": ["python3", "libstdc++6"],
    "armhf": ["python3-numpy", "libopenblas0-pthread"],
    "s390x": ["python3-numpy", "libopenblas0-pthread"],
}


def unpack(processor: str, folder: Path) -> None:
    """Unpack Debian's packages of a processor into a folder of its name."""
    script = str(Path(__file__).with_name("root.sh"))
    root = str(folder / processor)
    subprocess.run(["sh", script, processor, root, *PACKAGES[processor]], check=True)


def compute(*python: str, environ: dict[str, str]) -> dict[str, Any]:
    """Return what ``tests/portability/sums.py`` prints under a Python."""
    digits = f"{Path(sklearn.__file__).parent}/datasets/data/digits.csv.gz"
    sums = [*python, "-m", "tests.portability.sums", digits]
    environ = {**environ, "PYTHONDONTWRITEBYTECODE": "1"}
    computed: dict[str, Any] = json.loads(subprocess.check_output(sums, cwd=ROOT, env=environ))
    return computed


def native(environment: Environment) -> dict[str, Any]:
    """Return the sums of this processor in an environment."""
    probe(environment)
    return compute(str(environment.python), environ=environment.environ())


def emulate(processor: str, folder: Path) -> dict[str, Any]:
    """Return the sums of a processor."""
    root = folder / processor
    wheel = root / "wheel"
    if processor == "arm64":
        version = (root / "usr/bin/python3").resolve().name.removeprefix("python")
        uv = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--only-binary=:all:"]
        platform = ["--python-version", version, "--python-platform", "aarch64-manylinux_2_28"]
        numpy = ["--target", str(wheel), f"numpy=={np.__version__}"]
        subprocess.run([*uv, *platform, *numpy], check=True)
    emulator, *options = EMULATORS[processor]
    emulate = [f"{folder}/native/usr/bin/{emulator}", *options, "-L", str(root)]
    environ = {"OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(wheel)}
    return compute(*emulate, f"{root}/usr/bin/python3", environ=environ)


def expected() -> dict[str, Any]:
    """Return the sums, and two accuracies, that are committed or released."""
    committed = Path(__file__).with_name("sums.json")
    sums: dict[str, Any] = json.loads(committed.read_text(encoding="utf-8"))
    for path in (*ROOT.glob("datasets/*/*.pkl"), *ROOT.glob("datasets/*/*.txt")):
        name = f"{path.parent.name}/{path.name}"
        for how in ("written", "drawn") if name.startswith("tinydigits") else ("written",):
            sums[f"{how} {name}"] = sha256(path.read_bytes()).hexdigest()
    for dataset, recipe in (("tinydigits", "classroom"), ("tinydigits-150", "tuned")):
        metrics = json.loads((ROOT / f"metrics/{dataset}.json").read_text(encoding="utf-8"))
        sums[f"accuracy of {recipe}"] = metrics[recipe]["test"]
    return sums


def print_table(computed: dict[str, dict[str, Any]]) -> bool:
    """Print a row for each environment and tell whether all is as it must be."""
    print("| environment | processor | Python, NumPy | sums that differ |\n|---|---|---|---|")
    wanted, right = expected(), True
    for name, result in computed.items():
        differ = ", ".join(sorted({key for key, _ in result["sums"].items() ^ wanted.items()}))
        print("|", " | ".join([name, *result["about"], differ or "none"]), "|")
        right &= not differ
    # With plain arithmetic these differ between the environments: the table shows that it can.
    for plain in ("a @ b", "np.exp"):
        sums = {result["plain"][plain] for result in computed.values()}
        print(f"\nWith plain `{plain}`, {len(sums)} different sums.")
        right &= len(sums) > 1
    return right


def main() -> None:
    """Compute on this processor in each environment, and on each other processor."""
    parallel, complete = Parallel(n_jobs=-1, prefer="threads"), True
    computed = {environment.name: native(environment) for environment in arithmetic()}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            parallel(delayed(unpack)(processor, folder) for processor in PACKAGES)
        except subprocess.CalledProcessError:
            print("Other processors are skipped: their packages can't be had.", file=sys.stderr)
            complete = not os.environ.get("CI")
        else:
            emulated = parallel(delayed(emulate)(processor, folder) for processor in EMULATORS)
            computed.update(zip(EMULATORS, emulated, strict=True))
    sys.exit(not (print_table(computed) and complete))


if __name__ == "__main__":
    command.run(main)
