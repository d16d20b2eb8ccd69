"""Take the pictures of the report and of the lesson for the docs: ``make screenshots``."""

from playwright.sync_api import sync_playwright

from tests.validators.test_report import ARGUMENTS, CHROMIUM, REPORT, ROOT

FOLDER = ROOT / "docs"


def main() -> None:
    """Take the report's first screen and its curves of TinyMNIST, and a training of the lesson."""
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
        page.goto((ROOT / "lesson/index.html").as_uri())
        page.click("#recipe-tuned")
        page.click("#run")
        page.get_by_text("Done, epoch 20 of 20").wait_for()
        page.evaluate("scrollTo({ top: 0, behavior: 'instant' })")
        box = page.locator("#settings").bounding_box()
        assert box is not None
        area = {"x": 60, "y": box["y"] - 10, "width": 980, "height": 985}
        page.screenshot(path=FOLDER / "lesson.png", clip=area, full_page=True)
        browser.close()


if __name__ == "__main__":
    main()
