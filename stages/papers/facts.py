"""What there is to say of any dataset: what its author wrote, and its files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stages.papers.licences import named

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stages.papers.about import About


def common(
    name: str,
    kind: str,
    about: About,
    files: Mapping[str, tuple[int, str]],
    holds: Mapping[str, str],
) -> dict[str, Any]:
    """Gather what there is to say of any dataset.

    Parameters
    ----------
    name : str
        Its name.
    kind : {"images", "text"}
        What its samples are.
    about : About
        What its author wrote.
    files : mapping of str to (int, str)
        Bytes and sha256 of each released file.
    holds : mapping of str to str
        What each file holds, in the order in which papers list them; not all need be there.

    Returns
    -------
    dict
        Values that JSON has.
    """
    return {
        "name": name,
        "kind": kind,
        "about": about.model_dump(),
        "missing": about.missing(),
        "licence": named(about.licence),
        "files": [
            {"name": file, "bytes": files[file][0], "sha256": files[file][1], "holds": words}
            for file, words in holds.items()
            if file in files
        ],
    }
