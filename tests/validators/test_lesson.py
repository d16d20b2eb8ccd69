"""The lesson's page in Chromium and Firefox, opened from a disk without a network."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from tests.validators.firefox import firefox
from tests.validators.test_report import ARGUMENTS, CHROMIUM, ROOT, SIZES

PAGE = ROOT / "lesson/index.html"
WORDS = json.loads((ROOT / "lesson/page/words.json").read_text(encoding="utf-8"))
RELEASED = json.loads((ROOT / "docs/exact-training.json").read_text(encoding="utf-8"))["models"]
RIGHT = {"tinydigits": ["152 of 200", "196 of 200"], "tinydigits-150": ["17 of 47", "41 of 47"]}
STOPS = "[...document.all].filter((each) => each.tabIndex >= 0 && each.checkVisibility())"


@contextmanager
def chromium() -> Iterator[Any]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page: Any = browser.new_context(offline=True).new_page()
        page.events = []
        page.on("console", lambda message: page.events.append(message.text))
        page.on("pageerror", lambda error: page.events.append(str(error)))
        page.on("request", lambda request: page.events.append(request.url))
        page.goto(PAGE.as_uri())
        yield page


@pytest.fixture(params=["chromium", "firefox"])
def page(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    """Open the page; at the end, check that it logged nothing and requested only itself."""
    with firefox(tmp_path, PAGE.as_uri()) if request.param == "firefox" else chromium() as page:
        yield page
    own = ("data:", "blob:", PAGE.as_uri())
    assert [event for event in page.events if not event.startswith(own)] == []


def of(page: Any, name: str, what: str = "textContent") -> Any:
    return page.evaluate(f"document.getElementById('{name}').{what}")


def wait(page: Any, name: str, words: str) -> None:
    """Wait until an element has some words, from the second frame on, which shows what is new."""
    has = f"document.getElementById('{name}').textContent.startsWith(words)"
    assert page.evaluate(f"""(async (words) => {{
        for (let n = 0; n < 2 || n < 5000 && !{has}; n++) await new Promise(requestAnimationFrame);
        return {has};
    }})({json.dumps(WORDS[words].partition("{")[0])})""")


def use(page: Any, name: str, *keys: str) -> None:
    of(page, name, "focus()")
    for key in keys:
        page.keyboard.press(key)


def test_it_is_one_file_of_at_most_900_kilobytes() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert len(page.encode()) <= 900_000
    assert not re.search(r"""(src|href)=["'](?!data:|#)|url\(|fetch\(|import\(|XMLHttp""", page)


def test_both_recipes_give_the_released_models(page: Any) -> None:
    for edition, figures in RIGHT.items():
        for (recipe, released), right in zip(RELEASED[edition].items(), figures, strict=True):
            page.click(f"#recipe-{recipe}")
            page.click("#run")
            wait(page, "verdict", "proof_equal")
            assert of(page, "sum") == of(page, "released-sum") == released
            assert f"Right: {right} test images" in of(page, "run-status")
        use(page, "edition", "ArrowDown")


def test_training_never_stops_the_page(page: Any) -> None:
    # If the page itself trained, it would show nothing before the end.
    of(page, "epochs", "value = 1000")
    page.click("#run")
    wait(page, "run-status", "running")
    page.click("#pause")
    wait(page, "run-status", "paused")
    page.click("#reset")
    wait(page, "run-status", "not_trained")
    of(page, "learning-rate", "value = 1e60")
    page.click("#run")
    wait(page, "run-status", "diverged")


def test_the_keyboard_does_everything(page: Any) -> None:
    has_outline = "getComputedStyle(each).outlineStyle === 'solid'"
    for place in range(page.evaluate(f"{STOPS}.length")):
        page.keyboard.press("Tab")
        assert page.evaluate(f"{STOPS}.findIndex((each) => {has_outline})") == place
    use(page, "edition", "ArrowDown")
    use(page, "recipe-tuned", "Enter")
    use(page, "run", "Enter")
    wait(page, "verdict", "proof_equal")
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
    for *selectors, words in (
        ("summary", "proof_first"),
        ("#run", "#guess-start", "proof_equal"),
        ("#keep", "#recipe-tuned", "#run", "#draw", "proof_equal"),
    ):
        for selector in selectors:
            page.click(selector)
        wait(page, "verdict", words)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        found = Axe().run(page).response["violations"]
        assert not {"serious", "critical"} & {each["impact"] for each in found}, found
