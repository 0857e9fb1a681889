"""The organization's clock beside this machine's, with which report.py compares when nodes last reported."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox import Sandbox


def advance_to(sandbox: Sandbox, epoch: float) -> None:
    """Advance the organization's clock to `epoch` (seconds since 1970), unless it is ahead."""
    sandbox.clock.advance(max(0, epoch - sandbox.clock.now().timestamp()))
