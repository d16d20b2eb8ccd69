"""Charts put each number where it belongs."""

import re
from typing import Any
from xml.etree import ElementTree

from stages.report.charts import Series, claim, curves, interval_chart, line_chart

RECIPE = {"epochs": 20, "batch_size": 32}
# Of each budget: rows of each class, mean, low, high.
POINTS = {
    "epochs": [(2, 0.1, 0.05, 0.15), (15, 0.3, 0.2, 0.4), (100, 0.8, 0.7, 0.9)],
    "steps": [(2, 0.6, 0.5, 0.7), (15, 0.79, 0.7, 0.8), (100, 0.8, 0.7, 0.9)],
}
ROWS: list[dict[str, Any]] = [
    {
        "recipe": "classroom",
        "trainings": 20,
        "budget": budget,
        **dict(zip(("size", "mean", "low", "high"), point, strict=True)),
    }
    for budget, points in POINTS.items()
    for point in points
]


def curve(points: list[dict[str, Any]], steps: int = 640) -> dict[str, Any]:
    return {"points": points, "recipes": {"classroom": RECIPE}, "steps": steps}


def shapes(svg: str, tag: str) -> list[dict[str, str]]:
    return [dict(each.attrib) for each in ElementTree.fromstring(svg).iter(tag)]  # noqa: S314 - ours


def test_a_line_goes_through_its_points_on_a_logarithmic_axis() -> None:
    points = [(10, 0.0, 0.0, 0.0), (100, 0.5, 0.4, 0.6), (1000, 1.0, 1.0, 1.0)]
    svg = line_chart("A <chart>", [Series("a", points, "#123456")], "x", (100,))
    path = next(s["d"] for s in shapes(svg, "path") if s.get("stroke") == "#123456")
    x, y = zip(*[map(float, pair) for pair in re.findall(r"([\d.]+) ([\d.]+)", path)], strict=True)
    # Powers of ten are equally far apart, and 50% is half way between 0 and 100%.
    assert x[1] - x[0] == x[2] - x[1] > 0
    assert y[0] - y[1] == y[1] - y[2] > 0
    # A tick outside the axis is left out.
    words = [str(each.text) for each in ElementTree.fromstring(svg).iter("text")]  # noqa: S314 - ours
    ticks = ["10", "20", "50", "100", "200", "500", "1000"]
    assert [word for word in words if "%" not in word] == [*ticks, "100", "x"]
    assert 'aria-label="A &lt;chart&gt;"' in svg


def test_a_single_size_is_a_chart_too() -> None:
    found = curves(curve(ROWS[:1] + ROWS[3:4], 20), classes=10)
    assert "nan" not in found["samples"] + found["steps"]


def test_an_interval_reaches_from_low_to_high() -> None:
    svg = interval_chart("Title", [("one", 0.5, 0.25, 1.0)], [(0.25, "claimed")])
    (circle,) = shapes(svg, "circle")
    bar = next(s["d"] for s in shapes(svg, "path") if s.get("stroke-width") == "3")
    low, high = map(float, re.findall(r"M([\d.]+) .*H([\d.]+)", bar)[0])
    assert abs(float(circle["cx"]) - (low + (high - low) / 3)) < 0.11
    mark = next(s["d"] for s in shapes(svg, "path") if "stroke-dasharray" in s)
    assert mark.startswith(f"M{low} ")


def test_epochs_are_steps_of_their_batches() -> None:
    found = curves(curve(ROWS), classes=10)
    circles = shapes(found["steps"], "circle")
    # 150 samples are 5 batches, 1000 are 32: the latter end where 640 steps do, for both budgets.
    assert [c["fill"] != "var(--paper, #fff)" for c in circles] == [False, True, False, True]
    assert circles[1]["cx"] == circles[2]["cx"] == circles[3]["cx"]
    assert float(circles[0]["cx"]) < float(circles[1]["cx"])
    assert [name for _, name in found["legend"]] == ["classroom, 20 epochs", "classroom, 640 steps"]


def test_the_claim_is_compared_with_the_same_steps() -> None:
    found = claim(curve(ROWS), classes=10)
    assert found is not None
    figures = [found[key] for key in ("few", "longer", "many", "short", "long")]
    assert figures == [0.3, 0.79, 0.8, 100, 640]
    assert found["is_about_steps"]
    assert claim(curve(ROWS[:2]), classes=10) is None
    better = {"mean": 0.9, "low": 0.89, "high": 0.91}
    other = claim(curve([{**r, **(better if r["size"] == 100 else {})} for r in ROWS]), classes=10)
    assert other is not None
    assert not other["is_about_steps"]
