"""A kind of source: a folder of images, in it a folder for each class.

Pillow opens the images, whatever their format. A PNG gives the same pixels everywhere. A JPEG gives
those of the library that decodes it, and two versions of it may differ by one in a pixel. Pillow
brings that library, so ``requirements.txt`` pins it too.
"""

from __future__ import annotations

import contextlib
import stat
import unicodedata
import warnings
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError
from pydantic import Field

from stages.lib.command import StageError
from stages.lib.sources.base import InMemory
from stages.lib.sources.own import (
    DATA,
    Location,
    Own,
    check_inside,
    locate,
    read_bytes,
    sum_of_files,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

# What systems put into folders by themselves. Names that begin with a dot are passed over too.
PASSED_OVER = {"thumbs.db", "desktop.ini"}
# Modes of Pillow with more than 8 bits a pixel and channel.
DEEP_MODES = ("I", "F")
GREY_MODES = ("1", "L", "LA")
# An image of this many pixels needs 300 MB; a small file can claim to be far larger.
MOST_PIXELS = 100_000_000
# Pillow runs another program to draw these.
REFUSED_FORMATS = ("EPS", "WMF")
# The tag of EXIF that says how to turn an image, and its values that swap height and width.
ORIENTATION, SWAPPED = 0x0112, (5, 6, 7, 8)


class Seen(NamedTuple):
    """What the header of an image says."""

    shape: tuple[int, int]
    grey: bool


class ImageFolder(Own, InMemory):
    """A folder of the user's own, in it a folder of images for each class."""

    folder: Location
    """A folder below `data/` with a folder of images for each class, named as the class."""
    size: Annotated[list[Annotated[int, Field(ge=1)]], Field(min_length=2, max_length=2)] | None = (
        None
    )
    """Height and width to resize each image to; by default, all have one size."""
    channels: Literal[1, 3] | None = None
    """1 for grey, 3 for colour; by default 1 if all images are grey."""

    @cached_property
    def files(self) -> dict[str, list[Path]]:
        """The images of each class: classes by name in the order of their labels, files by name."""
        found = images_by_class(locate("folder", self.folder))
        names = self.classes or sorted(found)
        if sorted(names) != sorted(found):
            raise StageError(f"classes: {names}, but the data has {sorted(found)}")
        return {name: found[name] for name in names}

    @cached_property
    def headers(self) -> dict[Path, Seen]:
        """What the header of each image says."""
        return {path: _look(path) for of_class in self.files.values() for path in of_class}

    def look(self) -> dict[str, Any]:
        """Read the bytes of all files and what their headers say; decode none."""
        seen = self.headers
        if self.size is None:
            _check_sizes({path: each.shape for path, each in seen.items()})
        channels = self.channels or (1 if all(each.grey for each in seen.values()) else 3)
        height, width = self.size or next(iter(seen.values())).shape
        names = sorted((path.relative_to(self.folder).as_posix(), path) for path in seen)
        return {
            "image_shape": [height, width] if channels == 1 else [height, width, 3],
            "maximum": 255,
            "rows_per_class": [len(of_class) for of_class in self.files.values()],
            "classes": list(self.files),
            "sha256": sum_of_files((name, read_bytes("folder", path)) for name, path in names),
        }

    def read(self) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
        """Decode every image."""
        files = [path for of_class in self.files.values() for path in of_class]
        shape = self.image_shape or self.look()["image_shape"]
        images = np.empty((len(files), *shape), np.uint8)
        for row, path in enumerate(files):
            images[row] = read_image(path, shape, resize=self.size is not None)
        rows = [len(of_class) for of_class in self.files.values()]
        return images, np.repeat(np.arange(len(rows)), rows)


def images_by_class(root: Path, within: Path = Path(DATA)) -> dict[str, list[Path]]:
    """List the images of each class in a folder.

    Parameters
    ----------
    root : Path
        A folder with a folder for each class and nothing else.
    within : Path
        What no symbolic link may lead out of.

    Returns
    -------
    dict of str to list of Path
        The files of each class by name. Classes are named as their folders are, in Unicode's
        normal form C.

    Raises
    ------
    StageError
        If there is anything else, or fewer than two classes; the message begins with the key.
    """
    if not root.is_dir():
        raise StageError(f"folder: {root.as_posix()}: not a folder")
    folders: dict[str, Path] = {}
    for path in _listed(root):
        if not path.is_dir():
            raise StageError(
                f"folder: {path.as_posix()}: not a folder; each image belongs in the folder of "
                "its class"
            )
        name = unicodedata.normalize("NFC", path.name)
        alike = next((other for other in folders if other.casefold() == name.casefold()), None)
        if alike is not None:
            raise StageError(
                f"folder: {path.as_posix()}: {folders[alike].name} has the same name where "
                "upper and lower case are one; rename a folder"
            )
        folders[name] = path
    if len(folders) < 2:
        raise StageError(
            f"folder: {root.as_posix()}: expected a folder for each of two classes or more, found "
            f"{len(folders)}"
        )
    return {name: _images_of(folder, within) for name, folder in folders.items()}


def read_image(path: Path, shape: list[int], *, resize: bool = False) -> npt.NDArray[np.uint8]:
    """Read an image as Pillow decodes it, of an animation the first picture.

    An image that EXIF says to turn is turned. Colours become grey by the weights of ITU-R BT.601,
    in whole numbers: ``(19595 R + 38470 G + 7471 B + 32768) >> 16``. To resize is Pillow's filter
    BOX: each new pixel is the mean of the area that it covers; the ratio of height and width is
    not kept.

    Parameters
    ----------
    path : Path
        The file.
    shape : list of int
        Height and width, and 3 for colour, that the result must have.
    resize : bool
        Whether to resize the image to it.

    Returns
    -------
    ndarray of shape `shape`, dtype uint8

    Raises
    ------
    StageError
        If it can't be decoded, has more than 8 bits a channel, transparent pixels, or another size.
    """
    with _opened(path) as image:
        turned = ImageOps.exif_transpose(image)
        if turned.has_transparency_data:
            alpha = turned.convert("RGBA").getchannel("A")
            if alpha.getextrema() != (255, 255):
                raise ValueError("some pixels are transparent; save it without transparency")
            turned = turned.convert("RGB")
        decoded = turned.convert("L" if len(shape) == 2 else "RGB")
        if resize:
            decoded = decoded.resize((shape[1], shape[0]), Image.Resampling.BOX)
        pixels = np.asarray(decoded)
        if pixels.shape != tuple(shape):
            raise ValueError(f"an image of shape {pixels.shape}, expected {tuple(shape)}")
        return pixels


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    """Open an image without decoding it; turn whatever is wrong with it into one message."""
    check_inside("folder", path)
    try:
        with warnings.catch_warnings():
            # Its size is checked here, and what Pillow warns of besides does no harm.
            warnings.simplefilter("ignore")
            with Image.open(path) as image:
                _check(image)
                yield image
    except UnidentifiedImageError:
        raise StageError(f"folder: {path.as_posix()}: not an image that Pillow reads") from None
    # A damaged file makes Pillow raise any exception.
    except Exception as error:
        raise StageError(f"folder: {path.as_posix()}: {error or type(error).__name__}") from None


def _check(image: Image.Image) -> None:
    """Refuse an image that is too large or too deep, before its pixels are decoded."""
    if image.format in REFUSED_FORMATS:
        raise ValueError(f"a drawing ({image.format}); save it as PNG")
    if image.width * image.height > MOST_PIXELS:
        raise ValueError(
            f"{image.width} x {image.height} pixels; at most {MOST_PIXELS:,} are taken"
        )
    if image.mode.startswith(DEEP_MODES):
        raise ValueError("more than 8 bits a pixel and channel; save it with 8")


def _look(path: Path) -> Seen:
    with _opened(path) as image:
        shape = (image.height, image.width)
        if image.getexif().get(ORIENTATION) in SWAPPED:
            shape = shape[::-1]
        return Seen(shape, image.mode in GREY_MODES)


def _check_sizes(shapes: dict[Path, tuple[int, int]]) -> None:
    """Stop unless all images have one size."""
    first, expected = next(iter(shapes.items()))
    for path, shape in shapes.items():
        if shape != expected:
            raise StageError(
                f"folder: {path.as_posix()} has {shape[0]} x {shape[1]} pixels (height x width), "
                f"but {first.as_posix()} has {expected[0]} x {expected[1]}; state the size to "
                f"resize all to, such as `size: [{expected[0]}, {expected[1]}]`"
            )


def _listed(folder: Path) -> list[Path]:
    """List a folder by name, without what systems put there."""
    try:
        paths = sorted(folder.iterdir(), key=lambda path: path.name)
    except OSError as error:
        raise StageError(f"folder: {folder.as_posix()}: {error.strerror}") from None
    return [
        path
        for path in paths
        if not path.name.startswith(".") and path.name.lower() not in PASSED_OVER
    ]


def _images_of(folder: Path, within: Path) -> list[Path]:
    """List the images of a class."""
    check_inside("folder", folder, within)
    images = _listed(folder)
    if not images:
        raise StageError(f"folder: {folder.as_posix()}: a class without an image")
    for path in images:
        check_inside("folder", path, within)
        if not stat.S_ISREG(path.stat().st_mode):
            raise StageError(
                f"folder: {path.as_posix()}: not a file; the folder of a class has images alone"
            )
    return images
