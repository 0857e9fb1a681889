"""Watches deployments until they are complete."""

from __future__ import annotations

from typing import TYPE_CHECKING

from systems_manager_organization.aws.waiters import watch_delays
from systems_manager_organization.quick_setup.deployment_status import (
    FAILED,
    IN_PROGRESS,
    NOT_DEPLOYED,
    STATES,
    SUCCEEDED,
    DeploymentStatus,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.progress import Progress
    from typing_extensions import Self

    from systems_manager_organization.aws.session import AwsSession
    from systems_manager_organization.cli.terminal import Terminal


def watch(
    aws: AwsSession, terminal: Terminal, read: Callable[[], list[DeploymentStatus]], timeout: float
) -> tuple[list[DeploymentStatus], bool]:
    """Polls until nothing is in progress, the timeout in seconds, or an interruption.

    Returns the last result of `read`, and whether it was interrupted. Raises ScriptError, and KeyboardInterrupt before
    the first result.
    """
    deadline = aws.clock.now() + timeout
    deployments = read()
    try:
        with _ProgressDisplay(terminal) as display:
            for delay in watch_delays():
                display.show(deployments)
                remaining = deadline - aws.clock.now()
                if remaining <= 0 or all(deployment.is_terminal for deployment in deployments):
                    break
                aws.clock.sleep(min(delay, remaining))
                deployments = read()
    except KeyboardInterrupt:
        return deployments, True
    return deployments, False


class _ProgressDisplay:
    """Progress: a bar on a terminal, otherwise a line for each change."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._last_line = ""
        self._progress: Progress | None = None

    def __enter__(self) -> Self:
        if self._terminal.stderr.isatty():
            # The console first: it raises DependencyError when rich is missing.
            console = self._terminal.console(self._terminal.stderr)
            from rich.progress import Progress

            self._progress = Progress(console=console, transient=True)
            self._task = self._progress.add_task("Deploying", total=None)
            self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._progress:
            self._progress.stop()

    def show(self, deployments: list[DeploymentStatus]) -> None:
        counts = {state: sum(deployment.count(state) for deployment in deployments) for state in STATES}
        done = counts[SUCCEEDED] + counts[FAILED]
        if self._progress:
            self._progress.update(self._task, completed=done, total=done + counts[IN_PROGRESS], refresh=True)
            return
        line = ", ".join(
            f"{counts[state]} {state.replace('_', ' ')}" for state in STATES if counts[state] or state != NOT_DEPLOYED
        )
        if line != self._last_line:
            self._terminal.echo(f"{line}.", err=True)
            self._last_line = line
