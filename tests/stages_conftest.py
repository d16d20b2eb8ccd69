"""A small source and a dataset of it, for stages that run in process."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from stages.common.arrays import write_array
from stages.common.neighbours import nearest
from tests.in_blocks import in_blocks

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt


@dataclass(frozen=True)
class Small:
    """90 images of 2 x 3 pixels in 3 classes, as stage `source` writes them."""

    folder: Path
    images: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.int64]

    def params(self, **changes: Any) -> Path:
        """Write the file of a dataset as stage `params` does, with some changes."""
        path = self.folder / "mine.json"
        entry = {
            "source": "small",
            "strategy": "random",
            "seed": 7,
            "train_per_class": [9, 0, 8],
            "val_per_class": [0, 0, 0],
            "test_per_class": [3, 0, 4],
            "draw": "shuffle",
            "test_draw": "next",
            "normalize": True,
            "maximum": 50,
            "classes": ["elm", "oak", "yew"],
        }
        path.write_text(json.dumps({**entry, **changes}))
        return path


@pytest.fixture
def small(tmp_path: Path) -> Small:
    generator = np.random.RandomState(1)
    labels = generator.permutation(np.repeat([0, 1, 2], 30))
    images = generator.randint(0, 51, (90, 2, 3)).astype(np.uint8)
    write_array(tmp_path / "source/images.npy", images)
    write_array(tmp_path / "source/labels.npy", labels)
    write_array(tmp_path / "source/nearest.npy", nearest(in_blocks(images), labels))
    return Small(tmp_path, images, labels)
