"""Following deployments until they have settled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from systems_manager_organization.aws.waiters import watching_pauses
from systems_manager_organization.quick_setup.deployment_status import (
    FAILING,
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


def watched(
    aws: AwsSession, screen: Terminal, look: Callable[[], list[DeploymentStatus]], timeout: float
) -> tuple[list[DeploymentStatus], bool]:
    """What `look` says when everything has settled, `timeout` seconds have passed, or somebody interrupts.

    Returns that, and whether it was interrupted. Raises ScriptError, and KeyboardInterrupt before anything is known.
    """
    deadline = aws.clock.now() + timeout
    deployments = look()
    try:
        with _Follower(screen) as follower:
            for pause in watching_pauses():
                follower.tell(deployments)
                remaining = deadline - aws.clock.now()
                if remaining <= 0 or all(deployment.is_terminal for deployment in deployments):
                    break
                aws.clock.sleep(min(pause, remaining))
                deployments = look()
    except KeyboardInterrupt:
        return deployments, True
    return deployments, False


class _Follower:
    """Shows how far it is: a bar on a terminal, and otherwise a line whenever something has changed."""

    def __init__(self, screen: Terminal) -> None:
        self._screen = screen
        self._told = ""
        self._progress: Progress | None = None

    def __enter__(self) -> Self:
        if self._screen.stderr.isatty():
            # The console first: it is the one that can say what to do when there is no rich.
            console = self._screen.console(self._screen.stderr)
            from rich.progress import Progress

            self._progress = Progress(console=console, transient=True)
            self._task = self._progress.add_task("Deploying", total=None)
            self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._progress:
            self._progress.stop()

    def tell(self, deployments: list[DeploymentStatus]) -> None:
        counts = {state: sum(deployment.count(state) for deployment in deployments) for state in STATES}
        done = counts[SUCCEEDED] + counts[FAILING]
        if self._progress:
            self._progress.update(self._task, completed=done, total=done + counts[IN_PROGRESS], refresh=True)
            return
        told = ", ".join(
            f"{counts[state]} {state.replace('_', ' ')}" for state in STATES if counts[state] or state != NOT_DEPLOYED
        )
        if told != self._told:
            self._screen.tell(f"{told}.")
            self._told = told
