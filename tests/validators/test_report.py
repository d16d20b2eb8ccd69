"""The report in a real Chromium, as somebody opens it from a disk."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent.parent
REPORT = Path(os.environ.get("REPORT", ROOT / "report/index.html"))
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
SIZES = {"a phone": (360, 740), "a screen": (1280, 800)}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def errors() -> list[str]:
    """What went wrong in a page."""
    return []


@pytest.fixture(params=[*SIZES.values()], ids=[*SIZES])
def page(browser: Browser, request: pytest.FixtureRequest, errors: list[str]) -> Iterator[Page]:
    """The report, with all that can be opened open."""
    width, height = request.param
    context = browser.new_context(viewport={"width": width, "height": height})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened = context.new_page()
    opened.on("console", lambda message: errors.append(f"{message.type}: {message.text}"))
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on("request", lambda request: errors.append(request.url))
    opened.goto(REPORT.as_uri())
    opened.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    yield opened
    context.close()


def test_it_is_one_file_under_two_megabytes() -> None:
    text = REPORT.read_text(encoding="utf-8")
    assert len(text.encode()) < 2_000_000
    # Nothing in it is to be fetched; an SVG's namespaces are names, no addresses.
    assert not re.search(r"""(?:src|href)=["'](?!data:|#)""", text)
    assert "url(" not in text.partition("</style>")[0]


def test_every_image_is_shown_and_no_request_leaves(page: Page, errors: list[str]) -> None:
    for button in page.get_by_role("button").all():
        button.click()
    page.mouse.wheel(0, 100_000)
    without = """
        async () => {
            const images = [...document.images];
            images.forEach(image => { image.loading = "eager"; });
            await Promise.all(images.map(image => image.decode()));
            return [images.length, images.filter(image => !image.naturalWidth).length];
        }
    """
    count, broken = page.evaluate(without)
    assert count > 200
    assert broken == 0
    own = ("data:", REPORT.as_uri())
    assert [error for error in errors if not error.startswith(own)] == []


@pytest.mark.parametrize("name", ["tinydigits", "tinytalks"])
def test_the_buttons_copy(page: Page, name: str) -> None:
    section = page.locator(f"section[aria-labelledby='dataset-{name}']")
    for words, beginning in (("Copy code", "import tinydatasets\n"), ("Copy citation", "@misc{")):
        section.get_by_text(words, exact=True).click()
        section.get_by_text("Copied", exact=True).wait_for()
        assert page.evaluate("navigator.clipboard.readText()").startswith(beginning)
        # What a screen reader says.
        assert words.lower() in page.get_by_role("status").inner_text().lower()
        # The button has its words again.
        section.get_by_text(words, exact=True).wait_for()


@pytest.mark.parametrize("width", [320, 345, 600, 1280])
def test_it_fits_any_width(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    # The first picture shows every dataset, and leaves room for more on the first screen.
    picture = page.locator(".hero")
    assert (
        picture.locator("li").count()
        == page.locator("section[aria-labelledby^='dataset-']").count()
    )
    height = picture.evaluate("each => each.getBoundingClientRect().height")
    assert height <= 80 * picture.locator("li").count()
    # No picture is pushed out of the page.
    outside = page.evaluate(
        "[...document.querySelectorAll('img, svg.chart')].filter(each => each.checkVisibility() "
        "&& each.getBoundingClientRect().right > window.innerWidth + 1).length"
    )
    assert outside == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_fault(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)
    found = Axe().run(page).response
    assert len(found["passes"]) > 20
    faults = [
        f"{fault['id']}: {fault['nodes'][0]['html'][:200]}"
        for fault in found["violations"]
        if fault["impact"] in {"serious", "critical"}
    ]
    assert faults == []
