"""A kind of source: the training images of a full benchmark that ``tinydatasets fetch`` brought."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from stages.common.errors import StageError
from stages.source.base import InMemory
from tinydatasets.fetch import FetchError
from tinydatasets.fetch.benchmarks import BENCHMARKS
from tinydatasets.home import home

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Fetched = str
else:
    Fetched = Literal[tuple(BENCHMARKS)]


class FetchedBenchmark(InMemory):
    """A benchmark that `tinydatasets fetch` brought, its training images."""

    benchmark: Fetched
    """A benchmark that `tinydatasets fetch` brought, its training images."""

    def class_names(self) -> list[str]:
        """Give the published name of each class, unless the entry has other names."""
        return self.classes or [*BENCHMARKS[self.benchmark].classes]

    def read(self) -> tuple[npt.NDArray[Any], npt.NDArray[np.int64]]:
        """Read the published files, once their sums are known to be right."""
        try:
            train = BENCHMARKS[self.benchmark].read_files(home() / self.benchmark).train
        except (FetchError, OSError) as error:
            raise StageError(
                f"benchmark: {self.benchmark}: {error}. `tinydatasets fetch {self.benchmark}` "
                "says how to get it."
            ) from None
        return train.images.reshape(len(train.images), -1), train.labels
