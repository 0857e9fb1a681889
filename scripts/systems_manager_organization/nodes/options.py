"""The options of the report of nodes: scope, formats and files are those of the compliance report."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from systems_manager_organization.cli.common_options import split_list
from systems_manager_organization.cli.options import OPTIONAL_COMMON_KEYS, flag
from systems_manager_organization.cli.output_file import output_path
from systems_manager_organization.compliance.output.options import keys
from systems_manager_organization.compliance.output.options.definitions import choice_option, match_choice
from systems_manager_organization.compliance.output.options.keys import CSV, JSON, PARQUET, TABLE
from systems_manager_organization.compliance.output.summary import NODE
from systems_manager_organization.compliance.sources.result_sink import Scope
from systems_manager_organization.errors import UsageError
from systems_manager_organization.nodes import summary
from systems_manager_organization.nodes.causes import CAUSES
from systems_manager_organization.nodes.columns import STATUSES

if TYPE_CHECKING:
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from systems_manager_organization.cli.options import Query

_DEFAULT_ROLE = "OrganizationAccountAccessRole"
_COMPLIANCE = {option.name: option for option in keys.KEYS}
_FORMATS = (TABLE, JSON, CSV, PARQUET)
KEYS = (
    *OPTIONAL_COMMON_KEYS,
    *(_COMPLIANCE[name] for name in ("organizational_unit", "accounts")),
    replace(
        _COMPLIANCE["regions"],
        description="only these Regions; default: those that are enabled in the credentials' account, with --fast all",
    ),
    *(_COMPLIANCE[name] for name in ("output", "resume")),
    replace(
        _COMPLIANCE["member_role_name"],
        description=f"a role of every member account, with its path, to read it by; default: {_DEFAULT_ROLE}",
    ),
    choice_option("format", "csv and parquet have the nodes, json has everything", _FORMATS, default=TABLE),
    choice_option("status", "only nodes of this status", STATUSES),
    choice_option("cause", "only nodes that are not managed for this cause", CAUSES),
    choice_option("by", "what there is a row for, the worst first", (*summary.GROUPINGS, NODE), default="cause"),
    flag(
        "fast", "reads what the unified console has collected, in its administrator account and home Region; no causes"
    ),
    flag("fail_on_unmanaged", "exits with 2 when a node is not managed"),
)


@dataclass(frozen=True)
class NodesOptions:
    """The options, parsed. `output` is None for standard output; without causes, groups are accounts."""

    scope: Scope
    role_name: str
    status: str
    cause: str
    grouping: str
    format: str
    output: Path | None
    is_fast: bool
    fails_on_unmanaged: bool
    resume: bool

    @classmethod
    def of(cls, query: Query) -> NodesOptions:
        """Raises UsageError for invalid combinations, before anything takes minutes."""
        if query["format"].lower() == PARQUET and not query["output"]:
            raise UsageError("--format parquet is not for a terminal: use --output FILE.")
        if query["fast"] and (query["cause"] or query["resume"] or query["member_role_name"]):
            raise UsageError(
                "--fast has no causes, assumes no role, and reads everything again: leave --cause, --member-role-name "
                "and --resume out."
            )
        grouping = query["by"].lower()
        return cls(
            Scope(
                query["organizational_unit"],
                tuple(sorted(split_list(query["accounts"]))),
                tuple(sorted(split_list(query["regions"]))),
                # How old a scan is does not matter here.
                stale_after_days=0,
            ),
            query["member_role_name"] or _DEFAULT_ROLE,
            match_choice(query["status"], STATUSES),
            match_choice(query["cause"], CAUSES),
            "account" if query["fast"] and grouping == "cause" else grouping,
            query["format"].lower(),
            output_path(query["output"], "output") if query["output"] else None,
            bool(query["fast"]),
            bool(query["fail_on_unmanaged"]),
            bool(query["resume"]),
        )

    @property
    def document(self) -> dict[str, Any]:
        """The scope and the filters."""
        scope = {name: value for name, value in asdict(self.scope).items() if name != "stale_after_days"}
        return {**scope, "status": self.status, "cause": self.cause}

    @property
    def description(self) -> str:
        """A description of the scope and the filters; empty: the whole organization."""
        parts = {
            "organizational unit": self.scope.organizational_unit,
            "accounts": ", ".join(self.scope.account_ids),
            "Regions": ", ".join(self.scope.regions),
            "status": self.status,
            "cause": self.cause,
        }
        return "; ".join(f"{what} {value}" for what, value in parts.items() if value)

    def filter(self, tables: DuckDBPyConnection) -> None:
        """Deletes every other node from the tables, so that all outputs have the same nodes."""
        for column in ("status", "cause"):
            if value := getattr(self, column):
                tables.execute(f"DELETE FROM nodes WHERE {column} <> ?", [value])
