"""Read the training images of a full benchmark that ``tinydatasets fetch`` brought."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stages.shell import StageError
from tinydatasets.fetch.benchmarks import BENCHMARKS, check, locate
from tinydatasets.fetch.errors import FetchError
from tinydatasets.loading import home

if TYPE_CHECKING:
    from typing import Any

    import numpy as np
    import numpy.typing as npt


def read(benchmark: str) -> tuple[npt.NDArray[Any], npt.NDArray[np.int64]]:
    """Read pixels and labels from the published files, once their sums are known to be right.

    Parameters
    ----------
    benchmark : str
        Its name.

    Returns
    -------
    pixels : ndarray of shape (n, pixels), dtype uint8
        The pixels of each training image.
    labels : ndarray of shape (n,), dtype int64
        The class of each image.

    Raises
    ------
    StageError
        If it has not been fetched or a file is damaged; the message begins with the key.
    """
    published = BENCHMARKS[benchmark]
    found = locate(published, home() / benchmark)
    try:
        for path, file in found:
            check(path, file)
        train = published.read([path for path, _ in found], published.train, published.test).train
    except (FetchError, OSError) as error:
        raise StageError(
            f"benchmark: {benchmark}: {error}. `tinydatasets fetch {benchmark}` says how to get it."
        ) from None
    return train.images.reshape(len(train.images), -1), train.labels
