"""A kind of source: a pair of ``.npy`` files, images and labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stages.common.blocks import open_npy
from stages.common.errors import StageError
from stages.source.own import Location, locate
from stages.source.own_files import OwnFiles

if TYPE_CHECKING:
    import numpy.typing as npt


class ArrayFiles(OwnFiles):
    """A pair of `.npy` files of the user's own."""

    npy: Location
    """Images below `data/`: a `.npy` file of shape (n, height, width), or (n, height, width, 3)."""
    labels: Location
    """Labels below `data/`: a `.npy` file of n whole numbers, or of n names."""

    def tables(self) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """Load both files."""
        return load("npy", self.npy), load("labels", self.labels)

    def locations(self) -> dict[str, str]:
        """Give both files by their keys."""
        return {"npy": self.npy, "labels": self.labels}


def load(key: str, location: str) -> npt.NDArray[Any]:
    """Open a ``.npy`` file, and never a pickle.

    Raises
    ------
    StageError
        If it is anything else; the message begins with the key and names the file.
    """
    path = locate(key, location)
    try:
        return open_npy(path)
    except StageError as error:
        raise StageError(f"{key}: {error}") from None
    except OSError as error:
        raise StageError(f"{key}: {location}: {error.strerror}") from None
