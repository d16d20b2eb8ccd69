"""Tiny, curated, real datasets for teaching machine learning.

==================  ============================================================
``tinydigits``      1000 + 200 images of handwritten digits, 8 x 8 pixels
``tinydigits-150``  150 + 47 of them
``tinymnist``       1000 + 200 images of MNIST, 28 x 28 pixels, easy and hard
``tinytalks``       212 + 44 + 44 questions with answers, in five levels
``tinytalks-1200``  840 + 180 + 180 of them, a larger edition
==================  ============================================================

`load` takes the names of images, `load_text` those of texts, `names` lists all that are here,
`path` returns the folder of one. The command ``tinydatasets`` does the same in a terminal.

>>> import tinydatasets
>>> (x_train, y_train), (x_test, y_test) = tinydatasets.load("tinydigits-150")
>>> x_train.shape, y_test.shape
((150, 8, 8), (47,))
>>> tinydatasets.load_text("tinytalks").train[0].answer
'I am Tiny.'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tinydatasets import classes as classes
    from tinydatasets import pickles as pickles
    from tinydatasets import texts as texts
    from tinydatasets.loading import load, load_text, names, path
    from tinydatasets.pickles import read_split
    from tinydatasets.texts import read_pairs
    from tinydatasets.types import Dataset, FormatError, Pair, Split, Text

__version__ = "0.2.0.dev0"

__all__ = [
    "Dataset",
    "FormatError",
    "Pair",
    "Split",
    "Text",
    "load",
    "load_text",
    "names",
    "path",
    "read_pairs",
    "read_split",
]

# The module of each name. Importing the package imports none of them (PEP 562): a program pays only
# for what it uses.
_MODULES = {
    **dict.fromkeys(["Dataset", "FormatError", "Pair", "Split", "Text"], "types"),
    **dict.fromkeys(["load", "load_text", "names", "path"], "loading"),
    "read_pairs": "texts",
    "read_split": "pickles",
}


# Not for type checkers, which would take any name for right.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name in ("classes", "pickles", "texts"):
            return import_module(f"{__name__}.{name}")
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
