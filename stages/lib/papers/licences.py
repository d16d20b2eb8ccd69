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
# Names that the Hub has for licences of data and code, in small letters as it writes them.
_OF_THE_HUB = """
    apache-2.0 bsd-3-clause cc-by-3.0 cc-by-4.0 cc-by-nc-4.0 cc-by-nc-sa-4.0 cc-by-sa-3.0
    cc-by-sa-4.0 cc0-1.0 gpl-3.0 mit odbl odc-by pddl unlicense
""".split()


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
    >>> named("CC-BY-4.0")["hub"], named("EUPL-1.2")["url"], named(None)["hub"]
    ('cc-by-4.0', 'https://spdx.org/licenses/EUPL-1.2.html', 'unknown')
    """
    if licence is None:
        return {"id": "", "name": "", "url": "", "text": "", "hub": "unknown"}
    is_one = " " not in licence
    name, url = _KNOWN.get(
        licence, (licence, f"https://spdx.org/licenses/{licence}.html" if is_one else "")
    )
    hub = licence.lower()
    return {
        "id": licence,
        "name": name,
        "url": url,
        "text": f"LICENSES/{licence}.txt" if licence in _KNOWN else "",
        "hub": hub if hub in _OF_THE_HUB else "other",
    }
