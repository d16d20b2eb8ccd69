"""Where images come from: a kind of source is a module with a class, and a line in `KINDS`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Union

from pydantic import Discriminator, Tag

from stages.source.arrays import ArrayFiles
from stages.source.base import Source
from stages.source.benchmark import FetchedBenchmark
from stages.source.folder import ImageFolder
from stages.source.idx import IdxFiles
from stages.source.package import Package
from stages.source.parquet import Parquet
from stages.source.parts import Parts
from stages.source.table import Table
from stages.source.zarr_store import ZarrGroup

# By the key that tells a kind from the others. Where no key does, the first is meant.
KINDS: dict[str, type[Source]] = {
    "package": Package,
    "benchmark": FetchedBenchmark,
    "folder": ImageFolder,
    "npy": ArrayFiles,
    "idx": IdxFiles,
    "csv": Table,
    "parts": Parts,
    "zarr": ZarrGroup,
    "parquet": Parquet,
}


def kind_of(entry: Any) -> str:
    """Tell the kind of an entry of `sources` by its keys.

    Examples
    --------
    >>> kind_of({"benchmark": "mnist"}), kind_of({"pakage": "scikit-learn"})
    ('benchmark', 'package')
    """
    keys = entry if isinstance(entry, dict) else vars(entry) if isinstance(entry, Source) else ()
    return next((key for key in KINDS if key in keys), next(iter(KINDS)))


if TYPE_CHECKING:
    AnySource = Source
else:
    AnySource = Annotated[
        Union[tuple(Annotated[kind, Tag(key)] for key, kind in KINDS.items())],
        Discriminator(kind_of),
    ]
