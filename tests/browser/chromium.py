"""Debian's Chromium, without a window, driven by Playwright."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

_NAMES = ("chromium", "chromium-browser", "google-chrome")
# Of its own accord it would ask its maker for updates and the like, which no test of a page should depend on.
_QUIET = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class BrowserError(Exception):
    """There is no browser to test with; its text is for people."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser with a profile of its own, gone afterwards. Raises BrowserError."""
    executable = next((found for name in _NAMES if (found := shutil.which(name))), None)
    if executable is None:
        raise BrowserError(
            f"There is no Chromium on PATH ({', '.join(_NAMES)}), and the page is tested in a real browser: install it "
            "with apt-get install chromium, or what your system calls it."
        )
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise BrowserError(f"Playwright is not installed ({error}): make test-browser installs it.") from error
    with sync_playwright() as playwright:
        # No sandbox: it does not start as root, as in a container; the only pages are the project's own.
        browser = playwright.chromium.launch(executable_path=executable, args=[*_QUIET], chromium_sandbox=False)
        try:
            yield browser
        finally:
            browser.close()
