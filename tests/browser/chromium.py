"""Chromium in headless mode, controlled by Playwright."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

_NAMES = ("chromium", "chromium-browser", "google-chrome")
# Without background requests, such as for updates.
_QUIET = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class BrowserError(Exception):
    """Chromium or Playwright is missing; the message says how to install it."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser with a temporary profile. Raises BrowserError."""
    executable = next((found for name in _NAMES if (found := shutil.which(name))), None)
    if executable is None:
        raise BrowserError(
            f"Chromium is not on PATH ({', '.join(_NAMES)}): install it, for example with apt-get install chromium."
        )
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise BrowserError(f"Playwright is not installed ({error}): make test-browser installs it.") from error
    with sync_playwright() as playwright:
        # The sandbox does not start as root, as in a container; all pages are local.
        browser = playwright.chromium.launch(executable_path=executable, args=[*_QUIET], chromium_sandbox=False)
        try:
            yield browser
        finally:
            browser.close()
