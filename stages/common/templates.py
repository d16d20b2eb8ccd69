"""Fill in the templates of papers and of the report."""

import re

import jinja2

from stages.common.intervals import is_guess


def environment(package: str) -> jinja2.Environment:
    """Return the templates of a package; they have the functions of this module as filters.

    Text in those that end in ``.html.j2`` is escaped. A name that has no value is refused.
    """
    templates = jinja2.Environment(
        loader=jinja2.PackageLoader(package, ""),
        undefined=jinja2.StrictUndefined,
        autoescape=jinja2.select_autoescape(["html.j2"]),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    templates.filters.update(plain=plain, prose=prose, percent=percent, thousands=thousands)
    templates.tests["guess"] = is_guess
    return templates


def plain(value: object) -> str:
    r"""Return a value as one line of Markdown that shows it as it is, in a table too.

    Examples
    --------
    >>> print(plain("a|b"), plain("*x*"), plain("<i>"))
    a\|b \*x\* \<i>
    """
    # A class may have a space as its name that is none of ASCII.
    line = re.sub(r"\s+", " ", str(value), flags=re.ASCII).strip(" ")
    return re.sub(r"[\\`*_\[\]#|~$<]|&(?=#?\w+;)", r"\\\g<0>", line)


def prose(text: str) -> str:
    r"""Return an author's Markdown in which HTML is text: `prose("a<b>")` is ``'a\<b>'``."""
    return re.sub(r"<(?=[A-Za-z/!?])|&(?=#?\w+;)", r"\\\g<0>", text)


def percent(fraction: float) -> str:
    """Return a fraction in percent: `percent(0.96649)` is ``'96.6'``."""
    return f"{100 * fraction:.1f}"


def thousands(number: int) -> str:
    """Return a whole number with commas: `thousands(264255)` is ``'264,255'``."""
    return f"{number:,}"
