"""A page of the report in a tab of the browser, and what a person sees and does there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, cast

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page, Request

# Milliseconds.
_PATIENCE = 15_000


@dataclass
class Opened:
    """A tab without a network.

    Attributes:
        asked_for: address of every request.
        console: every message, and every error that nothing caught.
    """

    tab: Page
    asked_for: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, browser: Browser, file: Path, size: tuple[int, int], scheme: str) -> Opened:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme=cast("Literal['light', 'dark']", scheme),
            reduced_motion="reduce",
            offline=True,
        )
        context.set_default_timeout(_PATIENCE)
        page = cls(context.new_page())
        page.tab.on("request", page.note)
        page.tab.on("console", lambda message: page.console.append(message.text))
        page.tab.on("pageerror", lambda error: page.console.append(str(error)))
        page.tab.goto(file.resolve().as_uri())
        page.tab.wait_for_selector("html[data-ready]", state="attached")
        return page

    def note(self, request: Request) -> None:
        # The file that the page offers is in its own memory: https://www.w3.org/TR/FileAPI/#url
        if not request.url.startswith("blob:"):
            self.asked_for.append(request.url)

    def close(self) -> None:
        self.tab.context.close()

    @property
    def count(self) -> str:
        """What the table of nodes says of its rows."""
        return self.tab.inner_text("#nodes-table [role=status]")

    def column(self, title: str) -> list[str]:
        """What the page of the table that is shown has in a column."""
        titles = self.tab.locator("#nodes-table thead th").all_inner_texts()
        return self.tab.locator(f"#nodes-table tbody td:nth-child({titles.index(title) + 1})").all_inner_texts()

    def sort(self, title: str) -> str | None:
        """Presses the head of a column; returns how it says to be sorted."""
        head = self.tab.locator("#nodes-table thead th").filter(has_text=title)
        head.get_by_role("button").click()
        return head.get_attribute("aria-sort")

    def choose(self, label: str, value: str) -> None:
        """By one of the filters."""
        self.tab.get_by_role("combobox", name=label, exact=True).select_option(value)

    def search(self, words: str, expected: str) -> None:
        """Types, and waits until the table says `expected`."""
        self.tab.get_by_role("searchbox").fill(words)
        self.tab.locator("#nodes-table [role=status]").filter(has_text=expected).wait_for()

    def wait_for_count(self, expected: str) -> None:
        self.tab.locator("#nodes-table [role=status]").get_by_text(expected, exact=True).wait_for()
