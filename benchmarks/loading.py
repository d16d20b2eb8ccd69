"""Measure what loading costs, from a new interpreter to arrays, beside NumPy and other packages.

Run ``python -m benchmarks.loading PYTHON`` with the path of a Python that has this package and
those of benchmarks/peers.txt. Each side runs in a process of its own, in turn with the others; what
counts is the median of its processor time, and of how much more it is than another's in the same
round. All but scikit-learn read the images of TinyMNIST, each stored in its own way.
"""

import os
import resource
import subprocess
import tempfile
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks import in_turn
from stages.common import command
from tinydatasets import load

RUNS = 21
NUMPY, NUMPY_LOAD = "import NumPy", "`numpy.load` of the four arrays of TinyDigits"
SIDES = {
    NUMPY: "import numpy",
    "import NumPy and tinydatasets": "import numpy, tinydatasets",
    NUMPY_LOAD: "import numpy; [numpy.load(f'digits-{i}.npy') for i in range(4)]",
    '`tinydatasets.load("tinydigits")`': "import tinydatasets as t; t.load('tinydigits')",
    '`tinydatasets.load("tinymnist")`': "import tinydatasets as t; t.load('tinymnist')",
    "`tinydatasets list`": "import tinydatasets.__main__ as t; t.main(['list'])",
    "scikit-learn": "from sklearn.datasets import load_digits; load_digits()",
    "torchvision": "from torchvision.datasets import MNIST; MNIST('.').data",
    "MedMNIST": "from medmnist import PathMNIST; PathMNIST('train', root='.').imgs",
    # Keras would compare the sum of the file with that of MNIST, and download it again.
    "Keras": "import keras.src.datasets.mnist as m; m.get_file = lambda *_, **__: 'mnist.npz';"
    " m.load_data()",
}


def write_files(folder: Path) -> None:
    """Write the files that the sides read."""
    for i, array in enumerate(array for split in load("tinydigits") for array in split):
        np.save(folder / f"digits-{i}.npy", array)
    dataset = load("tinymnist")
    raw = folder / "MNIST" / "raw"
    raw.mkdir(parents=True)
    arrays: dict[str, Any] = {}
    for split, keras, torch in (("train", "train", "train"), ("test", "test", "t10k")):
        images, labels = getattr(dataset, split)
        arrays |= {f"x_{keras}": images, f"y_{keras}": labels}
        arrays |= {f"{split}_images": images, f"{split}_labels": labels[:, np.newaxis]}
        for name, array in (("images-idx3", images), ("labels-idx1", labels)):
            header = np.array([0x800 + array.ndim, *array.shape], ">i4").tobytes()
            path = raw / f"{torch}-{name}-ubyte"
            path.write_bytes(header + array.astype(np.uint8).tobytes())
    np.savez(folder / "mnist.npz", **arrays)
    np.savez(folder / "pathmnist.npz", **arrays)


def processor_seconds(python: Path, script: str, folder: Path) -> float:
    """Return the processor time of a Python process that runs a script."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = {**os.environ, "KERAS_BACKEND": "torch"}
    arguments = [str(python), "-c", script]
    subprocess.run(arguments, cwd=folder, env=environment, stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main(python: Path) -> None:
    """Print for each side its milliseconds, and how many more than NumPy's they are."""
    with tempfile.TemporaryDirectory() as temporary:
        write_files(Path(temporary))
        measure = partial(processor_seconds, python, folder=Path(temporary))
        times = in_turn({name: partial(measure, script) for name, script in SIDES.items()}, RUNS)
    print("| side | ms | more than NumPy, ms | more than `numpy.load`, ms |\n|---|---|---|---|")
    for name, ours in times.items():
        more = [
            median(1000 * (a - b) for a, b in zip(ours, times[other], strict=True))
            for other in (NUMPY, NUMPY_LOAD)
        ]
        print(f"| {name} | {1000 * median(ours):.0f} | {more[0]:.1f} | {more[1]:.1f} |")


if __name__ == "__main__":
    command.run(main)
