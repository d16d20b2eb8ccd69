"""What the kinds of source have in common whose images may be larger than memory."""

from __future__ import annotations

import hashlib
from abc import abstractmethod
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from stages.common.compute import each
from stages.common.errors import StageError
from stages.common.sums import of_files
from stages.source.own import Own, check_inside, locate
from stages.source.own_files import to_labels

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stages.common.blocks import Block, Data

# How much of a file is in memory while its sum is computed.
PIECE = 2**20


class Large(Own):
    """A user's own images that are read block after block, wherever work runs."""

    difficulty: bool = False
    """Whether to compare every image with every other, which the strategy `curated` needs."""

    @abstractmethod
    def location(self) -> tuple[str, str]:
        """Give the key that tells the kind, and its value: a file or a folder."""

    @abstractmethod
    def open_at(self, path: Path) -> Data:
        """Open the data; read labels and ids, and of the images what is needed to find them.

        Raises
        ------
        StageError
            If the data can't be a source; the message begins with the file.
        """

    def open(self) -> Data:
        """Open the data.

        Raises
        ------
        StageError
            If it can't be a source; the message begins with the key and names the file.
        """
        key, location = self.location()
        path = locate(key, location)
        with _by_key(key):
            return self.open_at(path)._replace(is_large=True)

    def look(self) -> dict[str, Any]:
        """Read every block once, and every file once more for its sum."""
        key, location = self.location()
        path = locate(key, location)
        paths = sorted(path.rglob("*")) if path.is_dir() else [path]
        for one in paths:
            check_inside(key, one)
            # Python does not look into it, so its files would be missing in the sum.
            if one.is_symlink() and one.is_dir():
                raise StageError(
                    f"{key}: {one.as_posix()}: a symbolic link to a folder; put the folder there"
                )
        files = [one for one in paths if one.is_file()]
        names = [file.relative_to(path).as_posix() for file in files]
        data = self.open()
        try:
            _, classes = to_labels(data.labels, len(data.labels), self.classes)
        except ValueError as error:
            raise StageError(f"{key}: {location}: {error}") from None
        with _by_key(key):
            maximum = max(each(_largest, data.blocks))
            sums = list(each(_sum, [file.absolute() for file in files]))
        return {
            "image_shape": list(data.blocks[0].load().shape[1:]),
            "maximum": max(1, maximum, self.maximum or 1),
            "rows_per_class": np.bincount(data.labels).tolist(),
            "classes": classes,
            "sha256": sums[0] if path.is_file() else of_files(dict(zip(names, sums, strict=True))),
        }


@contextmanager
def _by_key(key: str) -> Iterator[None]:
    """Begin the message of an error with the key, and name files as their author does."""
    try:
        yield
    except StageError as error:
        raise StageError(f"{key}: {str(error).replace(f'{Path.cwd()}/', '')}") from None


def _largest(block: Block) -> int:
    return int(block.load().max())


def _sum(path: Path) -> str:
    total = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            total.update(piece)
    return total.hexdigest()
