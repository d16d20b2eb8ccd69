"""The lesson's page in Chromium and Firefox, opened from a disk without a network."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from tests.validators.firefox import firefox
from tests.validators.test_report import ARGUMENTS, CHROMIUM, ROOT, SIZES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAGE = ROOT / "lesson/index.html"
WORDS = json.loads((ROOT / "lesson/page/words.json").read_text(encoding="utf-8"))
RELEASED = json.loads((ROOT / "docs/exact-training.json").read_text(encoding="utf-8"))["models"]
FOCUSABLE = "[...document.querySelectorAll('a, button, input, select, summary, [tabindex=\"0\"]')]"


@contextmanager
def chromium() -> Iterator[Any]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page: Any = browser.new_context(offline=True).new_page()
        page.events = []
        page.on("console", lambda message: page.events.append(message.text))
        page.on("pageerror", lambda error: page.events.append(str(error)))
        page.on("request", lambda request: page.events.append(request.url))
        yield page
        browser.close()


@pytest.fixture(params=["chromium", "firefox"])
def page(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    """Open the page; at the end, check that it logged nothing and requested only itself."""
    with firefox(tmp_path) if request.param == "firefox" else chromium() as page:
        page.goto(PAGE.as_uri())
        yield page
    own = ("data:", "blob:", PAGE.as_uri())
    assert [event for event in page.events if not event.startswith(own)] == []


def of(page: Any, name: str, what: str = "textContent") -> Any:
    return page.evaluate(f"document.getElementById('{name}').{what}")


def wait(page: Any, name: str, words: str) -> None:
    """Wait until an element has some words, from the second frame on, which shows what is new."""
    beginning = json.dumps(WORDS[words].partition("{")[0])
    assert page.evaluate(f"""(async () => {{
        const has = () => document.getElementById("{name}").textContent.startsWith({beginning});
        for (let frame = 0; frame < 2 || (frame < 5000 && !has()); frame++)
            await new Promise(requestAnimationFrame);
        return has();
    }})()""")


def use(page: Any, name: str, *keys: str) -> None:
    of(page, name, "focus()")
    for key in keys:
        page.keyboard.press(key)


def test_it_is_one_file_of_at_most_900_kilobytes() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert len(page.encode()) <= 900_000
    assert not re.search(r"""(src|href)=["'](?!data:|#)|url\(|fetch\(|import\(|XMLHttp""", page)


def test_both_recipes_give_the_released_models(page: Any) -> None:
    for edition, rows in {"tinydigits": 200, "tinydigits-150": 47}.items():
        metrics = json.loads((ROOT / f"metrics/{edition}.json").read_text(encoding="utf-8"))
        for recipe, released in RELEASED[edition].items():
            page.click(f"#recipe-{recipe}")
            page.click("#run")
            wait(page, "verdict", "proof_equal")
            assert of(page, "sum") == of(page, "released-sum") == released
            right = round(rows * metrics[recipe]["test"])
            assert f"Right: {right} of {rows} test images" in of(page, "run-status")
        use(page, "edition", "ArrowDown")


def test_training_never_stops_the_page(page: Any) -> None:
    # It takes minutes: where the page itself trains, it shows nothing before the end.
    for name, value in {"epochs": 1000, "hidden": 256}.items():
        of(page, name, f"value = {value}")
    page.click("#run")
    wait(page, "run-status", "running")
    page.click("#pause")
    wait(page, "run-status", "paused")
    page.click("#reset")
    wait(page, "run-status", "not_trained")


def test_the_keyboard_does_everything(page: Any) -> None:
    visible = f"{FOCUSABLE}.filter((each) => each.checkVisibility())"
    focus = f"{visible}.indexOf(document.activeElement)"
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    for place in range(page.evaluate(f"{visible}.length")):
        page.keyboard.press("Tab")
        assert page.evaluate(f"[{focus}, {outline}]") == [place, "solid"]
    use(page, "edition", "ArrowDown")
    use(page, "recipe-tuned", "Enter")
    use(page, "run", "Enter")
    wait(page, "verdict", "proof_equal")
    assert of(page, "sum") == RELEASED["tinydigits-150"]["tuned"]
    use(page, "guess-start", "Enter")
    lesson = json.loads(of(page, "lesson"))
    for row in lesson["common"][:20]:
        page.keyboard.press(lesson["editions"]["tinydigits"]["test"]["labels"][row])
    assert of(page, "guess-result").startswith("You got 20 of 20 right")
    use(page, "draw", " ", "ArrowRight", "ArrowDown", " ")
    wait(page, "draw-says", "draw_says")


@pytest.mark.parametrize("page", ["chromium"], indirect=True)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [*SIZES.values()])
def test_it_fits_and_is_accessible(page: Any, scheme: str, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme=scheme)
    for actions in (["summary"], ["#run", "#guess-start"], ["#keep", "#run", "#draw"]):
        for selector in actions:
            page.click(selector)
        if "#run" in actions:
            wait(page, "verdict", "proof_equal")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        found = Axe().run(page).response["violations"]
        faults = [each for each in found if each["impact"] in {"serious", "critical"}]
        assert [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in faults] == []
