"""PyTorch, which the convolutional networks and the transformers need; or how to install it."""

from __future__ import annotations

import sys

try:
    import torch
    from torch import nn
except ModuleNotFoundError:
    sys.exit(
        "this program needs PyTorch: `pip install torch` installs it, or `make milestones`, which "
        "runs every program"
    )

__all__ = ["nn", "torch"]
