"""Spell out what each stage needs of ``params.yaml``: every value, defaults and counts too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stages.lib.params.counts import per_class
from stages.lib.sampling.draw import SPLITS

if TYPE_CHECKING:
    from stages.lib.params.model import Params


def resolve(params: Params) -> dict[str, dict[str, Any]]:
    """Give the values of each entry, by the file that stage `params` writes them to.

    Parameters
    ----------
    params : Params
        As checked.

    Returns
    -------
    dict of str to dict
        ``sources/NAME.json`` and ``texts/NAME.json`` as in the model; ``datasets/NAME.json`` too,
        with a count for every class, in label order, and the source's `classes` (the name of each)
        and `maximum`; and
        ``recipes.json``, all recipes by name.
    """
    files = {f"sources/{name}.json": source.model_dump() for name, source in params.sources.items()}
    for name, dataset in params.datasets.items():
        source = params.sources[dataset.source]
        classes = len(source.rows_per_class)
        counts = {
            key: list(per_class(getattr(dataset, key), classes).values())
            for key in (f"{split}_per_class" for split in SPLITS)
        }
        files[f"datasets/{name}.json"] = {
            **dataset.model_dump(),
            **counts,
            "classes": [str(label) for label in range(classes)],
            "maximum": source.maximum,
        }
    files |= {f"texts/{name}.json": text.model_dump() for name, text in params.texts.items()}
    files["recipes.json"] = {
        name: params.recipes[name].model_dump() for name in sorted(params.recipes)
    }
    return files
