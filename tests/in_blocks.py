"""Images that are in memory, in blocks."""

from functools import partial

import numpy as np
import numpy.typing as npt

from stages.common.blocks import Block


def in_blocks(images: npt.NDArray[np.uint8], rows: int = 7) -> list[Block]:
    """Return images in blocks of some rows, which another process can load too."""
    parts = [images[start : start + rows] for start in range(0, len(images), rows)]
    return [Block(i * rows, len(part), partial(np.array, part)) for i, part in enumerate(parts)]
