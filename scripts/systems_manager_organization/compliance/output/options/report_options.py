"""The options of a report."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from systems_manager_organization.cli.output_file import output_path
from systems_manager_organization.compliance.model.columns import SEVERITIES, STATUSES
from systems_manager_organization.compliance.model.exceptions import read_exceptions
from systems_manager_organization.compliance.model.filters import PLATFORMS, Filters
from systems_manager_organization.compliance.model.patches import states_of
from systems_manager_organization.compliance.output import patches, summary
from systems_manager_organization.compliance.output.options.definitions import match_choice, split_list
from systems_manager_organization.compliance.output.options.keys import DEFAULT_GROUPING, PARQUET, UNMANAGED
from systems_manager_organization.compliance.sources import catalog
from systems_manager_organization.compliance.sources.result_sink import Scope
from systems_manager_organization.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from systems_manager_organization.cli.options import Query
    from systems_manager_organization.compliance.model.exceptions import PatchException
    from systems_manager_organization.compliance.model.patches import State


@dataclass(frozen=True)
class ReportOptions:
    """The options of a report, parsed.

    Attributes:
        output: where to; None: standard output.
        fail_on: the lowest severity that fails, one of `SEVERITIES`, or empty.
        fail_conditions: what else fails: `keys.UNMANAGED`, …
        fail_below: the percentage of compliant nodes below which the report fails; None: none.
        coverage: whether the instances that are not managed are read.
        grace_hours: after its launch, in which a node need not be scanned.
        patch_states: of the patches that are read one by one.
        exceptions: those that accept some of them.
    """

    source: str
    scope: Scope
    filters: Filters
    grouping: str
    format: str
    output: Path | None
    html: Path | None
    fail_on: str
    resume: bool
    fail_conditions: frozenset[str] = frozenset()
    fail_below: float | None = None
    coverage: bool = False
    grace_hours: int = 24
    patch_states: tuple[State, ...] = ()
    exceptions: tuple[PatchException, ...] = ()

    @classmethod
    def of(cls, query: Query) -> ReportOptions:
        """Raises UsageError for invalid combinations, before anything takes minutes."""
        catalog.require_options(query)
        states = states_of(split_list(query["patches"].lower()))
        if query["coverage"] and query["source"].lower() != catalog.API:
            raise UsageError(
                f"--coverage is for --source api, and this is --source {query['source'].lower()}: a bucket has managed "
                "nodes only."
            )
        if states and query["source"].lower() == catalog.ATHENA:
            raise UsageError("--patches is for --source api or s3, and this is --source athena.")
        grouping = query["by"].lower() or (patches.PATCH if states else DEFAULT_GROUPING)
        if grouping == patches.PATCH and not states:
            raise UsageError("--by patch needs --patches, which says what to read: --patches missing, for example.")
        if query["format"].lower() == PARQUET and not query["output"]:
            raise UsageError("--format parquet is not for a terminal: use --output FILE.")
        if query["exceptions"] and not states:
            raise UsageError("--exceptions needs --patches, which says what to read: --patches all, for example.")
        output, page = (output_path(query[key], key) if query[key] else None for key in ("output", "html"))
        if output and output == page:
            raise UsageError("--output and --html name the same file: name two.")
        scope = Scope(
            query["organizational_unit"],
            split_list(query["accounts"]),
            split_list(query["regions"]),
            int(query["stale_after"]),
        )
        severities, conditions = _failures(query, coverage=bool(query["coverage"]))
        return cls(
            source=query["source"].lower(),
            scope=scope,
            filters=Filters(
                match_choice(query["platform"], PLATFORMS),
                match_choice(query["severity"], SEVERITIES),
                match_choice(query["status"], STATUSES),
            ),
            grouping=grouping,
            format=query["format"].lower(),
            output=output,
            html=page,
            fail_on=max(severities, key=SEVERITIES.index, default=""),
            resume=bool(query["resume"]),
            fail_conditions=conditions,
            fail_below=float(query["fail_below"]) if query["fail_below"] else None,
            coverage=bool(query["coverage"]),
            grace_hours=int(query["grace_hours"]),
            patch_states=states,
            exceptions=read_exceptions(query["exceptions"]) if query["exceptions"] else (),
        )

    @property
    def extras(self) -> tuple[str, ...]:
        """What is read beside the nodes."""
        states = " ".join(state.choice for state in self.patch_states)
        return (*([f"patches {states}"] if states else []), *(["coverage"] if self.coverage else []))

    @property
    def lists_patches(self) -> bool:
        """Whether the rows are patches, and not nodes or groups of nodes."""
        return bool(self.patch_states) and self.grouping in (patches.PATCH, summary.NODE)

    @property
    def document(self) -> dict[str, Any]:
        """The scope and the filters."""
        document = {**asdict(self.scope), **asdict(self.filters)}
        states = {"patches": [state.choice for state in self.patch_states]}
        return {**document, **states} if self.patch_states else document

    @property
    def description(self) -> str:
        """A description of the scope and the filters; empty: the whole organization."""
        scope = self.scope
        parts = {
            "organizational unit": scope.organizational_unit,
            "accounts": ", ".join(scope.account_ids),
            "Regions": ", ".join(scope.regions),
            "nodes of": self.filters.description,
        }
        return "; ".join(f"{what} {value}" for what, value in parts.items() if value)


def _failures(query: Query, *, coverage: bool) -> tuple[list[str], frozenset[str]]:
    """The severities and the conditions of --fail-on. Raises UsageError."""
    asked = split_list(query["fail_on"])
    severities = [one.upper() for one in asked if one.upper() in SEVERITIES]
    conditions = frozenset(one.lower() for one in asked if one.upper() not in SEVERITIES)
    if UNMANAGED in conditions and not coverage:
        raise UsageError("--fail-on unmanaged needs --coverage, which reads the instances that are not managed.")
    return severities, conditions
