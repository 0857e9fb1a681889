"""Which nodes have their patches read, and what comes of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

from systems_manager_organization.cli.terminal import pluralize
from systems_manager_organization.compliance.model.columns import PATCHES_NOT_READ
from systems_manager_organization.compliance.model.patches import NodePatches
from systems_manager_organization.compliance.store.tables import rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from duckdb import DuckDBPyConnection

    from systems_manager_organization.aws.session import AwsSession
    from systems_manager_organization.compliance.model.patches import Patch, State
    from systems_manager_organization.compliance.sources.result_sink import PatchSource
    from systems_manager_organization.compliance.store.checkpoint import Checkpoint

# Nodes are sorted in parts: DuckDB has what it sorted in memory until its last row is taken, which is minutes later.
_PARTS = 16


@dataclass(frozen=True)
class PatchCollection:
    """Reads the patches of the nodes of a report, of those whose counts say that there are any.

    Attributes:
        states: those that are asked for.
        say: shows a line to the user.
    """

    source: PatchSource
    aws: AwsSession
    checkpoint: Checkpoint
    states: Sequence[State]
    say: Callable[[str], None]

    def read(self, tables: DuckDBPyConnection) -> None:
        """Fills the table of patches, and adds the failures to the problems. Raises ScriptError."""
        self.say(self._announcement(tables))
        sink = _Sink(self.checkpoint)
        self.source.read_patches(self.aws, self._nodes(tables), sink)
        self.checkpoint.load_patches(tables)
        for (account_id, region, code, reason), nodes in sorted(sink.failures.items()):
            message = (
                f"The patches of {pluralize(nodes, 'node')} could not be read, and are in no number of patches: "
                f"{code}. {reason}"
            )
            tables.table("problems").insert((PATCHES_NOT_READ, f"{account_id} {region}", message))

    def _announcement(self, tables: DuckDBPyConnection) -> str:
        """How many nodes are asked of, and by how many calls."""
        action, page = self.source.patch_calls()
        calls = f"sum(greatest(1, ceil({self._total} / {page})))" if page else "count(*)" if page == 0 else "1"
        ((nodes, number),) = tables.execute(
            f"SELECT count(*), coalesce({calls}, 0)::BIGINT FROM nodes WHERE {self._total} > 0"
        ).fetchall()
        return f"Reading the patches of {pluralize(nodes, 'node')}: {pluralize(number, 'call')} of {action}."

    def _nodes(self, tables: DuckDBPyConnection) -> Iterator[NodePatches]:
        columns = ", ".join(state.column for state in self.states)
        query = f"SELECT account_id, region, node_id, {columns} FROM nodes WHERE {self._total} > 0"
        for part in range(_PARTS):
            sorted_part = f"{query} AND hash(account_id) % {_PARTS} = {part} ORDER BY ALL"
            for account_id, region, node_id, *counts in rows(tables, sorted_part):
                states = tuple(state for state, count in zip(self.states, counts, strict=True) if count)
                node = NodePatches(account_id, region, node_id, states)
                if not self.checkpoint.has_patches(node):
                    yield node

    @property
    def _total(self) -> str:
        return f"({' + '.join(state.column for state in self.states)})"


@dataclass
class _Sink:
    """`failures`: nodes by account, Region, code and reason."""

    checkpoint: Checkpoint
    failures: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)
    _lock: Lock = field(default_factory=Lock)

    def add_patches(self, node: NodePatches, patches: Sequence[Patch]) -> None:
        self.checkpoint.add_patches(node, patches)

    def add_failure(self, node: NodePatches, code: str, reason: str) -> None:
        with self._lock:
            self.failures[node.account_id, node.region, code, reason] += 1
