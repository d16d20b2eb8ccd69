"""Images that are in memory, in blocks."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from stages.common.blocks import Block

if TYPE_CHECKING:
    import numpy.typing as npt


def in_blocks(images: npt.NDArray[np.uint8], rows: int = 7) -> list[Block]:
    """Return images in blocks of some rows, which another process can load too."""
    parts = [images[start : start + rows] for start in range(0, len(images), rows)]
    return [Block(i * rows, len(part), partial(np.array, part)) for i, part in enumerate(parts)]
