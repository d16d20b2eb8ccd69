"""What there is to say of any dataset: what its author wrote, its licence, and its files."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stages.common.files import sha256
from stages.papers.about import ABOUT, read_about

if TYPE_CHECKING:
    from collections.abc import Mapping

# Those whose texts are in LICENSES/.
_KNOWN = {
    "BSD-3-Clause": ("BSD 3-Clause", "https://opensource.org/license/bsd-3-clause"),
    "CC-BY-4.0": (
        "Creative Commons Attribution 4.0 International",
        "https://creativecommons.org/licenses/by/4.0/",
    ),
    "CC-BY-SA-3.0": (
        "Creative Commons Attribution-ShareAlike 3.0 Unported",
        "https://creativecommons.org/licenses/by-sa/3.0/",
    ),
}
# What the Hugging Face Hub calls licences of the SPDX list, by what it puts in lower case.
_LOWER = "Apache-2.0 CC-BY-3.0 CC-BY-NC-4.0 CC-BY-NC-SA-4.0 CC-BY-SA-4.0 CC0-1.0 MIT Unlicense"
_HUB = {
    **{licence: licence.lower() for licence in (*_KNOWN, *_LOWER.split())},
    "GPL-3.0-only": "gpl-3.0",
    "GPL-3.0-or-later": "gpl-3.0",
    "ODC-By-1.0": "odc-by",
    "ODbL-1.0": "odbl",
    "PDDL-1.0": "pddl",
}


def common_facts(name: str, kind: str, files: Mapping[str, str]) -> dict[str, Any]:
    """Return what there is to say of any dataset, of ``"images"`` or ``"text"``.

    `files` says what each released file holds, in the order of the papers.
    """
    folder = Path("datasets", name)
    about = read_about(folder / ABOUT)
    contents = {file: (folder / file).read_bytes() for file in files}
    return {
        "name": name,
        "kind": kind,
        "about": asdict(about),
        "missing": about.missing(),
        "licence": describe_licence(about.licence),
        "files": [
            {"name": file, "bytes": len(data), "sha256": sha256(data), "holds": files[file]}
            for file, data in contents.items()
        ],
    }


def describe_licence(licence: str | None) -> dict[str, str]:
    """Return the `id`, `name` and `url` of a licence, its `text` here and its name on the `hub`.

    What there is none of is empty; `licence` is None where the author has not said it yet.

    Examples
    --------
    >>> describe_licence("MIT")["url"], describe_licence(None)["hub"]
    ('https://spdx.org/licenses/MIT.html', 'unknown')
    """
    if licence is None:
        return {"id": "", "name": "", "url": "", "text": "", "hub": "unknown"}
    page = f"https://spdx.org/licenses/{licence}.html" if licence in _HUB else ""
    name, url = _KNOWN.get(licence, (licence, page))
    text = f"LICENSES/{licence}.txt" if licence in _KNOWN else ""
    hub = _HUB.get(licence, "other")
    return {"id": licence, "name": name, "url": url, "text": text, "hub": hub}
