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
DATASETS = ["tinydigits", "tinydigits-150", "tinymnist", "tinytalks"]
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
    width, height = request.param
    context = browser.new_context(viewport={"width": width, "height": height})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened = context.new_page()
    opened.on("console", lambda message: errors.append(f"{message.type}: {message.text}"))
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on(
        "request",
        lambda request: (
            errors.append(request.url)
            if not request.url.startswith(("data:", REPORT.as_uri()))
            else None
        ),
    )
    opened.goto(REPORT.as_uri())
    yield opened
    context.close()


def open_all(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")


def test_it_is_one_file_under_two_megabytes() -> None:
    text = REPORT.read_text(encoding="utf-8")
    assert len(text.encode()) < 2_000_000
    # Nothing in it is to be fetched; an SVG's namespaces are names, no addresses.
    assert not re.search(r"""(?:src|href)=["'](?!data:|#)""", text)
    assert "url(" not in text.partition("</style>")[0]


def test_nothing_goes_wrong_and_no_request_leaves(page: Page, errors: list[str]) -> None:
    open_all(page)
    for button in page.get_by_role("button").all():
        button.click()
    page.mouse.wheel(0, 100_000)
    page.wait_for_timeout(300)
    assert errors == []


def test_every_image_is_shown(page: Page) -> None:
    open_all(page)
    broken = """
        async () => {
            const images = [...document.images];
            images.forEach(image => { image.loading = "eager"; });
            await Promise.all(images.map(image => image.decode()));
            return [images.length, images.filter(image => !image.naturalWidth).length];
        }
    """
    count, without = page.evaluate(broken)
    assert count > 200
    assert without == 0


@pytest.mark.parametrize("name", DATASETS)
def test_each_dataset_has_its_section(page: Page, name: str) -> None:
    section = page.locator(f"section[aria-labelledby='dataset-{name}']")
    headings = section.get_by_role("heading", level=3).all_inner_texts()
    assert {"Load and cite", "Accuracy", "Hard and ambiguous", "Files"} <= {*headings}
    assert section.locator("svg.chart").count() >= 1
    in_git = (ROOT / f"datasets/{name}/SHA256SUMS").exists()
    if in_git:
        for line in (ROOT / f"datasets/{name}/SHA256SUMS").read_text().splitlines():
            assert line.split()[0] in section.inner_text()


@pytest.mark.parametrize("name", DATASETS)
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


def test_the_code_that_is_copied_runs(page: Page) -> None:
    code = page.locator("#load-of-tinydigits").inner_text()
    assert code == 'import tinydatasets\n\ntrain, test = tinydatasets.load("tinydigits")'


def test_the_page_is_no_wider_than_its_window(page: Page) -> None:
    open_all(page)
    width = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert width[0] <= width[1]
    # No picture is pushed out of the page.
    outside = page.evaluate(
        "[...document.querySelectorAll('img, svg.chart')].filter(each => each.checkVisibility() "
        "&& each.getBoundingClientRect().right > window.innerWidth + 1).length"
    )
    assert outside == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_fault(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)
    open_all(page)
    found = Axe().run(page).response
    assert len(found["passes"]) > 20
    faults = [
        f"{fault['id']}: {fault['nodes'][0]['html'][:200]}"
        for fault in found["violations"]
        if fault["impact"] in {"serious", "critical"}
    ]
    assert faults == []


def test_the_keyboard_reaches_what_can_be_used(page: Page) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "To the datasets"
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.tagName"))
    assert {"A", "BUTTON", "PRE", "SUMMARY"} <= reached


@pytest.mark.parametrize("width", [320, 345, 600])
def test_it_fits_any_width(browser: Browser, width: int) -> None:
    opened = browser.new_page(viewport={"width": width, "height": 700})
    opened.goto(REPORT.as_uri())
    open_all(opened)
    assert opened.evaluate("document.documentElement.scrollWidth") <= width
    opened.close()


def test_headings_go_down_by_one(page: Page) -> None:
    levels = page.evaluate("[...document.querySelectorAll('h1, h2, h3')].map(each => each.tagName)")
    numbers = [int(level[1]) for level in levels]
    assert numbers[0] == 1
    assert numbers.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(numbers, numbers[1:]))


def test_it_prints(browser: Browser) -> None:
    opened = browser.new_page()
    opened.goto(REPORT.as_uri())
    pages = len(re.findall(rb"/Type /Page\b", opened.pdf(format="A4")))
    assert 5 <= pages <= 30
    opened.close()
