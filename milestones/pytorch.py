"""PyTorch, which the convolutional networks and the transformers need; or how to install it."""

import sys

try:
    import torch
    from torch import nn
except ModuleNotFoundError:
    sys.exit(
        "this program needs PyTorch. `make milestones` installs it into .venv-milestones and runs "
        "every program; then `.venv-milestones/bin/python -m milestones.NAME` runs one. "
        "milestones/README.md says how to have a smaller PyTorch."
    )

__all__ = ["nn", "torch"]
