"""The progress bar of a report."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from systems_manager_organization.errors import DependencyError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import RenderableType

    from systems_manager_organization.cli.terminal import Terminal
    from systems_manager_organization.compliance.store.checkpoint import Checkpoint


@contextmanager
def progress_bar(checkpoint: Checkpoint, terminal: Terminal) -> Iterator[None]:
    """A progress bar on standard error; none without a terminal, or without rich."""
    try:
        console = terminal.console(terminal.stderr) if terminal.stderr.isatty() else None
    except DependencyError:
        console = None
    if console is None:
        yield
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    class _Bar(Progress):
        # Polled at each refresh, and not updated at each result, which would slow down the workers.
        def get_renderables(self) -> Iterable[RenderableType]:
            for task in self.tasks:
                task.completed, task.total = checkpoint.done, checkpoint.expected or None
                task.fields["nodes"] = checkpoint.nodes
            return super().get_renderables()

    bar = _Bar(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:.0f} of {task.total}, {task.fields[nodes]} nodes"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        refresh_per_second=4,
    )
    with bar:
        bar.add_task("accounts and Regions", nodes=0)
        yield
