"""A folder of images, in it a folder for each class.

A PNG gives the same pixels everywhere. A JPEG gives those of the library that decodes it, which
Pillow brings: so ``requirements/pipeline.txt`` pins it too.
"""

from __future__ import annotations

import io
import re
import unicodedata
import warnings
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from stages.common.errors import StageError
from stages.common.files import sha256, sum_of_files
from stages.source.data_folder import PASSED_OVER, file_error, read_bytes
from stages.source.facts import Images, in_label_order

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt
    from PIL.ImageFile import ImageFile

    from stages.params.model import Own

# Modes of Pillow with more than 8 bits a channel, and what it decodes such colours from.
DEEP_MODES = ("I", "F")
DEEP_COLOUR = re.compile(r"(RGB|LA|CMYK)\w*;16")
GREY_MODES = ("1", "L", "LA")
# An image of this many pixels needs 300 MB; a small file can claim to be far larger.
MOST_PIXELS = 100_000_000
TOO_LARGE = f"more than {MOST_PIXELS:,} pixels; make it smaller"
# Pillow runs another program to draw these.
REFUSED_FORMATS = ("EPS", "WMF")


def read_folder(entry: Own, root: Path) -> Images:
    """Read a folder of images, each file once: its pixels and its sum."""
    listed = list_classes(root)
    classes = in_label_order(entry.classes, [*listed])
    files = {f"{name}/{file}": path for name in classes for file, path in listed[name].items()}
    first = next(iter(files.values()))
    images, sums = [], {}
    for name, path in files.items():
        data = read_bytes(path)
        sums[name] = sha256(data)
        images.append(decode_image(path, data, size=entry.resize, channels=entry.channels))
        shape, (height, width) = images[-1].shape, images[0].shape[:2]
        if shape[:2] != (height, width):
            raise StageError(
                f"{path.as_posix()} has {shape[0]} x {shape[1]} pixels (height x width), but "
                f"{first.as_posix()} has {height} x {width}; state the size to resize all to, such "
                f"as `resize: [{height}, {width}]`"
            )
    if len({image.ndim for image in images}) > 1:
        # Some are in colour, so those in grey are too.
        images = [np.broadcast_to(np.atleast_3d(image), (height, width, 3)) for image in images]
    labels = np.repeat(np.arange(len(classes)), [len(listed[name]) for name in classes])
    return Images(np.stack(images), labels, classes, sum_of_files(sums))


def list_classes(root: Path) -> dict[str, dict[str, Path]]:
    """Return the files of each class by name, or raise a StageError.

    Names are in Unicode's normal form C and in the order of its code points, so that a folder is
    the same on every system.
    """
    if not root.is_dir():
        raise file_error(root, "not a folder")
    folders = _listed(root, has_folders=True)
    if len(folders) < 2:
        message = f"expected a folder for each of two classes or more, found {len(folders)}"
        raise file_error(root, message)
    classes = {}
    for name, folder in folders.items():
        classes[name] = _listed(folder, has_folders=False)
        if not classes[name]:
            raise file_error(folder, "a class without an image")
    return classes


def _listed(folder: Path, *, has_folders: bool) -> dict[str, Path]:
    """List a folder by name, without what systems put there."""
    listed: dict[str, Path] = {}
    # Some systems take names for one that others keep apart.
    alike: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        name = unicodedata.normalize("NFC", path.name)
        if name.startswith(".") or name.lower() in PASSED_OVER:
            continue
        wrong = ""
        other = alike.setdefault(unicodedata.normalize("NFC", name.lower()), path)
        if other is not path:
            wrong = f"some systems take its name for that of {other.name}; rename one"
        elif has_folders and not path.is_dir():
            wrong = "not a folder; each image belongs in the folder of its class"
        elif path.is_dir() and not has_folders:
            wrong = "not a file; the folder of a class has images alone"
        if wrong:
            raise file_error(path, wrong)
        listed[name] = path
    return dict(sorted(listed.items()))


def decode_image(
    path: Path, data: bytes, *, size: list[int] | None = None, channels: int | None = None
) -> npt.NDArray[np.uint8]:
    """Decode an image by Pillow, of an animation the first picture.

    An image that EXIF says to turn is turned. `channels` make it grey (1) or colour (3), by default
    as it is stored; grey is ``(19595 R + 38470 G + 7471 B + 32768) >> 16``, as ITU-R BT.601 weighs
    colours. To `size`, height and width, it is resized by Pillow's filter BOX: each new pixel is
    the mean of the area that it covers. A StageError names the file, `path`.
    """
    try:
        with warnings.catch_warnings():
            # Its size is checked here, and what Pillow warns of besides does no harm.
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data)) as image:
                _check_image(image)
                return _decode(image, size, channels)
    except UnidentifiedImageError:
        words = "not an image that Pillow reads"
    except Image.DecompressionBombError:
        words = TOO_LARGE
    # A damaged file makes Pillow raise any exception.
    except Exception as error:
        words = " ".join(str(error).split()) or type(error).__name__
    raise file_error(path, words)


def _check_image(image: ImageFile) -> None:
    """Refuse an image that is too large or too deep, before its pixels are decoded."""
    if image.format in REFUSED_FORMATS:
        raise ValueError(f"a drawing ({image.format}); save it as PNG")
    if image.width * image.height > MOST_PIXELS:
        raise ValueError(TOO_LARGE)
    # Pillow cuts colours of 16 bits down to 8; that they had more, only its decoder knows.
    values = [value for tile in image.tile for value in tile.args or () if isinstance(value, int)]
    deep = image.mode.startswith(DEEP_MODES) or DEEP_COLOUR.search(str(image.tile))
    if deep or (image.format == "PPM" and max([0, *values]) > 255):
        raise ValueError("more than 8 bits a channel; save it with 8")


def _decode(
    image: ImageFile, size: list[int] | None, channels: int | None
) -> npt.NDArray[np.uint8]:
    is_grey = channels == 1 if channels else _is_grey(image)
    turned = ImageOps.exif_transpose(image)
    if turned.has_transparency_data:
        alpha = turned.convert("RGBA").getchannel("A")
        if alpha.getextrema() != (255, 255):
            raise ValueError("some pixels are transparent; save it without transparency")
        turned = turned.convert("RGB")
    decoded = turned.convert("L" if is_grey else "RGB")
    if size:
        decoded = decoded.resize((size[1], size[0]), Image.Resampling.BOX)
    return np.asarray(decoded)


def _is_grey(image: ImageFile) -> bool:
    """Return whether an image is stored as grey, or with a palette that has no colour."""
    if image.mode != "P":
        return image.mode in GREY_MODES
    palette = image.getpalette() or []
    return palette[0::3] == palette[1::3] == palette[2::3]
