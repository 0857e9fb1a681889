"""A browser for the tests of the page, and the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pytest

from browser.chromium import BrowserError, chromium
from browser.report_page import Opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser


class Open(Protocol):
    def __call__(self, file: Path, *, width: int = 1440, height: int = 900, scheme: str = "light") -> Opened: ...


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    try:
        with chromium() as started:
            yield started
    except BrowserError as error:
        pytest.exit(str(error), returncode=1)


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Open]:
    """Opens a file offline. When the test ends, no page may have asked for anything or written to the console."""
    opened: list[Opened] = []

    def opening(file: Path, *, width: int = 1440, height: int = 900, scheme: str = "light") -> Opened:
        opened.append(Opened.of(browser, file, (width, height), scheme))
        return opened[-1]

    yield opening
    for page in opened:
        page.close()
        assert page.asked_for == [page.tab.url]
        assert page.console == []
