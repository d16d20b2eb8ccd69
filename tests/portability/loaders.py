"""Read and write the released files under every NumPy that the loader supports.

Run by ``make portability``. Prints a table in Markdown and ends with status 1 if a cell differs.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path

from stages.lib import command
from tests.conftest import ROOT
from tests.portability.pythons import make_environment

VERSIONS = {
    "3.9": ("1.22.0", "1.23.*", "1.24.*", "1.25.*", "1.26.*", "2.0.*"),
    "3.10": ("1.22.0", "2.1.*", "2.2.*"),
    "3.11": ("1.23.*", "2.3.*"),
    "3.12": ("1.26.*", "2.4.*"),
    "3.13": ("2.1.*", "2.*"),
}
# Writes what it read, and reads what this NumPy itself writes, with its own name for its core.
SCRIPT = """
import hashlib, pickle, platform, numpy, tinydatasets
from tinydatasets import pickles
print(platform.python_version(), numpy.__version__)
for name in ("tinydigits", "tinydigits-150", "tinymnist"):
    for split in tinydatasets.load(name):
        print(hashlib.sha256(pickles.dumps(split)).hexdigest())
        own = pickle.dumps({"images": split.images, "labels": split.labels}, protocol=4)
        again = pickles.loads(own)
        assert (again.images == split.images).all() and (again.labels == split.labels).all()
"""


def main() -> None:
    """Read and write the released files under each Python and NumPy, and print a table."""
    files = [
        ROOT / "datasets" / name / f"{split}.pkl"
        for name in ("tinydigits", "tinydigits-150", "tinymnist")
        for split in ("train", "test")
    ]
    expected = [hashlib.sha256(path.read_bytes()).hexdigest() for path in files]
    print("| Python | NumPy | reads | writes |")
    print("|---|---|---|---|")
    same = True
    with tempfile.TemporaryDirectory() as folder:
        for version, releases in VERSIONS.items():
            for release in releases:
                at = Path(folder) / f"{version}-{release.strip('.*')}"
                python = make_environment(at, version, f"numpy=={release}")
                result = subprocess.run(
                    [python, "-c", SCRIPT],
                    cwd=ROOT,
                    text=True,
                    capture_output=True,
                    check=False,
                )
                found, *sums = result.stdout.splitlines() or [f"{version} {release}"]
                good = (result.returncode == 0, sums == expected)
                cells = ["same" if cell else "differs" for cell in good]
                same = same and cells == ["same", "same"]
                print("|", " | ".join([*found.split(), *cells]), "|", flush=True)
                print(result.stderr, end="", file=sys.stderr)
    sys.exit(not same)


if __name__ == "__main__":
    command.run(main)
