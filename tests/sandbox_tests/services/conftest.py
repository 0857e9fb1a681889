"""The sandbox of the services' tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox import Sandbox


@pytest.fixture
def sandbox(sandbox: Sandbox, inspectors: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """The sandbox, whose clients are kept for all tests."""
    monkeypatch.setattr(sandbox, "client", inspectors)
    return sandbox
