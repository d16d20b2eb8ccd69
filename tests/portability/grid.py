"""Rebuild everything in a grid of environments: part of ``make portability``.

First the package reads and writes the released files under every Python and NumPy that it supports.
Then the real ``dvc repro --force`` runs in a copy of the repository for each environment. Git says
whether what is released differs from what is committed, and so do the locks, which have the sums of
all that is built, models too. Prints two tables in Markdown; status 1 if anything differs.

Where there is no Python 3.14, Debian's serves. Where that can't be had, a message says so, and only
with ``CI`` set is the status 1.
"""

import json
import os
import pickle
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from joblib import Parallel, delayed

import tinydatasets
from stages.common import command
from tests.conftest import PIPELINES, ROOT, copy_repository

LOADERS = {
    "3.9": ("1.22.0", "1.23.*", "1.24.*", "1.25.*", "1.26.*", "2.0.*"),
    "3.10": ("1.22.0", "2.1.*", "2.2.*"),
    "3.11": ("1.23.*", "1.26.0", "1.26.1", "2.3.*"),
    "3.12": ("1.26.*", "2.4.*"),
    "3.13": ("2.1.*", "2.*"),
    "3.14": ("2.3.*", "2.*"),
}
# Writes what it read, and images in colour; and reads what this NumPy itself writes, with its own
# name for its core. Plain `pickle.load` wants the name that the files have, `numpy._core`.
LOADER = """
import pickle, platform, sys, numpy, tinydatasets
from tinydatasets import pickles
def check(path, split):
    with open(path, "rb") as file:
        assert pickles.dumps(split) == file.read()
    own = pickles.loads(pickle.dumps(split._asdict(), protocol=4))
    assert (own.images == split.images).all() and (own.labels == split.labels).all()
for name in ("tinydigits", "tinydigits-150", "tinymnist"):
    for part, split in zip(("train", "test"), tinydatasets.load(name)):
        check(f"datasets/{name}/{part}.pkl", split)
check(sys.argv[1], split._replace(images=split.images[..., None].repeat(3, axis=-1)))
try:
    pickle.load(open("datasets/tinydigits/train.pkl", "rb"))
    plain = True
except ModuleNotFoundError:
    plain = False
assert plain == (tuple(map(int, numpy.__version__.split("."))) >= (1, 26, 1))
print("|", platform.python_version(), "|", numpy.__version__, "| same |", plain, "|")
"""

# Runs Debian's Python with the C library that came with it, which may be newer than the machine's.
WRAPPER = """#!/bin/sh
exec '{root}/lib64/ld-linux-x86-64.so.2' --library-path '{root}/usr/lib/x86_64-linux-gnu' \\
  --argv0 "$0" '{root}/usr/bin/program' "$@"
"""
# How to ask OpenBLAS for a kernel, and what it calls it: the oldest by the first of four names.
KERNELS = {"Prescott": "Katmai"} | {name: name for name in ("Nehalem", "Sandybridge", "Haswell")}
# What is in effect in an environment. scikit-learn is there to load SciPy's OpenBLAS too.
PROBE = """
import json, platform, numpy, sklearn.neural_network, threadpoolctl
blas = [i for i in threadpoolctl.threadpool_info() if i["internal_api"] == "openblas"]
core = (getattr(numpy, "_core", None) or numpy.core)._multiarray_umath
print(json.dumps({
    "versions": [platform.python_version(), numpy.__version__, sklearn.__version__],
    "kernels": sorted({i["architecture"] for i in blas}),
    "threads": sorted({i["num_threads"] for i in blas}),
    "simd": [name for name in core.__cpu_dispatch__ if core.__cpu_features__.get(name)],
}))
"""


@dataclass(frozen=True)
class Environment:
    """Where and how to rebuild, and what `probe` must say there."""

    name: str
    python: Path = Path(sys.executable)
    folder: str = "clone"
    variables: dict[str, str] = field(default_factory=dict)
    umask: int = 0o022
    prefix: tuple[str, ...] = ()
    expected: dict[str, list[Any]] = field(default_factory=dict)

    def environ(self) -> dict[str, str]:
        """Return the variables to run with."""
        path = f"{self.python.parent}{os.pathsep}{os.environ['PATH']}"
        return {**os.environ, **self.variables, "PATH": path}


def probe(environment: Environment) -> dict[str, list[Any]]:
    """Return versions, kernels, threads and SIMD; stop unless they are those asked for."""
    probing = [str(environment.python), "-c", PROBE]
    printed = subprocess.check_output(probing, env=environment.environ())
    state: dict[str, list[Any]] = json.loads(printed)
    assert {key: state[key] for key in environment.expected} == environment.expected, state
    return state


def rebuild(environment: Environment, folder: Path, source: Path = ROOT) -> str:
    """Run ``dvc repro --force`` in a copy, and return what ``git status`` says then."""
    probe(environment)
    copy = copy_repository(source, folder / environment.folder)
    for pipeline in PIPELINES:
        lock = yaml.safe_load(copy.read(pipeline.replace(".yaml", ".lock")))
        for out in [out for stage in lock["stages"].values() for out in stage["outs"]]:
            (copy.folder / out["path"]).unlink(missing_ok=True)
    site_cache = {"DVC_SITE_CACHE_DIR": str(folder / "site-cache")}
    subprocess.run(
        [*environment.prefix, "dvc", "repro", "--force", "--quiet", *PIPELINES],
        check=True,
        cwd=copy.folder,
        env={**site_cache, **environment.environ()},
        stdout=subprocess.DEVNULL,
        umask=environment.umask,
    )
    return copy.changes()


def arithmetic() -> list[Environment]:
    """Return environments that differ in how the processor computes."""
    kernels = [
        Environment(
            f"OpenBLAS {kernel}, {threads} thread(s)",
            variables={"OPENBLAS_CORETYPE": kernel, "OPENBLAS_NUM_THREADS": str(threads)},
            expected={"kernels": [architecture], "threads": [threads]},
        )
        for kernel, architecture in KERNELS.items()
        for threads in (1, 2)
    ]
    none = {"NPY_DISABLE_CPU_FEATURES": " ".join(probe(Environment("as it is"))["simd"])}
    return [*kernels, Environment("NumPy without SIMD", variables=none, expected={"simd": []})]


def surroundings() -> list[Environment]:
    """Return environments that differ in what surrounds the arithmetic."""
    return [
        Environment("no network", prefix=("unshare", "--map-root-user", "--net")),
        Environment(
            "hash seed 1, time in Nepal, umask 077",
            variables={"PYTHONHASHSEED": "1", "TZ": "Asia/Kathmandu"},
            umask=0o077,
        ),
        Environment(
            "space and é in the path, home read-only, C locale",
            folder="mes données à moi/clone",
            variables={"HOME": "/proc", "LC_ALL": "C", "PYTHONHASHSEED": "0"},
        ),
    ]


def find_versions(folder: Path) -> list[str]:
    """Return the versions to try: of 3.14 Debian's if there is no other, or none."""
    if shutil.which("python3.14"):
        return list(LOADERS)
    script = str(Path(__file__).with_name("root.sh"))
    unpack = ["sh", script, "native", str(folder), "python3.14", "libstdc++6", "libgomp1"]
    if subprocess.run(unpack, check=False, env={**os.environ, "SUITE": "forky"}).returncode:
        print("Python 3.14 is skipped: it can't be had.", file=sys.stderr)
        return [version for version in LOADERS if version != "3.14"]
    python = folder / "usr/bin/python3.14"
    python.rename(python.with_name("program"))
    python.write_text(WRAPPER.format(root=folder))
    python.chmod(0o755)
    os.environ["PATH"] += f"{os.pathsep}{python.parent}"
    return list(LOADERS)


def make_python(folder: Path, version: str, *requirements: str) -> Path:
    """Make an environment of a Python in `folder`, install there, and return its interpreter."""
    name = f"python{version}"
    if not shutil.which(name):
        sys.exit(f"{name} is not here: `make portability` needs Python 3.9 to 3.14")
    # Where pyenv manages Pythons, `python3.x` wants to be told its version.
    environ = {**os.environ, "PYENV_VERSION": version}
    subprocess.run([name, "-m", "venv", "--without-pip", folder], check=True, env=environ)
    python = folder / "bin/python"
    uv = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", str(python)]
    subprocess.run([*uv, *requirements], check=True)
    return python


def other_versions(folder: Path, wanted: list[str]) -> list[Environment]:
    """Make environments of the wanted versions, from the oldest that pyproject.toml allows."""
    pinned = {
        "3.10": ["--resolution=lowest-direct"],
        "3.11": ["numpy==2.0.*", "scikit-learn==1.5.*"],
        "3.12": ["numpy==2.2.*", "scikit-learn==1.7.*"],
        "3.13": [],
        "3.14": [],
    }
    pipeline = ["--requirement", str(ROOT / "pyproject.toml"), "--extra", "pipeline"]
    # As in the Makefile: of these packages only the data is used.
    data = ["--require-hashes", "--no-deps", "--ignore-requires-python", "--requirement"]
    environments = []
    for version in [version for version in wanted if version in pinned]:
        python = make_python(folder / version, version, *pipeline, *pinned[version])
        pip = [sys.executable, "-m", "pip", "--quiet", "--python", str(python)]
        subprocess.run([*pip, "install", *data, ROOT / "requirements/data.txt"], check=True)
        environments.append(Environment(f"Python {version}", python))
    return environments


def load(folder: Path, wanted: list[str]) -> bool:
    """Read and write the released files in every environment, and tell whether all is right."""
    print(
        "| Python | NumPy | reads and writes | `pickle.load` works |\n|---|---|---|---|", flush=True
    )
    # What is to be written in colour is what this NumPy writes, which is a NumPy 2.
    images, labels = tinydatasets.load("tinymnist").test
    colour = {"images": images[..., None].repeat(3, axis=-1), "labels": labels}
    (folder / "colour.pkl").write_bytes(pickle.dumps(colour, protocol=4))
    failed = 0
    for version in wanted:
        for release in LOADERS[version]:
            at = folder / f"{version}-{release.strip('.*')}"
            python = str(make_python(at, version, f"numpy=={release}"))
            loader = [python, "-c", LOADER, str(folder / "colour.pkl")]
            failed += subprocess.run(loader, cwd=ROOT, check=False).returncode
    return not failed


def main() -> None:
    """Load under every NumPy, rebuild in every environment, and print what differs."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wanted = find_versions(folder / "debian")
        right = load(folder, wanted)
        print("\n| environment | Python, NumPy, scikit-learn | files that differ |\n|---|---|---|")
        grid = [*arithmetic(), *surroundings(), *other_versions(folder, wanted)]
        jobs = (delayed(rebuild)(job, folder / str(number)) for number, job in enumerate(grid))
        rebuilt = Parallel(n_jobs=-1, prefer="threads", return_as="generator")(jobs)
        for environment, changes in zip(grid, rebuilt, strict=True):
            versions = ", ".join(probe(environment)["versions"])
            differ = ", ".join(line[3:] for line in changes.splitlines())
            print(f"| {environment.name} | {versions} | {differ or 'none'} |", flush=True)
            right &= not differ
    complete = wanted == list(LOADERS) or not os.environ.get("CI")
    sys.exit(not (right and complete))


if __name__ == "__main__":
    command.run(main)
