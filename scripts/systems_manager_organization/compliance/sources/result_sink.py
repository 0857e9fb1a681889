"""The interfaces of a source and of the sink for its results."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any, TypeAlias

    from systems_manager_organization.aws.account_sessions import AccountSession
    from systems_manager_organization.aws.session import AwsSession
    from systems_manager_organization.compliance.model.columns import Node
    from systems_manager_organization.compliance.model.node import AccountRegionResult
    from systems_manager_organization.compliance.model.patches import NodePatches, Patch

    Row: TypeAlias = tuple[str, ...]
    InstanceReader: TypeAlias = Callable[[AccountRegionResult, Sequence[Mapping[str, Any]]], Sequence[Row]]
    """Rows of `columns.INSTANCES` of an account and Region and what AWS lists as managed there. Raises ScriptError."""


@dataclass(frozen=True)
class Problem:
    """The fields of `columns.PROBLEMS`."""

    code: str
    subject: str
    message: str


@dataclass(frozen=True)
class Scope:
    """The scope of a report; an empty attribute is no restriction.

    Attributes:
        organizational_unit: id, or path from the root (`Root/Workloads`): it and all below it.
        regions: empty: every Region that the source knows of.
        stale_after_days: a node whose last operation ended longer ago does not report.
    """

    organizational_unit: str = ""
    account_ids: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    stale_after_days: int = 7


class ResultSink(Protocol):
    """Keeps what sources find. Its methods are called from many threads at once."""

    def is_done(self, account_id: str, region: str) -> bool:
        """Whether this account and Region was read before an interruption, and need not be again."""
        ...

    def expect(self, account_regions: int) -> None:
        """So many accounts and Regions more are to come: for the progress bar."""
        ...

    def add_result(self, result: AccountRegionResult, nodes: Sequence[Node] = ()) -> None:
        """An account and Region with everything in it, once for each."""
        ...

    def add_instances(self, result: AccountRegionResult, instances: Sequence[Row]) -> None:
        """The rows of `columns.INSTANCES` of an account and Region, once for each."""
        ...

    def add_problem(self, problem: Problem) -> None: ...


class InstanceSource(Protocol):
    """Where the EC2 instances of an account and Region come from, managed or not."""

    @property
    def actions(self) -> Sequence[str]:
        """What the role of a member account must allow."""
        ...

    def reader_of(self, session: AccountSession) -> InstanceReader:
        """Called once for each account; its result from many threads."""
        ...


class PatchSink(Protocol):
    """Keeps the patches of nodes. Its methods are called from many threads at once."""

    def add_patches(self, node: NodePatches, patches: Sequence[Patch]) -> None: ...

    def add_failure(self, node: NodePatches, code: str, reason: str) -> None: ...


@runtime_checkable
class PatchSource(Protocol):
    """Where the patches of nodes come from."""

    def patch_calls(self) -> tuple[str, int | None]:
        """The action that is called for each node, and how many patches it gives at once; 0: all.

        None: it is called once for all nodes.
        """
        ...

    def read_patches(self, aws: AwsSession, nodes: Iterable[NodePatches], sink: PatchSink) -> None:
        """Adds the patches, or the failure, of every node. Those of an account come together.

        Raises ScriptError when nothing can be read at all.
        """
        ...


class Source(Protocol):
    """Where a report comes from."""

    def read(self, aws: AwsSession, scope: Scope, sink: ResultSink) -> None:
        """Adds the result of every account and Region of the scope. An error in one of them does not end the others.

        Raises ScriptError when nothing can be read at all, and QueryError for an organizational unit, account or Region
        that there is not, with the choices.
        """
        ...
