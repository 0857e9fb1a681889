from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from moto.core.request import Request

from sandbox.protocol.operations import identify, protocol_of

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def hasty_threads() -> Iterator[None]:
    """Threads that take turns as often as Python lets them."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("hasty_threads")
def test_first_requests_of_a_service_at_once() -> None:
    """Of one that no other test calls: from the second request on, moto has read its operations."""
    request = Request.from_primitives("POST", "http://127.0.0.1/Traces?", {"Content-Type": "application/json"}, b"{}")
    # The model is one for all; each would load its own otherwise.
    assert protocol_of("xray") == "rest-json"
    with ThreadPoolExecutor(32) as pool:
        found = {operation.name for operation in pool.map(lambda _: identify(request, "xray"), range(32))}
    assert found == {"BatchGetTraces"}
