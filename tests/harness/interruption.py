"""Kills Terraform at an AWS call."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.terraform import Terraform
    from sandbox import Call, Sandbox

# Seconds without a call after which Terraform has written its state. It truncates the file before it writes it, and a
# process that is killed in between loses it: a matter of Terraform, not of this module.
_QUIET = 2
# Longest time, in seconds, for which the call that is reached waits for the kill.
_HELD = 60


def kill_at(
    sandbox: Sandbox, terraform: Terraform, is_reached: Callable[[Call], bool], *, destroy: bool = False
) -> Call | None:
    """Apply or destroy, and kill Terraform, its plugins and its scripts at a call, before they receive the response.

    Returns the first call for which `is_reached` holds; None when the command succeeded without one. Raises
    TerraformError when it failed.
    """
    is_open = True

    def is_first(call: Call) -> bool:
        nonlocal is_open
        found = is_open and is_reached(call)
        is_open = is_open and not found
        return found

    return next(iter(kill_at_each(sandbox, terraform, is_first, destroy=destroy)), None)


def kill_at_each(
    sandbox: Sandbox, terraform: Terraform, is_reached: Callable[[Call], bool], *, destroy: bool = False
) -> list[Call]:
    """The same at concurrent calls: none for which `is_reached` holds receives its response.

    Returns these; [] when the command succeeded without one. Raises TerraformError when it failed.
    """
    reached, killed, called = threading.Event(), threading.Event(), threading.Event()
    found: list[Call] = []

    def stop(call: Call) -> None:
        called.set()
        if is_reached(call):
            found.append(call)
            reached.set()
            killed.wait(_HELD)

    unsubscribe = sandbox.on_call(stop)
    running = terraform.start_apply(destroy=destroy)
    try:
        while not reached.wait(0.05):
            if not running.is_running and not reached.is_set():
                running.wait()
                return []
        # Concurrent calls end first.
        called.clear()
        while called.wait(_QUIET):
            called.clear()
        return list(found)
    finally:
        running.kill()
        killed.set()
        unsubscribe()
