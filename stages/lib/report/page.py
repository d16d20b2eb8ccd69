"""Write the page from what it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import jinja2

if TYPE_CHECKING:
    from collections.abc import Mapping


def page(values: Mapping[str, Any]) -> bytes:
    """Write the page.

    Parameters
    ----------
    values : mapping
        What stage `report` gathers: the `sections` of the datasets, the `benchmarks` to compare
        them with, the historic `programs`, and what became of the `claim`.

    Returns
    -------
    bytes
        All of the page in HTML. It refers to nothing outside itself.
    """
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("stages.lib.report", ""),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(percent=percent, thousands=thousands, svg_address=svg_address)
    return environment.get_template("page.html.j2").render(values).encode()


def percent(fraction: float) -> str:
    """Give a fraction in percent.

    Examples
    --------
    >>> percent(0.96649)
    '96.6'
    """
    return f"{100 * fraction:.1f}"


def thousands(number: int) -> str:
    """Give a whole number with commas.

    Examples
    --------
    >>> thousands(264255)
    '264,255'
    """
    return f"{number:,}"


def svg_address(svg: str) -> str:
    """Give an SVG as the address of an image.

    Examples
    --------
    >>> svg_address("<svg/>")
    'data:image/svg+xml,%3Csvg/%3E'
    """
    return f"data:image/svg+xml,{quote(' '.join(svg.split()), safe='/:;,.=()*!$&@?+ -_~')}"
