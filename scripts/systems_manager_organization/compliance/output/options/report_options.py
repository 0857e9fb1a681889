"""The options of a report."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from systems_manager_organization.cli.common_options import split_list
from systems_manager_organization.cli.output_file import output_path
from systems_manager_organization.compliance.analysis.exploitation import KNOWN, LIKELY, Exploitation
from systems_manager_organization.compliance.analysis.owners import Ownership
from systems_manager_organization.compliance.history.storage import location_of
from systems_manager_organization.compliance.model.columns import SEVERITIES, STATUSES
from systems_manager_organization.compliance.model.deadlines import Deadlines
from systems_manager_organization.compliance.model.exceptions import read_exceptions
from systems_manager_organization.compliance.model.exploitation import read_exploit_scores, read_known_exploited
from systems_manager_organization.compliance.model.filters import PLATFORMS, Filters
from systems_manager_organization.compliance.model.owners import read_owners
from systems_manager_organization.compliance.model.patches import states_of
from systems_manager_organization.compliance.output import patches, summary
from systems_manager_organization.compliance.output.options.definitions import match_choice
from systems_manager_organization.compliance.output.options.keys import (
    DEFAULT_GROUPING,
    EXPLOITED,
    OVERDUE,
    PARQUET,
    UNMANAGED,
)
from systems_manager_organization.compliance.sources import catalog
from systems_manager_organization.compliance.sources.result_sink import Scope
from systems_manager_organization.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
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
        exploitation: the files about CVEs.
        exploited: which patches are kept: `exploitation.KNOWN`, `LIKELY`, or all, if empty.
        snapshot: where snapshots are; empty: nowhere.
        since: the day to compare with, or how many days before, such as `7d`, or empty.
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
    exploitation: Exploitation = field(default_factory=Exploitation)
    exploited: str = ""
    deadlines: Deadlines = field(default_factory=Deadlines)
    snapshot: str = ""
    since: str = ""
    ownership: Ownership = field(default_factory=Ownership)
    to_security_hub: bool = False
    yes: bool = False

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
        grouping = query["by"].lower() or (patches.PATCH if states else DEFAULT_GROUPING)
        if grouping == patches.PATCH and not states:
            raise UsageError("--by patch needs --patches, which says what to read: --patches missing, for example.")
        if query["format"].lower() == PARQUET and not query["output"]:
            raise UsageError("--format parquet is not for a terminal: use --output FILE.")
        output, page = (output_path(query[key], key) if query[key] else None for key in ("output", "html"))
        if output and output == page:
            raise UsageError("--output and --html name the same file: name two.")
        scope = Scope(
            query["organizational_unit"],
            tuple(sorted(split_list(query["accounts"]))),
            tuple(sorted(split_list(query["regions"]))),
            int(query["stale_after"]),
        )
        severities, conditions = _failures(query)
        _require_companions(query)
        filters = Filters(
            match_choice(query["platform"], PLATFORMS),
            match_choice(query["severity"], SEVERITIES),
            match_choice(query["status"], STATUSES),
        )
        ownership = Ownership(
            read_owners(query["owners"]) if query["owners"] else (),
            query["owner_tag"],
            query["account_owner_tag"],
            split_list(query["owner"]),
            split_list(query["tags"]),
        )
        only = filters.description or ownership.description
        if query["snapshot"] and only:
            raise UsageError(
                f"--snapshot keeps every node of its scope, and this report has those of {only} only: omit one."
            )
        if query["to_security_hub"]:
            _require_every_node(query, only)
        exceptions = read_exceptions(query["exceptions"]) if query["exceptions"] else ()
        _require_tags(query, ownership, exceptions)
        return cls(
            source=query["source"].lower(),
            scope=scope,
            filters=filters,
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
            exceptions=exceptions,
            exploitation=Exploitation(
                read_known_exploited(query["kev"]) if query["kev"] else None,
                read_exploit_scores(query["epss"]) if query["epss"] else None,
                float(query["likely_from"]),
            ),
            exploited=query["exploited"].lower(),
            deadlines=Deadlines.of(split_list(query["deadline"]), query["deadline_start"].lower()),
            snapshot=location_of(query["snapshot"]) if query["snapshot"] else "",
            since=_day(query["since"]),
            ownership=ownership,
            to_security_hub=bool(query["to_security_hub"]),
            yes=bool(query["yes"]),
        )

    @property
    def extras(self) -> tuple[str, ...]:
        """What is read beside the nodes."""
        states = " ".join(state.choice for state in self.patch_states)
        extras = [f"patches {states}"] if states else []
        extras += ["coverage"] if self.coverage else []
        return (*extras, *([f"tags {' '.join(sorted(self.tag_keys))}"] if self.tag_keys else []))

    @property
    def tag_keys(self) -> frozenset[str]:
        """The tags that have to be read."""
        return frozenset(_tag_keys(self.ownership, self.exceptions))

    @property
    def snapshot_scope(self) -> str:
        """What a snapshot is of: snapshots of other scopes are no history of it."""
        scope = {**asdict(self.scope), "patches": [state.choice for state in self.patch_states]}
        return json.dumps(scope, sort_keys=True)

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
            "nodes of": ", ".join(filter(None, (self.filters.description, self.ownership.description))),
        }
        return "; ".join(f"{what} {value}" for what, value in parts.items() if value)


def _failures(query: Query) -> tuple[list[str], frozenset[str]]:
    """The severities and the conditions of --fail-on. Raises UsageError."""
    asked = split_list(query["fail_on"])
    severities = [one.upper() for one in asked if one.upper() in SEVERITIES]
    conditions = frozenset(one.lower() for one in asked if one.upper() not in SEVERITIES)
    if UNMANAGED in conditions and not query["coverage"]:
        raise UsageError("--fail-on unmanaged needs --coverage, which reads the instances that are not managed.")
    if UNMANAGED in conditions and (query["severity"] or query["status"]):
        raise UsageError(
            "--fail-on unmanaged counts what the filters leave, and instances that are not managed have neither a "
            "severity nor a status: omit --severity and --status."
        )
    if EXPLOITED in conditions and not query["kev"]:
        raise UsageError("--fail-on exploited needs --kev, the catalog of what is.")
    if OVERDUE in conditions and not (query["deadline"] or query["kev"]):
        raise UsageError("--fail-on overdue needs --deadline or --kev, which have the deadlines.")
    return severities, conditions


_OWNERS = ("owners", "owner_tag", "account_owner_tag")
# An option, those of which it needs one, and why.
_COMPANIONS = (
    *((name, ("patches",), "says what to read: --patches all, for example") for name in ("exceptions", "kev", "epss")),
    ("deadline", ("patches",), "says what to read: --patches all, for example"),
    ("deadline", ("snapshot",), "keeps when a patch was first seen, which AWS does not"),
    ("since", ("snapshot",), "says where earlier reports are"),
    ("owner", _OWNERS, "says whose a node is"),
)
_EXPLOITED = {KNOWN: ("kev",), LIKELY: ("epss", "kev")}


def _require_companions(query: Query) -> None:
    """Raises UsageError for an option without another that it needs."""
    exploited = _EXPLOITED.get(query["exploited"].lower(), ())
    needs = [*_COMPANIONS, *([("exploited", exploited, "is the file that says what is")] if exploited else [])]
    if query["by"].lower() == summary.OWNER and not any(query[name] for name in _OWNERS):
        raise UsageError("--by owner needs --owners, --owner-tag or --account-owner-tag, which say whose a node is.")
    for name, others, reason in needs:
        if query[name] and not any(query[other] for other in others):
            option, other = f"--{name}", " or ".join(f"--{one.replace('_', '-')}" for one in others)
            raise UsageError(f"{option} needs {other}, which {reason}.")


def _require_every_node(query: Query, only: str) -> None:
    """Raises UsageError when findings of nodes that are not in the report would be archived."""
    source = query["source"].lower()
    if source != catalog.API:
        raise UsageError(f"--to-security-hub is for --source api, and this is --source {source}.")
    if only:
        raise UsageError(
            f"--to-security-hub archives the findings of every other node, and this report has those of {only} only: "
            "omit one."
        )


def _tag_keys(ownership: Ownership, exceptions: Sequence[PatchException]) -> set[str]:
    return ownership.tag_keys.union(*(exception.tag_keys for exception in exceptions))


def _require_tags(query: Query, ownership: Ownership, exceptions: Sequence[PatchException]) -> None:
    """Raises UsageError when tags are needed, and the source has none."""
    source = query["source"].lower()
    if source == catalog.ATHENA and (keys := _tag_keys(ownership, exceptions)):
        raise UsageError(
            f"The tags {', '.join(sorted(keys))} are for --source api or s3, and this is --source {source}."
        )


def _day(text: str) -> str:
    """Raises UsageError for a day that does not exist."""
    try:
        return date.fromisoformat(text).isoformat() if text and not text.endswith("d") else text
    except ValueError as error:
        raise UsageError(f'since is "{text}", but must be a day that exists, such as "2026-01-31".') from error
