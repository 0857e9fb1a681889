"""A browser, and pages of the HTML report in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pytest

from browser.chromium import BrowserError, chromium
from browser.report_page import ReportPage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser


class Open(Protocol):
    def __call__(
        self, file: Path, *, width: int = 1440, height: int = 900, scheme: str = "light", fragment: str = ""
    ) -> ReportPage: ...


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    try:
        with chromium() as started:
            yield started
    except BrowserError as error:
        pytest.exit(str(error), returncode=1)


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Open]:
    """Opens a file offline. After the test, no page may have made requests or written to the console."""
    pages: list[ReportPage] = []

    def open_file(
        file: Path, *, width: int = 1440, height: int = 900, scheme: str = "light", fragment: str = ""
    ) -> ReportPage:
        pages.append(ReportPage.of(browser, file, (width, height), scheme, fragment))
        return pages[-1]

    yield open_file
    for page in pages:
        page.close()
        assert [request.partition("#")[0] for request in page.requests] == [page.tab.url.partition("#")[0]]
        assert page.console == []
