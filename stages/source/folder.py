"""A folder of images, in it a folder for each class.

A PNG gives the same pixels everywhere. A JPEG gives those of the library that decodes it, which
Pillow brings: so ``requirements/pipeline.txt`` pins it too.
"""

import io
import re
import unicodedata
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError
from PIL.ImageFile import ImageFile

from stages.common.arrays import Pixels
from stages.common.errors import StageError, raise_all
from stages.common.files import sha256, sum_of_files
from stages.params.model import Own
from stages.source.data_folder import PASSED_OVER, file_error, in_utf8, read_bytes
from stages.source.facts import Images, in_label_order, to_groups

# Modes of Pillow with more than 8 bits a channel, and what it decodes such colours from.
DEEP_MODES = ("I", "F")
DEEP_COLOUR = re.compile(r"(RGB|LA|CMYK)\w*;16")
GREY_MODES = ("1", "L", "LA")
# An image of this many pixels needs 300 MB; a small file can claim to be far larger.
MOST_PIXELS = 100_000_000
TOO_LARGE = f"more than {MOST_PIXELS:,} pixels; make it smaller"
# Their first picture is the whole one: of a phone's photo, of layers.
STACKS = ("MPO", "PSD")
# Pillow runs another program to draw these.
REFUSED_FORMATS = ("EPS", "WMF")


class Decoded(NamedTuple):
    """An image of a folder."""

    path: Path
    name: str
    """Its class, its folders there and its file, in Unicode's normal form C."""
    pixels: Pixels
    sha256: str
    group: str


def read_folder(entry: Own, root: Path) -> Images:
    """Read a folder of images, each file once; a StageError names all that is wrong."""
    wrong: list[StageError] = []
    size, channels = entry.resize, entry.channels
    decoded = [*decode_folder(root, wrong, size=size, channels=channels, groups=entry.groups)]
    sizes = Counter(image.pixels.shape[:2] for image in decoded)
    ((height, width), count), *_ = [*sizes.most_common(1), ((0, 0), 0)]
    for path, _, pixels, *_ in decoded:
        if pixels.shape[:2] != (height, width):
            message = (
                f"{pixels.shape[0]} x {pixels.shape[1]} pixels (height x width), but {count} "
                f"images have {height} x {width}; state the size to resize all to, such as "
                f"`resize: [{height}, {width}]`"
            )
            wrong.append(file_error(path, message))
    raise_all(wrong)
    by_class: dict[str, list[Decoded]] = {}
    for image in decoded:
        by_class.setdefault(image.name.split("/")[0], []).append(image)
    classes = in_label_order(entry.classes, [*by_class])
    in_order = [image for name in classes for image in by_class[name]]
    images = [image.pixels for image in in_order]
    if len({image.ndim for image in images}) > 1:
        # Some are in colour, so those in grey are too.
        images = [np.broadcast_to(np.atleast_3d(image), (height, width, 3)) for image in images]
    labels = np.repeat(np.arange(len(classes)), [len(by_class[name]) for name in classes])
    sums = {image.name: image.sha256 for image in decoded}
    of_images = np.array([image.group for image in in_order])
    groups = to_groups(of_images, len(labels), root) if entry.groups else None
    files = [image.name for image in in_order]
    return Images(np.stack(images), labels, classes, sum_of_files(sums), groups, files)


def decode_folder(
    root: Path,
    wrong: list[StageError],
    *,
    size: list[int] | None = None,
    channels: int | None,
    groups: str | None = None,
) -> Iterator[Decoded]:
    """Yield every image of a folder, by class and name; add all that is wrong to `wrong`.

    Names are in Unicode's normal form C and in the order of its code points, so that a folder is
    the same on every system. A class has folders in it only if these are its `groups`.
    """
    if not root.is_dir():
        raise file_error(root, "not a folder")
    listed = _listed(root)
    folders = {name: path for name, path in listed.items() if path.is_dir()}
    for path in listed.values():
        if not path.is_dir():
            message = "not a folder; each image belongs in the folder of its class"
            wrong.append(file_error(path, message))
    if len(folders) < 2:
        message = f"expected a folder for each of two classes or more, found {len(folders)}"
        wrong.insert(0, file_error(root, message))
    for name, folder in folders.items():
        files = _images_of(folder, wrong, groups)
        if not files:
            wrong.append(file_error(folder, "a class without an image"))
        for file, path in files.items():
            try:
                group = group_of_file(path, f"{name}/{file}", groups) if groups else ""
                data = read_bytes(path)
                pixels = decode_image(path, data, size=size, channels=channels)
            except StageError as error:
                wrong.append(error)
            else:
                yield Decoded(path, f"{name}/{file}", pixels, sha256(data), group)


def _listed(folder: Path) -> dict[str, Path]:
    """List a folder by name, without what systems put there."""
    named = {unicodedata.normalize("NFC", in_utf8(path.name)): path for path in folder.iterdir()}
    shown = (name for name in sorted(named) if not name.startswith("."))
    return {name: named[name] for name in shown if name.lower() not in PASSED_OVER}


def _images_of(
    folder: Path, wrong: list[StageError], groups: str | None, above: str = ""
) -> dict[str, Path]:
    """List the images of a class by name, also those in its folders if these are its groups."""
    files: dict[str, Path] = {}
    for name, path in _listed(folder).items():
        if not path.is_dir():
            files[f"{above}{name}"] = path
        elif groups != "folders":
            message = "not a file; the folder of a class has images alone, unless you state"
            wrong.append(file_error(path, f"{message} `groups: folders`"))
        elif path.is_symlink():
            # It may lead to a folder that it is in.
            wrong.append(file_error(path, "a symbolic link; put the folder itself there"))
        else:
            files |= _images_of(path, wrong, groups, f"{above}{name}/")
    here = sum(name.count("/") == above.count("/") for name in files)
    if above and 0 < here < len(files):
        wrong.append(file_error(folder, "images and folders; put all of a group into one folder"))
    return files


def decode_image(
    path: Path, data: bytes, *, size: list[int] | None = None, channels: int | None = None
) -> Pixels:
    """Decode an image by Pillow.

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
    if image.format not in STACKS and getattr(image, "is_animated", False):
        raise ValueError("more than one picture; save the one that is meant")
    # Pillow cuts colours of 16 bits down to 8; that they had more, only its decoder knows.
    values = [value for tile in image.tile for value in tile.args or () if isinstance(value, int)]
    deep = image.mode.startswith(DEEP_MODES) or DEEP_COLOUR.search(str(image.tile))
    if deep or (image.format == "PPM" and max([0, *values]) > 255):
        raise ValueError("more than 8 bits a channel; save it with 8")


def _decode(image: ImageFile, size: list[int] | None, channels: int | None) -> Pixels:
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


def group_of_file(path: Path, name: str, key: str) -> str:
    """Return the group of an image by its class, folders and file, or raise a StageError.

    Examples
    --------
    >>> group_of_file(Path(), "oak/tree-07/3.jpg", "folders")
    'tree-07'
    >>> group_of_file(Path(), "oak/tree-07 (3).jpg", r"^(tree-[0-9]+)")
    'tree-07'
    """
    _, *folders, file = name.split("/")
    if key == "folders":
        group, message = "/".join(folders), "not in a folder of its group below that of its class"
    else:
        match = re.search(key, file)
        group = ((match and match[1]) or "").strip()
        message = f"its name has no group that `{key}` finds"
    if not group:
        raise file_error(path, message)
    return group
