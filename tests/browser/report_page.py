"""The HTML report in a tab of the browser, and actions of a user."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, cast

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page, Request

# Milliseconds.
_TIMEOUT = 15_000


@dataclass
class ReportPage:
    """A tab without a network.

    Attributes:
        requests: URL of every request.
        console: every message, and every uncaught error.
    """

    tab: Page
    requests: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, browser: Browser, file: Path, size: tuple[int, int], scheme: str, fragment: str = "") -> ReportPage:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme=cast("Literal['light', 'dark']", scheme),
            reduced_motion="reduce",
            offline=True,
        )
        context.set_default_timeout(_TIMEOUT)
        page = cls(context.new_page())
        page.tab.on("request", page.record_request)
        page.tab.on("console", lambda message: page.console.append(message.text))
        page.tab.on("pageerror", lambda error: page.console.append(str(error)))
        page.tab.goto(file.resolve().as_uri() + (f"#{fragment}" if fragment else ""))
        page.tab.wait_for_selector("html[data-ready]", state="attached")
        return page

    def record_request(self, request: Request) -> None:
        # The download of the page: https://www.w3.org/TR/FileAPI/#url
        if not request.url.startswith("blob:"):
            self.requests.append(request.url)

    def close(self) -> None:
        self.tab.context.close()

    @property
    def count(self) -> str:
        """The number of rows above the table of nodes."""
        return self.tab.inner_text("#nodes-table [role=status]")

    def column(self, title: str, view: str = "nodes") -> list[str]:
        """The cells of a column on the current page of a view's table."""
        titles = self.tab.locator(f"#{view}-table thead th").all_inner_texts()
        return self.tab.locator(f"#{view}-table tbody td:nth-child({titles.index(title) + 1})").all_inner_texts()

    def sort(self, title: str, view: str = "nodes") -> str | None:
        """Click the header of a column. Returns its aria-sort."""
        head = self.tab.locator(f"#{view}-table thead th").filter(has_text=title)
        head.get_by_role("button").click()
        return head.get_attribute("aria-sort")

    def choose(self, label: str, value: str) -> None:
        """Select a value of a filter."""
        self.tab.get_by_role("combobox", name=label, exact=True).select_option(value)

    def search(self, text: str, expected: str) -> None:
        """Search, and wait for the number of rows."""
        self.tab.locator("#nodes").get_by_role("searchbox").fill(text)
        self.tab.locator("#nodes-table [role=status]").filter(has_text=expected).wait_for()

    def wait_for_count(self, expected: str) -> None:
        self.tab.locator("#nodes-table [role=status]").get_by_text(expected, exact=True).wait_for()
