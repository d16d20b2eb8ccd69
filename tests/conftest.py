"""A copy of the repository to run the real commands in, as a user would."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Any

import pytest
import yaml
from filelock import FileLock

MakeOnce = Callable[[str, Callable[[Path], object]], "Repository"]

ROOT = Path(__file__).parent.parent
# What `make repro` runs: the datasets, and the papers and the page about them.
PIPELINES = ("dvc.yaml", "report/dvc.yaml")


@dataclass(frozen=True)
class Repository:
    """A folder with the project in it, under Git."""

    folder: Path

    def environ(self) -> dict[str, str]:
        """Return the variables of a user of this environment, apart from the machine's own."""
        scripts = str(Path(sys.executable).parent)
        return {
            "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.folder.parent),
            "DVC_SITE_CACHE_DIR": str(self.folder.parent / "site-cache"),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_AUTHOR_NAME": "A Teacher",
            "GIT_AUTHOR_EMAIL": "teacher@example.org",
            "GIT_COMMITTER_NAME": "A Teacher",
            "GIT_COMMITTER_EMAIL": "teacher@example.org",
            "COLUMNS": "200",
            # The tests run in as many processes as there are cores.
            "OPENBLAS_NUM_THREADS": "1",
        }

    def run(self, *command: str, status: int | None = 0) -> str:
        """Run a command here, give all that it printed, and check its exit status."""
        result = subprocess.run(
            command,
            cwd=self.folder,
            env=self.environ(),
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            timeout=600,
        )
        if status is not None:
            assert result.returncode == status, result.stdout
        return result.stdout

    def start(self, *command: str, **options: Any) -> subprocess.Popen[Any]:
        """Start a command here and leave it running."""
        return subprocess.Popen(command, cwd=self.folder, env=self.environ(), **options)

    def repro(self, *arguments: str) -> set[str]:
        """Run ``dvc repro`` and give the names of the stages that ran."""
        printed = self.run("dvc", "repro", *arguments)
        lines = [line for line in printed.splitlines() if line.startswith("Running stage")]
        return {line.split("'")[1] for line in lines}

    def changes(self) -> str:
        """Return what ``git status --porcelain`` prints."""
        return self.run("git", "status", "--porcelain")

    def commit(self) -> None:
        """Commit everything."""
        self.run("git", "add", "--all")
        self.run("git", "commit", "--quiet", "--allow-empty", "--message", "A state")

    def read(self, path: str) -> str:
        """Return the text of a file."""
        return (self.folder / path).read_text(encoding="utf-8")

    def replace(self, path: str, old: str, new: str) -> None:
        """Edit a file as a user would: `old`, where it first stands, becomes `new`."""
        text = self.read(path)
        assert old in text
        (self.folder / path).write_text(text.replace(old, new, 1), encoding="utf-8")

    def params(self) -> Any:
        """Return what is in params.yaml."""
        return yaml.safe_load(self.read("params.yaml"))

    def write_params(self, params: Any) -> None:
        """Write params.yaml anew, without comments."""
        (self.folder / "params.yaml").write_text(yaml.safe_dump(params, sort_keys=False))

    def set_param(self, key: str, value: Any) -> None:
        """Set or add a value of params.yaml by its key, such as ``datasets.tinydigits.seed``."""
        params = self.params()
        *above, last = key.split(".")
        reduce(getitem, above, params)[last] = value
        self.write_params(params)

    def contents(self, *folders: str) -> dict[str, bytes]:
        """Return the bytes of every file in some folders."""
        paths = [path for folder in folders for path in (self.folder / folder).rglob("*")]
        return {
            str(path.relative_to(self.folder)): path.read_bytes()
            for path in paths
            if path.is_file()
        }


def copy_repository(source: Path, target: Path) -> Repository:
    """Copy what Git would take of `source`, also what is not committed, into a new repository."""
    target.mkdir(parents=True)
    repository = Repository(target)
    repository.run("git", "init", "--quiet", "--initial-branch", "main")
    # `source` need not be under Git itself: it may be an archive that was unpacked.
    repository.run("git", "--git-dir=.git", f"--work-tree={source}", "add", "--all", str(source))
    repository.run("git", "commit", "--quiet", "--message", "A state")
    repository.run("git", "reset", "--quiet", "--hard")
    return repository


@pytest.fixture
def clone(tmp_path: Path) -> Repository:
    """Return a fresh copy of the repository, in which nothing is built."""
    return copy_repository(ROOT, tmp_path / "fresh")


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> MakeOnce:
    """Return what makes a repository for all processes of the tests, which share a folder."""
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent

    def once(name: str, make: Callable[[Path], object]) -> Repository:
        with FileLock(shared / f"{name}.lock"):
            if not (shared / name / "done").exists():
                make(shared / name / "clone")
                (shared / name / "done").touch()
        return Repository(shared / name / "clone")

    return once


@pytest.fixture(scope="session")
def built_once(once: MakeOnce) -> Repository:
    def build(folder: Path) -> None:
        repository = copy_repository(ROOT, folder)
        repository.run("dvc", "repro", *PIPELINES)
        repository.commit()

    return once("built", build)


@pytest.fixture(scope="session")
def digits_once(once: MakeOnce, built_once: Repository) -> Repository:
    return once("digits", lambda folder: keep_digits(copy_built(built_once, folder)))


def keep_digits(repository: Repository) -> Repository:
    """Take away, as a user would, all but the digits: a run is three times as short."""
    params = repository.params()
    del params["sources"]["mnist-5k"], params["datasets"]["tinymnist"]
    repository.write_params({**params, "texts": {}})
    for name in ("tinymnist", "tinytalks", "tinytalks-1200"):
        for folder in (f"datasets/{name}", f"build/{name}"):
            shutil.rmtree(repository.folder / folder)
        for path in (f"metrics/{name}.json", f"build/report/{name}.json"):
            (repository.folder / path).unlink()
    shutil.rmtree(repository.folder / "build/sources/mnist-5k")
    # Anew, in the order in which a run of these stages alone writes it.
    for lock in ("dvc.lock", "report/dvc.lock"):
        (repository.folder / lock).unlink()
    repository.run("dvc", "repro", *PIPELINES)
    repository.commit()
    return repository


def link_environment(folder: Path) -> None:
    """Make the environment of this process the .venv of a clone, as ``make`` expects it."""
    commands = folder / ".venv/bin"
    commands.mkdir(parents=True)
    for path in (*Path(sys.prefix).iterdir(), *Path(sys.prefix, "bin").iterdir()):
        if path.name not in {".ready", "bin", "pip"}:
            (folder / ".venv" / path.relative_to(sys.prefix)).symlink_to(path)
    (commands / "pip").write_text(f"#!{commands}/python\n")
    (commands / "pip").chmod(0o755)
    (folder / ".venv" / ".ready").touch()


def copy_built(repository: Repository, folder: Path) -> Repository:
    """Copy a repository with all that is built in it."""
    shutil.copytree(repository.folder, folder, symlinks=True)
    return Repository(folder)


@pytest.fixture
def built(built_once: Repository, tmp_path: Path) -> Repository:
    """Return a copy of the repository in which ``dvc repro`` has run."""
    return copy_built(built_once, tmp_path / "clone")


@pytest.fixture
def digits(digits_once: Repository, tmp_path: Path) -> Repository:
    """Return one that has the two editions of TinyDigits alone."""
    return copy_built(digits_once, tmp_path / "clone")


def free_port() -> int:
    """Return a port of this machine on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


# Not for the session: it would take a tenth of a processor as long as it is there.
@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start a Dask scheduler with two workers, and give its address."""
    # Imported here: it takes a second, and most tests do without.
    from distributed import Client  # noqa: PLC0415

    from stages.common.workers import connect  # noqa: PLC0415

    port, folder = free_port(), tmp_path_factory.mktemp("dask")
    address = f"tcp://127.0.0.1:{port}"
    scheduler = f"scheduler --host 127.0.0.1 --port {port} --no-dashboard"
    worker = f"worker {address} --host 127.0.0.1 --nworkers 1 --nthreads 1 --no-dashboard"
    with contextlib.ExitStack() as stack:
        for command in (scheduler, worker, worker):
            process = subprocess.Popen(
                [sys.executable, "-m", "dask", *command.split()],
                cwd=folder,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            stack.callback(process.wait)
            stack.callback(process.terminate)
        # On a machine that is busy they take long to start, longer than a user's command waits.
        with Client(address, timeout=60) as client:
            client.wait_for_workers(2, timeout=60)
        yield address
        if connect.cache_info().currsize:
            connect(address).close()
