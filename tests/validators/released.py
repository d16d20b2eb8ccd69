"""What is released, read without this project: pickles that hold nothing but arrays."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parent.parent.parent
NAMES = sorted(path.parent.name for path in ROOT.glob("datasets/*/croissant.json"))
# Names of ten classes, each of which a reader may take for something else.
ODD = ["01", "1.50", "10", "1e5", "2026-11-29", "NA", "no", "null", "true", "\u00a0"]
IMAGES = [name for name in NAMES if not name.startswith("tinytalks")]


def arrays(name: str, split: str) -> tuple[Any, Any]:
    """Return the images of a split as bytes from 0 to 255, and its labels."""
    split_arrays = pickle.loads((ROOT / f"datasets/{name}/{split}.pkl").read_bytes())
    images = split_arrays["images"]
    if images.dtype == np.float32:
        images = np.rint(images * 255).astype(np.uint8)
    return images, split_arrays["labels"]
