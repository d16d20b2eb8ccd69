"""Write the pages from what they show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from stages.common.templates import environment

if TYPE_CHECKING:
    from collections.abc import Mapping


def pages(values: Mapping[str, Any]) -> tuple[bytes, bytes]:
    """Write the report, and the overview of the folder ``datasets``.

    Parameters
    ----------
    values : mapping
        What stage `report` gathers: the `sections` of the datasets, the `benchmarks` to compare
        them with, the training `times` of both, the historic `programs`, the images at the top, and
        what became of the `claim`.

    Returns
    -------
    (bytes, bytes)
        The report in HTML, which refers to nothing outside itself, and the overview in Markdown.
    """
    templates = environment("stages.report")
    templates.filters["svg_address"] = svg_address
    html, markdown = (
        templates.get_template(name).render(values).encode()
        for name in ("page.html.j2", "datasets.md.j2")
    )
    return html, markdown


def svg_address(svg: str) -> str:
    """Give an SVG as the address of an image.

    Examples
    --------
    >>> svg_address("<svg/>")
    'data:image/svg+xml,%3Csvg/%3E'
    """
    return f"data:image/svg+xml,{quote(' '.join(svg.split()), safe='/:;,.=()*!$&@?+ -_~')}"
