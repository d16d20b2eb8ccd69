"""Names and addresses of licences."""

from __future__ import annotations

# Those whose texts are in LICENSES/, with the name that the Hugging Face Hub gives them.
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
# What the Hub calls others of the SPDX list.
_OF_THE_HUB = {
    "Apache-2.0": "apache-2.0",
    "CC-BY-3.0": "cc-by-3.0",
    "CC-BY-NC-4.0": "cc-by-nc-4.0",
    "CC-BY-NC-SA-4.0": "cc-by-nc-sa-4.0",
    "CC-BY-SA-4.0": "cc-by-sa-4.0",
    "CC0-1.0": "cc0-1.0",
    "GPL-3.0-only": "gpl-3.0",
    "GPL-3.0-or-later": "gpl-3.0",
    "MIT": "mit",
    "ODC-By-1.0": "odc-by",
    "ODbL-1.0": "odbl",
    "PDDL-1.0": "pddl",
    "Unlicense": "unlicense",
    **{licence: licence.lower() for licence in _KNOWN},
}


def named(licence: str | None) -> dict[str, str]:
    """Give what papers call a licence.

    Parameters
    ----------
    licence : str or None
        Its name in the SPDX list, or an expression of several; None if it is not known yet.

    Returns
    -------
    dict of str to str
        Its `id`, its `name` in words, its `url`, the file `text` if the repository has its text,
        and its name on the Hugging Face `hub`, each empty if there is none.

    Examples
    --------
    >>> named("CC-BY-4.0")["hub"], named("MIT")["url"], named("X-1")["url"], named(None)["hub"]
    ('cc-by-4.0', 'https://spdx.org/licenses/MIT.html', '', 'unknown')
    """
    if licence is None:
        return {"id": "", "name": "", "url": "", "text": "", "hub": "unknown"}
    has_page = licence in _OF_THE_HUB
    name, url = _KNOWN.get(
        licence, (licence, f"https://spdx.org/licenses/{licence}.html" if has_page else "")
    )
    return {
        "id": licence,
        "name": name,
        "url": url,
        "text": f"LICENSES/{licence}.txt" if licence in _KNOWN else "",
        "hub": _OF_THE_HUB.get(licence, "other"),
    }
