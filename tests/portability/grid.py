"""Rebuild everything under a grid of environments and compare sums: ``make portability``.

Each environment is a copy of the repository in which the real ``dvc repro --force`` runs. Every
file that it builds, models and metrics too, is compared with the one that this environment builds.
Prints a table in Markdown, environments by artefacts, and ends with status 1 if a cell differs.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from stages.common import command
from stages.papers.render import PAPERS
from tests.conftest import PIPELINES, ROOT, copy_repository
from tests.portability.pythons import install_data, make_environment

# By what OpenBLAS says of itself: it calls the oldest, of four names for one kernel, by the first.
KERNELS = {
    "Prescott": "Katmai",
    "Nehalem": "Nehalem",
    "Sandybridge": "Sandybridge",
    "Haswell": "Haswell",
}
ARTEFACTS = {
    "source": "build/sources/",
    "rows": "/sample/",
    "arrays": "/arrays/",
    "pickles": ".pkl",
    "texts": ".txt",
    "models": ".safetensors",
    "metrics": "metrics/",
    "tables": ".csv",
    "papers": "README.md",
    "report": "index.html",
}
# What the pipeline releases: other figures in metrics/ are measured apart from it.
RELEASED = (
    "metrics/tiny*.json",
    "datasets/*/SHA256SUMS",
    "datasets/*/classes.json",
    *(f"datasets/*/*.{kind}" for kind in ("csv", "jsonl", "pkl", "txt", "zip")),
    *(f"datasets/*/{name}" for name in PAPERS),
    "report/index.html",
)
# What an environment says of itself: versions, and the kernels and threads that took effect.
PROBE = """
import json, platform, numpy, sklearn.neural_network, threadpoolctl
blas = [i for i in threadpoolctl.threadpool_info() if i["internal_api"] == "openblas"]
core = getattr(numpy, "_core", None) or numpy.core
features = core._multiarray_umath.__cpu_features__
dispatch = core._multiarray_umath.__cpu_dispatch__
print(json.dumps({
    "versions": [platform.python_version(), numpy.__version__, sklearn.__version__],
    "kernels": sorted({i["architecture"] for i in blas}),
    "threads": sorted({i["num_threads"] for i in blas}),
    "simd": [name for name in dispatch if features.get(name)],
}))
"""


@dataclass(frozen=True)
class Environment:
    """Where and how to rebuild."""

    name: str
    python: Path = Path(sys.executable)
    folder: str = "clone"
    variables: dict[str, str] = field(default_factory=dict)
    umask: int = 0o022
    kernel: str | None = None
    threads: int | None = None
    simd: bool = True
    prefix: tuple[str, ...] = ()

    def environ(self) -> dict[str, str]:
        """Give the variables to run with."""
        variables = {**os.environ, **self.variables}
        variables["PATH"] = f"{self.python.parent}{os.pathsep}{os.environ['PATH']}"
        if self.kernel:
            variables["OPENBLAS_CORETYPE"] = self.kernel
        if self.threads:
            variables["OPENBLAS_NUM_THREADS"] = str(self.threads)
        if not self.simd:
            features = probe(Environment("as it is", self.python))["simd"]
            variables["NPY_DISABLE_CPU_FEATURES"] = " ".join(map(str, features))
        return variables


def probe(environment: Environment) -> dict[str, list[str | int]]:
    """Ask an environment for its versions, kernels, threads and SIMD features."""
    printed = subprocess.run(
        [environment.python, "-c", PROBE],
        check=True,
        env=environment.environ(),
        text=True,
        stdout=subprocess.PIPE,
    )
    found: dict[str, list[str | int]] = json.loads(printed.stdout)
    return found


def check_took_effect(environment: Environment) -> list[str | int]:
    """Stop unless the kernel, the threads and the SIMD features are those asked for."""
    found = probe(environment)
    if environment.kernel:
        assert found["kernels"] == [KERNELS[environment.kernel]], found
    if environment.threads:
        assert found["threads"] == [environment.threads], found
    if not environment.simd:
        assert found["simd"] == [], found
    return found["versions"]


def rebuild(environment: Environment, folder: Path) -> dict[str, str]:
    """Run ``dvc repro --force`` in a copy and give the sha256 of every file built, and the lock."""
    copy = copy_repository(ROOT, folder / environment.folder).folder
    for pattern in RELEASED:
        for path in copy.glob(pattern):
            path.unlink()
    variables = environment.environ()
    variables.setdefault("DVC_SITE_CACHE_DIR", str(folder / "site-cache"))
    subprocess.run(
        [*environment.prefix, "dvc", "repro", "--force", "--quiet", *PIPELINES],
        check=True,
        cwd=copy,
        env=variables,
        stdout=subprocess.DEVNULL,
        umask=environment.umask,
    )
    return sums(copy)


def sums(repository: Path) -> dict[str, str]:
    """Give the sha256 of every file that the pipeline writes in a repository, and of the lock."""
    # Not of what is authored, such as the description of a dataset: a copy of it proves nothing.
    patterns = ("build/**/*", *RELEASED, "dvc.lock", "report/dvc.lock")
    return {
        path.relative_to(repository).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for pattern in patterns
        for path in repository.glob(pattern)
        if path.is_file()
    }


def surroundings() -> list[Environment]:
    """Give environments that differ in what surrounds the arithmetic, not in the arithmetic."""
    no_network = Environment("no network", prefix=("unshare", "--map-root-user", "--net"))
    allowed = subprocess.run([*no_network.prefix, "true"], check=False)
    return [
        *([no_network] if allowed.returncode == 0 else []),
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


def arithmetic() -> list[Environment]:
    """Give environments that differ in how the processor computes."""
    kernels = [
        Environment(f"OpenBLAS {kernel}, {threads} thread(s)", kernel=kernel, threads=threads)
        for kernel in KERNELS
        for threads in (1, 2)
    ]
    return [*kernels, Environment("NumPy without SIMD", simd=False)]


def versions(folder: Path) -> list[Environment]:
    """Make environments of other versions, from the oldest that pyproject.toml allows."""
    wanted = {
        "3.10": ("lowest-direct", []),
        "3.11": ("highest", ["numpy==2.0.*", "scikit-learn==1.5.*"]),
        "3.12": ("highest", ["numpy==2.2.*", "scikit-learn==1.7.*"]),
        "3.13": ("highest", []),
    }
    environments = []
    for version, (resolution, constraints) in wanted.items():
        requirements = ["--requirement", str(ROOT / "pyproject.toml"), "--extra", "pipeline"]
        python = make_environment(
            folder / version, version, "--resolution", resolution, *requirements, *constraints
        )
        install_data(python)
        environments.append(Environment(f"Python {version}, {resolution}", python))
    return environments


def main() -> None:
    """Rebuild under the whole grid and print the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        reference = rebuild(Environment("reference"), folder / "reference")
        grid = [*arithmetic(), *surroundings(), *versions(folder / "versions")]
        committed = hashlib.sha256((ROOT / "dvc.lock").read_bytes()).hexdigest()
        same = reference["dvc.lock"] == committed
        print(f"The reference is {'as' if same else 'NOT as'} committed.\n")
        print("| environment | Python, NumPy, scikit-learn |", " | ".join(ARTEFACTS), "| lock |")
        print("|---|---|" + "---|" * (len(ARTEFACTS) + 1))
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            described = pool.map(check_took_effect, grid)
            rebuilt = pool.map(rebuild, grid, (folder / str(number) for number in range(len(grid))))
            try:
                results = list(zip(grid, described, rebuilt, strict=True))
            finally:
                # Ctrl-C would otherwise wait for the environments that have not begun.
                pool.shutdown(cancel_futures=True)
        for environment, versions_found, found in results:
            differ = {
                path for path in {*reference, *found} if reference.get(path) != found.get(path)
            }
            same = same and not differ
            cells = [
                "differs" if any(part in f"/{path}" for path in differ) else "same"
                for part in (*ARTEFACTS.values(), "dvc.lock")
            ]
            described_as = ", ".join(map(str, versions_found))
            print(f"| {environment.name} | {described_as} |", " | ".join(cells), "|", flush=True)
            if differ:
                print(*sorted(differ), sep="\n", file=sys.stderr)
    print(f"\n{len(grid)} environments, {len(reference)} files each.")
    sys.exit(not same)


if __name__ == "__main__":
    command.run(main)
