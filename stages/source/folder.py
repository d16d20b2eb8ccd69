"""A kind of source: a folder of images, in it a folder for each class.

Pillow opens the images, whatever their format. A PNG gives the same pixels everywhere. A JPEG gives
those of the library that decodes it, and two versions of it may differ by one in a pixel. Pillow
brings that library, so ``requirements/pipeline.txt`` pins it too.
"""

from __future__ import annotations

import contextlib
import io
import re
import unicodedata
import warnings
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError
from pydantic import Field

from stages.common.errors import StageError
from stages.common.sums import of_files, sha256
from stages.source.base import InMemory
from stages.source.own import DATA, Location, Own, check_inside, locate, read_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt
    from PIL.ImageFile import ImageFile

# What systems put into folders by themselves. Names that begin with a dot are passed over too.
PASSED_OVER = {"thumbs.db", "desktop.ini", "icon\r"}
# Categories of Unicode: control characters, and bytes that are not UTF-8 as Python shows them.
UNWRITABLE = ("Cc", "Cs")
# Modes of Pillow with more than 8 bits a channel, and what it decodes such colours from.
DEEP_MODES = ("I", "F")
DEEP_COLOUR = re.compile(r"(RGB|LA|CMYK)\w*;16")
GREY_MODES = ("1", "L", "LA")
# An image of this many pixels needs 300 MB; a small file can claim to be far larger.
MOST_PIXELS = 100_000_000
TOO_LARGE = f"more than {MOST_PIXELS:,} pixels; make it smaller"
# Pillow runs another program to draw these.
REFUSED_FORMATS = ("EPS", "WMF")
# The tag of EXIF that says how to turn an image, and its values that swap height and width.
ORIENTATION, SWAPPED = 0x0112, (5, 6, 7, 8)


class Seen(NamedTuple):
    """What is known of an image before it is decoded."""

    shape: tuple[int, int]
    grey: bool
    sha256: str


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
    def files(self) -> dict[str, dict[str, Path]]:
        """The images of each class: classes in the order of their labels, files by name."""
        found = images_by_class(locate("folder", self.folder))
        names = self.classes or [*found]
        if sorted(names) != [*found]:
            raise StageError(f"classes: {names}, but the data has {[*found]}")
        return {name: found[name] for name in names}

    @cached_property
    def seen(self) -> dict[Path, Seen]:
        """What Pillow says of each file. A PNG is decoded for that: EXIF may follow its pixels."""
        paths = [path for images in self.files.values() for path in images.values()]
        return {path: _look(path, read_bytes("folder", path)) for path in paths}

    def look(self) -> dict[str, Any]:
        """Read all files."""
        if self.size is None:
            _check_sizes({path: each.shape for path, each in self.seen.items()})
        height, width = self.size or next(iter(self.seen.values())).shape
        channels = self.channels or (1 if all(each.grey for each in self.seen.values()) else 3)
        sums = {
            f"{of_class}/{name}": self.seen[path].sha256
            for of_class, images in self.files.items()
            for name, path in images.items()
        }
        return {
            "image_shape": [height, width] if channels == 1 else [height, width, 3],
            "maximum": self.maximum or 255,
            "rows_per_class": [len(images) for images in self.files.values()],
            "classes": [*self.files],
            "sha256": of_files(sums),
        }

    def read(self) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
        """Decode every image."""
        paths = [path for images in self.files.values() for path in images.values()]
        shape = self.image_shape or self.look()["image_shape"]
        pixels = np.empty((len(paths), *shape), np.uint8)
        for row, path in enumerate(paths):
            pixels[row] = read_image(path, shape, resize=self.size is not None)
        rows = [len(images) for images in self.files.values()]
        return pixels, np.repeat(np.arange(len(rows)), rows)


def images_by_class(root: Path, within: Path = Path(DATA)) -> dict[str, dict[str, Path]]:
    """List the images of each class in a folder.

    Parameters
    ----------
    root : Path
        A folder with a folder for each class and nothing else.
    within : Path
        What no symbolic link may lead out of.

    Returns
    -------
    dict of str to dict of str to Path
        The files of each class by name; names in Unicode's normal form C, and in the order of its
        code points.

    Raises
    ------
    StageError
        If there is anything else, or fewer than two classes; the message begins with the key.
    """
    if not root.is_dir():
        raise StageError(f"folder: {root.as_posix()}: not a folder")
    folders = _listed(root, within)
    for path in folders.values():
        if not path.is_dir():
            raise StageError(
                f"folder: {path.as_posix()}: not a folder; each image belongs in the folder of "
                "its class"
            )
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
    with _opened(path, read_bytes("folder", path)) as image:
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
def _opened(path: Path, data: bytes) -> Iterator[ImageFile]:
    """Open an image without decoding it; turn whatever is wrong with it into one message."""
    try:
        with warnings.catch_warnings():
            # Its size is checked here, and what Pillow warns of besides does no harm.
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data)) as image:
                _check(image)
                yield image
    except UnidentifiedImageError:
        words = "not an image that Pillow reads"
    except Image.DecompressionBombError:
        words = TOO_LARGE
    # A damaged file makes Pillow raise any exception.
    except Exception as error:
        words = " ".join(str(error).split()) or type(error).__name__
    else:
        return
    raise StageError(f"folder: {path.as_posix()}: {words}")


def _check(image: ImageFile) -> None:
    """Refuse an image that is too large or too deep, before its pixels are decoded."""
    if image.format in REFUSED_FORMATS:
        raise ValueError(f"a drawing ({image.format}); save it as PNG")
    if image.width * image.height > MOST_PIXELS:
        raise ValueError(TOO_LARGE)
    # Pillow cuts colours of 16 bits down to 8; that they had more, only its decoder knows.
    deep = DEEP_COLOUR.search(str(image.tile)) or (image.format == "PPM" and _maximum(image) > 255)
    if image.mode.startswith(DEEP_MODES) or deep:
        raise ValueError("more than 8 bits a channel; save it with 8")


def _maximum(image: ImageFile) -> int:
    """Give the largest value that a pixel of a PPM can have."""
    # Pillow's decoder gets it besides the mode, unless it is 255.
    arguments = [argument for tile in image.tile for argument in tile.args or ()]
    return max((n for n in arguments if isinstance(n, int)), default=255)


def _look(path: Path, data: bytes) -> Seen:
    with _opened(path, data) as image:
        shape = (image.height, image.width)
        # The size of a TIFF is that of the turned image.
        if image.format != "TIFF" and image.getexif().get(ORIENTATION) in SWAPPED:
            shape = shape[::-1]
        grey = image.mode in GREY_MODES or (image.mode == "P" and _is_grey(image))
        return Seen(shape, grey, sha256(data))


def _is_grey(image: ImageFile) -> bool:
    """Tell whether the palette of an image has no colour."""
    palette = image.getpalette() or []
    return palette[0::3] == palette[1::3] == palette[2::3]


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


def _listed(folder: Path, within: Path) -> dict[str, Path]:
    """List a folder by name, without what systems put there.

    Names are in Unicode's normal form C and in the order of its code points, so that a folder is
    the same on every system. Some systems take names for one that others keep apart.
    """
    check_inside("folder", folder, within)
    try:
        paths = sorted(folder.iterdir())
    except OSError as error:
        raise StageError(f"folder: {folder.as_posix()}: {error.strerror}") from None
    listed: dict[str, Path] = {}
    alike: dict[str, Path] = {}
    for path in paths:
        name = unicodedata.normalize("NFC", path.name)
        if name.startswith(".") or name.lower() in PASSED_OVER:
            continue
        if any(unicodedata.category(letter) in UNWRITABLE for letter in name):
            raise StageError(
                f"folder: {path.as_posix()!a}: a name that is not UTF-8 or has a control character"
                "; rename it"
            )
        other = alike.setdefault(unicodedata.normalize("NFC", name.lower()), path)
        if other is not path:
            raise StageError(
                f"folder: {path.as_posix()}: some systems take its name for that of {other.name}; "
                "rename one"
            )
        listed[name] = path
    return dict(sorted(listed.items()))


def _images_of(folder: Path, within: Path) -> dict[str, Path]:
    """List the images of a class."""
    images = _listed(folder, within)
    if not images:
        raise StageError(f"folder: {folder.as_posix()}: a class without an image")
    for path in images.values():
        if path.is_symlink():
            check_inside("folder", path, within)
        if not path.is_file():
            raise StageError(
                f"folder: {path.as_posix()}: not a file; the folder of a class has images alone"
            )
    return images
