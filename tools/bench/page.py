"""Times a browser with a page of the report.

python -m tools.bench.page FILE
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from browser.chromium import BrowserError, chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser

_READY = "html[data-ready]"
# Until the browser has painted: https://developer.mozilla.org/docs/Web/API/Window/requestAnimationFrame
_TIMED = """async () => {{
  const began = performance.now();
  {act}
  await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  return performance.now() - began;
}}"""
# Opening begins with the navigation: https://developer.mozilla.org/docs/Web/API/Performance/now
_SINCE_OPENED = "() => new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(performance.now()))))"
_SORT = "document.querySelectorAll('#nodes-table th button')[{column}].click();"
_CHOOSE = "const field = document.querySelectorAll('#filters select')[0]; field.selectedIndex = field.length - 1;"


@dataclass(frozen=True)
class Timings:
    """Milliseconds until the page is ready, and until a sort or a filter is painted.

    Attributes:
        sort_numbers: by a column of counts.
        sort_text: by a column of mostly unique values.
        choose: filter by an organizational unit.
    """

    open: float
    sort_numbers: float
    sort_text: float
    choose: float


def timings(page: Path) -> Timings:
    """In a new browser. Raises BrowserError, and the errors of `measure`."""
    with chromium() as browser:
        return measure(browser, page)


def measure(browser: Browser, page: Path, *, timeout: float = 60.0) -> Timings:
    """Raises Playwright's TimeoutError when the page is not ready in `timeout` seconds."""
    tab = browser.new_page(viewport={"width": 1440, "height": 900})
    tab.goto(page.resolve().as_uri(), wait_until="commit")
    tab.wait_for_selector(_READY, state="attached", timeout=timeout * 1000)
    opened = tab.evaluate(_SINCE_OPENED)
    acts = (
        _SORT.format(column=8),
        _SORT.format(column=0),
        f"{_CHOOSE} field.form.dispatchEvent(new Event('input'));",
    )
    took = [tab.evaluate(_TIMED.format(act=act)) for act in acts]
    tab.close()
    return Timings(opened, *took)


if __name__ == "__main__":
    try:
        print(timings(Path(sys.argv[1])))
    except BrowserError as error:
        sys.exit(str(error))
