"""Take the pictures of the report that the README shows: ``make screenshots``."""

from __future__ import annotations

from playwright.sync_api import sync_playwright

from tests.validators.test_report import ARGUMENTS, CHROMIUM, REPORT, ROOT

FOLDER = ROOT / "docs"


def main() -> None:
    """Take the first screen, and the section on curves and mistakes of TinyMNIST."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1100, "height": 898})
        page.goto(REPORT.as_uri())
        page.screenshot(path=FOLDER / "report.png")
        section = page.locator("section[aria-labelledby='dataset-tinymnist']")
        top = section.get_by_role("heading", name="More samples, or more steps?")
        box = top.bounding_box()
        assert box is not None
        page.screenshot(
            path=FOLDER / "report-tinymnist.png",
            clip={"x": 0, "y": box["y"] - 10, "width": 1100, "height": 900},
            full_page=True,
        )
        browser.close()


if __name__ == "__main__":
    main()
