"""The images of a split as a ZIP archive of PNG files, a folder for each class.

Tools that don't read the pickles read this, the Hugging Face Hub and MLCommons' Croissant among
them.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING

from stages.lib.pixels import scale
from stages.lib.png import png, to_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tinydatasets.types import Split


def folder_of(name: str) -> str:
    """Give the folder of a class: its name, with a code for what a path may not have.

    Examples
    --------
    >>> folder_of("red oak"), folder_of("n/a")
    ('red oak', 'n%2Fa')
    """
    return re.sub(r"[^\w\- ]|^ | $", lambda found: f"%{ord(found[0]):02X}", name)


def archive(split: Split, maximum: int, names: Sequence[str]) -> bytes:
    """Give the ZIP archive of a split.

    Parameters
    ----------
    split : Split
        Images and labels.
    maximum : int
        The largest value that a pixel of the source can have.
    names : sequence of str
        The names of the classes, in label order.

    Returns
    -------
    bytes
        An archive that is not compressed. It has a file ``CLASS/ROW.png`` for each image, where ROW
        is its row in the split, from 0. Pixels are grey or in colour with 8 bits: white is the
        source's maximum.

    Examples
    --------
    >>> import numpy as np
    >>> from tinydatasets.types import Split
    >>> split = Split(np.zeros((2, 8, 8), np.uint8), np.array([1, 0]))
    >>> zipfile.ZipFile(io.BytesIO(archive(split, 16, ["oak", "ash"]))).namelist()
    ['ash/0.png', 'oak/1.png']
    """
    file = io.BytesIO()
    digits = len(str(len(split.labels) - 1))
    pixels = to_bytes(scale(split.images, maximum))
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as zipped:
        for row, (image, label) in enumerate(zip(pixels, split.labels, strict=True)):
            # Its time and its system are always the same: 1980, Unix.
            entry = zipfile.ZipInfo(f"{folder_of(names[label])}/{row:0{digits}}.png")
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            zipped.writestr(entry, png(image))
    return file.getvalue()
