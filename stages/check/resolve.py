"""Spell out what each stage needs of ``params.yaml``: every value, defaults and counts too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stages.check.counts import per_class
from stages.common.splits import SPLITS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stages.check.model import Params


def resolve(params: Params) -> dict[str, dict[str, Any]]:
    """Give the values of each entry, by the file that stage `params` writes them to.

    Parameters
    ----------
    params : Params
        As checked.

    Returns
    -------
    dict of str to dict
        ``sources/NAME.json`` and ``texts/NAME.json`` as in the model, a source with the name of
        every class; ``datasets/NAME.json`` too, with a count for every class, in label order, and
        the source's `classes` and `maximum`; and ``recipes.json``, all recipes by name.
    """
    files = {
        f"sources/{name}.json": {**source.model_dump(), "classes": source.class_names()}
        for name, source in params.sources.items()
    }
    for name, dataset in params.datasets.items():
        source = params.sources[dataset.source]
        counts = {
            key: list(per_class(getattr(dataset, key), len(source.rows_per_class)).values())
            for key in (f"{split}_per_class" for split in SPLITS)
        }
        files[f"datasets/{name}.json"] = {
            **dataset.model_dump(),
            **counts,
            "classes": source.class_names(),
            "maximum": source.maximum,
        }
    files |= {f"texts/{name}.json": text.model_dump() for name, text in params.texts.items()}
    files["recipes.json"] = {
        name: params.recipes[name].model_dump() for name in sorted(params.recipes)
    }
    return files


def describe(source: Mapping[str, Any]) -> str:
    """Say what is in a source, for its author to check.

    Parameters
    ----------
    source : mapping
        As `resolve` gives it.

    Returns
    -------
    str
        Images, their shape and largest value, and the number of each class.

    Examples
    --------
    >>> oak_and_elm = {"rows_per_class": [30, 31], "classes": ["elm", "oak"]}
    >>> describe({"image_shape": [8, 9], "maximum": 255, **oak_and_elm})
    '61 images of 8 x 9 pixels from 0 to 255: elm 30, oak 31'
    """
    height, width, *colour = source["image_shape"]
    rows = source["rows_per_class"]
    of_classes = ", ".join(f"{c} {n}" for c, n in zip(source["classes"], rows, strict=True))
    images = f"{sum(rows)} images{' in colour' if colour else ''} of {height} x {width} pixels"
    return f"{images} from 0 to {source['maximum']}: {of_classes}"
