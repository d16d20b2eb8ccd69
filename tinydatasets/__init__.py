"""Tiny, curated, real datasets for teaching machine learning.

>>> import tinydatasets
>>> (x_train, y_train), (x_test, y_test) = tinydatasets.load("tinydigits-150")
>>> x_train.shape, y_test.shape
((150, 8, 8), (47,))
>>> tinydatasets.load_text("tinytalks").train[0].answer
'Hello! How can I help you today?'
"""

from tinydatasets.loading import Dataset, load, load_text
from tinydatasets.pickles import FormatError, Split, dumps, loads, read
from tinydatasets.texts import Pair, Text, read_pairs

__version__ = "0.1.0"

__all__ = [
    "Dataset",
    "FormatError",
    "Pair",
    "Split",
    "Text",
    "dumps",
    "load",
    "load_text",
    "loads",
    "read",
    "read_pairs",
]
