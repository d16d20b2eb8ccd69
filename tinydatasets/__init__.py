"""Tiny, curated, real datasets for teaching machine learning.

>>> import tinydatasets
>>> (x_train, y_train), (x_test, y_test) = tinydatasets.load("tinydigits-150")
>>> x_train.shape, y_test.shape
((150, 8, 8), (47,))
"""

from tinydatasets.loading import Dataset, load
from tinydatasets.pickles import FormatError, Split, dumps, loads, read

__all__ = ["Dataset", "FormatError", "Split", "dumps", "load", "loads", "read"]
