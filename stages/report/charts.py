"""Charts as SVG, drawn from numbers of a fixed form, so that the bytes are always the same."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# Colours that people with any colour vision tell apart, on white and on black; after Okabe and Ito.
COLOURS = ("#0a7abf", "#d55e00", "#00966d", "#b9609a", "#a87900", "#5b7f95")
WIDTH, HEIGHT = 420, 260
LEFT, TOP, RIGHT, BOTTOM = 48, 16, 24, 48


@dataclass(frozen=True)
class Series:
    """A line of a chart."""

    name: str
    """What the legend calls it."""
    points: Sequence[tuple[float, float, float, float]]
    """Of each point x above 0, and from 0 to 1 its y and the low and high end of its interval."""
    colour: str
    is_dashed: bool = False
    dots: Sequence[tuple[float, float, bool]] = ()
    """Points to be marked: x, y, and whether the mark is filled."""

    @property
    def stroke(self) -> str:
        """Return the attributes that draw it."""
        dash = ' stroke-dasharray="6 4"' if self.is_dashed else ""
        return f'fill="none" stroke="{self.colour}" stroke-width="2"{dash}'


def line_chart(
    title: str, series: Sequence[Series], x_label: str, ticks: Sequence[int], marks: Sequence[int]
) -> str:
    """Return an SVG of lines with bands over a logarithmic axis.

    A screen reader says `title`. The axis shows `x_label` and the numbers `ticks`; a vertical line
    with its number stands at each of `marks`.
    """
    all_x = [point[0] for line in series for point in (*line.points, *line.dots)]
    low, high = math.log(min(all_x)), math.log(max(all_x))
    # There may be a single x.
    length = (high - low) or 1.0

    def place(x: float, y: float) -> str:
        return f"{_across((math.log(x) - low) / length)} {_down(y)}"

    drawn = [_open(title, HEIGHT), *_percents()]
    for tick in ticks:
        if low <= math.log(tick) <= high:
            x = place(tick, 0).split()[0]
            drawn.append(_text(x, HEIGHT - BOTTOM + 18, str(tick)))
    for mark in marks:
        if low <= math.log(mark) <= high:
            x = place(mark, 0).split()[0]
            drawn += [_upright(x, TOP, HEIGHT - BOTTOM, "2 3"), _text(x, TOP - 4, str(mark))]
    for line in (line for line in series if line.points):
        band = [place(x, a) for x, _, a, _ in line.points]
        band += [place(x, b) for x, _, _, b in reversed(line.points)]
        path = " ".join(place(x, y) for x, y, _, _ in line.points)
        drawn += [
            f'<path d="M{" ".join(band)}z" fill="{line.colour}" fill-opacity="0.18"/>',
            f'<path d="M{path}" {line.stroke}/>',
        ]
    for line in series:
        for dot_x, dot_y, is_filled in line.dots:
            across, down = place(dot_x, dot_y).split()
            inside = line.colour if is_filled else "var(--paper, #fff)"
            drawn.append(
                f'<circle cx="{across}" cy="{down}" r="4.5" fill="{inside}" '
                f'stroke="{line.colour}" stroke-width="2"/>'
            )
    drawn += [_text(f"{(LEFT + WIDTH - RIGHT) / 2:.0f}", HEIGHT - 10, x_label), "</svg>"]
    return "".join(drawn)


def interval_chart(
    title: str,
    rows: Sequence[tuple[str, float, float, float]],
    marks: Sequence[tuple[float, str]] = (),
) -> str:
    """Return an SVG of a point with its interval for each row, over an axis from 0 to 100%.

    A row is its label, its value, and the ends of its interval. A vertical line stands at the value
    of each of `marks`, under its label.
    """
    height = 50 + 44 * len(rows)
    drawn = [_open(title, height)]
    for tenth in range(0, 11, 2):
        x = _across(tenth / 10)
        drawn.append(f'<path d="M{x} 20V{height - 20}" stroke="currentColor" opacity="0.15"/>')
        drawn.append(_text(x, height - 5, f"{tenth * 10}%"))
    for value, label in marks:
        x = _across(value)
        drawn += [_upright(x, 20, height - 20, "4 3"), _text(x, 13, label)]
    for number, (label, value, low, high) in enumerate(rows):
        y = 58 + 44 * number
        across = f"M{_across(low)} {y}H{_across(high)}"
        drawn += [
            _text(LEFT, y - 12, label, "start"),
            f'<path d="{across}" stroke="{COLOURS[0]}" stroke-width="3"/>',
            f'<circle cx="{_across(value)}" cy="{y}" r="6" fill="{COLOURS[0]}"/>',
        ]
    return "".join([*drawn, "</svg>"])


def legend(series: Sequence[Series]) -> list[tuple[str, str]]:
    """Return for each line a drawing of it, and its name."""
    around = '<svg width="34" height="10" aria-hidden="true" focusable="false">'
    return [(f'{around}<path d="M0 5h34" {line.stroke}/></svg>', line.name) for line in series]


def _open(title: str, height: int) -> str:
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-label="{escape(title)}" font-size="12" fill="currentColor">'
    )


def _across(part: float) -> str:
    return f"{LEFT + (WIDTH - LEFT - RIGHT) * part:.1f}"


def _down(y: float) -> str:
    return f"{TOP + (HEIGHT - TOP - BOTTOM) * (1 - y):.1f}"


def _percents() -> Iterator[str]:
    for tenth in range(0, 11, 2):
        y = _down(tenth / 10)
        yield f'<path d="M{LEFT} {y}H{WIDTH - RIGHT}" stroke="currentColor" opacity="0.15"/>'
        yield _text(LEFT - 8, float(y) + 4, f"{tenth * 10}%", "end")


def _upright(x: str, top: int, bottom: int, dashes: str) -> str:
    return f'<path d="M{x} {top}V{bottom}" stroke="currentColor" stroke-dasharray="{dashes}"/>'


def _text(x: str | int, y: float, words: str, anchor: str = "middle") -> str:
    # With an edge in the colour of the paper, so that it can be read where a line crosses it.
    edge = 'stroke="var(--paper, #fff)" stroke-width="4" paint-order="stroke"'
    return f'<text x="{x}" y="{y:.0f}" text-anchor="{anchor}" {edge}>{escape(words)}</text>'
