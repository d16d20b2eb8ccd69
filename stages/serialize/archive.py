"""The images of a split as a ZIP archive of PNG files, a folder for each class.

Tools that read no pickles read this, such as the Hugging Face Hub and MLCommons' Croissant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stages.common.files import sha256, sum_of_files, to_csv
from stages.common.images import scale
from tinydatasets.export import zipped
from tinydatasets.folders import folder_of
from tinydatasets.png import png, to_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tinydatasets.types import Split


def archive(
    split: Split, lines: Sequence[Mapping[str, str]], maximum: int, names: Sequence[str]
) -> bytes:
    """Return the ZIP archive of a split, not compressed.

    It has a file ``CONTENT/CLASS/ROW.png`` for each image, where ROW is its row in the split, from
    0. Pixels are grey or in colour with 8 bits: 255 is the source's `maximum`. ``metadata.csv`` has
    a line for each file: its name, its class by `names`, and what `lines` say of the sample.
    CONTENT is the beginning of the sum of all images: a program that keeps what it extracted from
    an older archive of the same name (mlcroissant does) must not take that for this.

    Examples
    --------
    >>> import io, zipfile
    >>> import numpy as np
    >>> from tinydatasets.types import Split
    >>> split = Split(np.zeros((2, 8, 8), np.uint8), np.array([1, 0]))
    >>> data = archive(split, [{"label": "1"}, {"label": "0"}], 16, ["oak", "ash"])
    >>> zipfile.ZipFile(io.BytesIO(data)).namelist()
    ['ad627e06/ash/0.png', 'ad627e06/oak/1.png', 'metadata.csv']
    """
    digits = len(str(len(split.labels) - 1))
    pixels = to_bytes(scale(split.images, maximum))
    files = {
        f"{folder_of(names[label])}/{row:0{digits}}.png": png(image)
        for row, (image, label) in enumerate(zip(pixels, split.labels, strict=True))
    }
    content = sum_of_files({name: sha256(data) for name, data in files.items()})[:8]
    columns = [column for column in lines[0] if column != "split"]
    table = [
        [f"{content}/{name}", names[int(line["label"])], *(line[column] for column in columns)]
        for name, line in zip(files, lines, strict=True)
    ]
    entries = {f"{content}/{name}": data for name, data in files.items()}
    # The Hugging Face Hub finds it by this name.
    entries["metadata.csv"] = to_csv([["file_name", "class", *columns], *table])
    return zipped(entries)
