"""Takes the README's screenshot of the patch compliance report that `make demo` wrote."""

from __future__ import annotations

from browser.chromium import BrowserError, chromium
from harness import HarnessError
from harness.workspace import REPOSITORY
from tools.demo.command import PAGE
from tools.entry_point import run

SCREENSHOT = REPOSITORY / "docs" / "images" / "compliance.png"


def screenshot() -> int:
    """Take the screenshot. Returns the exit status. Raises HarnessError."""
    if not PAGE.exists():
        raise HarnessError(f"{PAGE} is missing: run make demo, which writes it.")
    SCREENSHOT.parent.mkdir(exist_ok=True)
    try:
        with chromium() as browser:
            tab = browser.new_page(viewport={"width": 1200, "height": 900}, color_scheme="light")
            tab.goto(PAGE.as_uri())
            tab.wait_for_selector("html[data-ready]", state="attached")
            tab.screenshot(path=SCREENSHOT)
    except BrowserError as error:
        raise HarnessError(str(error)) from error
    print(f"{SCREENSHOT.relative_to(REPOSITORY)} written.")
    return 0


if __name__ == "__main__":
    run(screenshot)
