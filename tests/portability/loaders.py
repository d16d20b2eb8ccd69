"""Read and write the released files under every NumPy that the loader supports.

Run by ``make portability``. Prints a table in Markdown and ends with status 1 if a cell differs, or
if plain `pickle.load` does not work from NumPy 1.26.1 on and only there, as the documentation says.
"""

from __future__ import annotations

import hashlib
import pickle
import subprocess
import sys
import tempfile
from pathlib import Path

import tinydatasets
from stages.common import command
from tests.conftest import ROOT
from tests.portability.pythons import make_environment

VERSIONS = {
    "3.9": ("1.22.0", "1.23.*", "1.24.*", "1.25.*", "1.26.*", "2.0.*"),
    "3.10": ("1.22.0", "2.1.*", "2.2.*"),
    "3.11": ("1.23.*", "1.26.0", "1.26.1", "2.3.*"),
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
colour = tinydatasets.Split(split.images[..., None].repeat(3, axis=-1), split.labels)
print(hashlib.sha256(pickles.dumps(colour)).hexdigest())
own = pickle.dumps({"images": colour.images, "labels": colour.labels}, protocol=4)
assert (pickles.loads(own).images == colour.images).all()
try:
    pickle.load(open("datasets/tinydigits/train.pkl", "rb"))
    print("unpickled")
except ModuleNotFoundError:
    print("not unpickled")
"""
# From here on, plain `pickle.load` finds the module that the pickles name, `numpy._core`.
UNPICKLES = (1, 26, 1)


def main() -> None:
    """Read and write the released files under each Python and NumPy, and print a table."""
    files = [
        ROOT / "datasets" / name / f"{split}.pkl"
        for name in ("tinydigits", "tinydigits-150", "tinymnist")
        for split in ("train", "test")
    ]
    # And images in colour: those of the last file, each pixel as red, green and blue. What they are
    # to be is what this NumPy writes, which is a NumPy 2.
    images, labels = tinydatasets.read_split(files[-1])
    colour = {"images": images[..., None].repeat(3, axis=-1), "labels": labels}
    contents = [*(path.read_bytes() for path in files), pickle.dumps(colour, protocol=4)]
    expected = [hashlib.sha256(content).hexdigest() for content in contents]
    print("| Python | NumPy | reads | writes | `pickle.load` |")
    print("|---|---|---|---|---|")
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
                found, *sums, unpickled = result.stdout.splitlines() or [f"{version} {release}", ""]
                numpy = tuple(map(int, found.split()[1].split(".")[:3]))
                wanted = "unpickled" if numpy >= UNPICKLES else "not unpickled"
                good = (result.returncode == 0, sums == expected, unpickled == wanted)
                same = same and all(good)
                cells = ["same" if cell else "differs" for cell in good[:2]]
                cells.append({"unpickled": "works", "not unpickled": "fails"}.get(unpickled, ""))
                print("|", " | ".join([*found.split(), *cells]), "|", flush=True)
                print(result.stderr, end="", file=sys.stderr)
    sys.exit(not same)


if __name__ == "__main__":
    command.run(main)
