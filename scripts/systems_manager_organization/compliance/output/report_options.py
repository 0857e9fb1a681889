"""The options of a report."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from systems_manager_organization.cli.common_options import list_pattern
from systems_manager_organization.cli.options import OPTIONAL_COMMON_KEYS, REGION_PATTERN, Option, flag
from systems_manager_organization.cli.output_file import output_path
from systems_manager_organization.compliance.model.columns import SEVERITIES, STATUSES
from systems_manager_organization.compliance.model.exceptions import read_exceptions
from systems_manager_organization.compliance.model.filters import PLATFORMS, Filters
from systems_manager_organization.compliance.model.patches import ALL, STATES, states_of
from systems_manager_organization.compliance.output import patches, summary
from systems_manager_organization.compliance.sources import catalog
from systems_manager_organization.compliance.sources.result_sink import Scope
from systems_manager_organization.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from systems_manager_organization.cli.options import Query
    from systems_manager_organization.compliance.model.exceptions import PatchException
    from systems_manager_organization.compliance.model.patches import State

TABLE, JSON, CSV, PARQUET = "table", "json", "csv", "parquet"
MARKDOWN, JUNIT = "markdown", "junit"
_FORMATS = (TABLE, JSON, CSV, PARQUET, MARKDOWN, JUNIT)
_GROUPINGS = (*summary.GROUPINGS, summary.NODE, patches.PATCH)
_PATCHES = (*(state.choice for state in STATES), ALL)
_DEFAULT_GROUPING = "account"
_STALE_AFTER_DAYS = "7"


@dataclass(frozen=True)
class ReportOptions:
    """The options of a report, parsed.

    Attributes:
        output: where to; None: standard output.
        fail_on: one of `SEVERITIES`, or empty.
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
    patch_states: tuple[State, ...] = ()
    exceptions: tuple[PatchException, ...] = ()

    @classmethod
    def of(cls, query: Query) -> ReportOptions:
        """Raises UsageError for invalid combinations, before anything takes minutes."""
        catalog.require_options(query)
        states = states_of(split_list(query["patches"].lower()))
        if states and query["source"].lower() == catalog.ATHENA:
            raise UsageError("--patches is for --source api or s3, and this is --source athena.")
        grouping = query["by"].lower() or (patches.PATCH if states else _DEFAULT_GROUPING)
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
        return cls(
            query["source"].lower(),
            scope,
            Filters(
                match_choice(query["platform"], PLATFORMS),
                match_choice(query["severity"], SEVERITIES),
                match_choice(query["status"], STATUSES),
            ),
            grouping,
            query["format"].lower(),
            output,
            page,
            match_choice(query["fail_on"], SEVERITIES),
            bool(query["resume"]),
            states,
            read_exceptions(query["exceptions"]) if query["exceptions"] else (),
        )

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


def choice_option(name: str, description: str, choices: Sequence[str], *, default: str = "") -> Option:
    """An option with choices, case-insensitive."""
    pattern = "(?i:" + "|".join(map(re.escape, choices)) + ")"
    rule = f"{', '.join(choices[:-1])} or {choices[-1]}"
    return Option(name, description, pattern, rule, default=default, cli_only=True)


def match_choice(value: str, choices: Sequence[str]) -> str:
    """The choice in its own case."""
    return next((choice for choice in choices if choice.lower() == value.lower()), value)


def _list_option(name: str, description: str, item: str, rule: str) -> Option:
    pattern = rf"{item}(\s*,\s*{item})*|{list_pattern(item, empty=False)}"
    return Option(name, description, pattern, rule, cli_only=True, several=True)


def split_list(value: str) -> tuple[str, ...]:
    """Distinct items of a JSON list or of a comma-separated list."""
    found = json.loads(value) if value.startswith("[") else value.split(",")
    return tuple(dict.fromkeys(item.strip() for item in found if item.strip()))


def _text_option(name: str, description: str, rule: str) -> Option:
    return Option(name, description, r"[^\x00-\x1f\x7f]{1,1024}", rule, cli_only=True)


KEYS = (
    *OPTIONAL_COMMON_KEYS,
    *catalog.KEYS,
    _text_option(
        "organizational_unit",
        "only the accounts of this organizational unit and of all below it",
        'the id of an organizational unit, or its path from the root, for example "Root/Workloads"',
    ),
    _list_option(
        "accounts", "only these accounts", "[0-9]{12}", 'account ids, for example "111111111111,222222222222"'
    ),
    _list_option(
        "regions",
        "only these Regions; default: with --source api those that are enabled in the credentials' account, otherwise "
        "those with a resource data sync",
        REGION_PATTERN,
        'names of Regions, for example "us-east-1,eu-west-1"',
    ),
    choice_option("platform", "only nodes of this platform", PLATFORMS),
    choice_option("severity", "only nodes with a noncompliant patch of this severity, or of a higher one", SEVERITIES),
    choice_option("status", "only nodes of this status", STATUSES),
    Option(
        "stale_after",
        "days after which a node without another scan counts as not reporting",
        "[1-9][0-9]{0,3}",
        "whole days, 1 or more",
        default=_STALE_AFTER_DAYS,
        cli_only=True,
    ),
    _list_option(
        "patches",
        "reads the patches in these states one by one, of the nodes that have any; for api and s3. csv and parquet "
        "then have a row for each patch of each node, or with --by patch for each patch",
        f"(?i:{'|'.join(_PATCHES)})",
        f"some of {', '.join(_PATCHES)}",
    ),
    _text_option("exceptions", "a file in JSON: patches that are accepted until a day; with --patches", "a file name"),
    choice_option(
        "by",
        f"what there is a row for, the worst first; default: {_DEFAULT_GROUPING}, with --patches patch",
        _GROUPINGS,
    ),
    choice_option(
        "format",
        "csv and parquet have the nodes, json has everything, markdown is for the summary of a job, junit has a suite "
        "for each account and Region",
        _FORMATS,
        default=TABLE,
    ),
    _text_option(
        "output", "the file to write to; one that is there is replaced; default: standard output", "a file name"
    ),
    _text_option("html", "writes the report as a page of its own to this file as well", "a file name"),
    choice_option(
        "fail_on", "exits with 2 when a node has a noncompliant patch of this severity, or of a higher one", SEVERITIES
    ),
    flag("resume", "continues an interrupted report, without reading its accounts and Regions again"),
)
