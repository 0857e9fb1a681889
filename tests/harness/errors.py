"""What the harness raises when the machine lacks something."""

from __future__ import annotations


class HarnessError(Exception):
    """The tests cannot run here; the message says why and what to do about it."""
