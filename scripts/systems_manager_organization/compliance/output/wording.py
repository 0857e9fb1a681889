"""A report in sentences."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from systems_manager_organization.cli.terminal import pluralize
from systems_manager_organization.compliance.output import summary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duckdb import DuckDBPyConnection

    from systems_manager_organization.compliance.output.summary import Coverage, Group, ReadFailure, Totals

MAX_NAMES = 10
_MORE = "which --format json names"


def headline(tables: DuckDBPyConnection) -> Iterator[str]:
    """What is known of all nodes, and of how many of the accounts that is."""
    totals, coverage = summary.totals(tables), summary.coverage(tables)
    is_complete = not summary.is_incomplete(tables)
    parts = f"{_nodes(totals, is_complete=is_complete)}{_patches(totals, '. Noncompliant patches: ')}."
    yield parts[0].upper() + parts[1:]
    yield format_accounts_read(coverage)


def scope(tables: DuckDBPyConnection) -> str:
    """Where a report looked: `2 accounts in ap-northeast-1, us-east-1`."""
    accounts, regions = pluralize(summary.coverage(tables).accounts, "account"), ", ".join(summary.regions(tables))
    return f"{accounts} in {regions}" if regions else accounts


def format_group(group: Group) -> str:
    """One line: `111111111111 Management: 4 nodes, ...`."""
    parts = (
        []
        if group.account_regions and not group.account_regions_read
        else [f"{_nodes(group.totals, is_complete=group.is_complete)}{_patches(group.totals, '; ')}"]
    )
    if read := format_coverage(group):
        parts.append(f"{read} {_coverage_unit(group)} read" if group.account_regions_read else read)
    return f"{group_name(group)}: {'; '.join(parts)}"


def group_name(group: Group) -> str:
    return " ".join(value for value in group.keys.values() if value) or (
        "none" if "severity" in group.keys else "unknown"
    )


def format_coverage(group: Group) -> str:
    """How many accounts, or Regions, of the group were read; empty where all of them were."""
    if group.account_regions_read == group.account_regions:
        return ""
    return f"{group.account_regions_read} of {group.account_regions}" if group.account_regions_read else "not read"


def _coverage_unit(group: Group) -> str:
    if "account_id" in group.keys:
        return "Regions"
    return "accounts" if "region" in group.keys else "accounts and Regions"


def percent(totals: Totals, *, is_complete: bool) -> str:
    """100 % only where everything was read."""
    if totals.is_all_compliant and not is_complete:
        return "all that were read"
    return "" if totals.compliant_percent is None else f"{totals.compliant_percent} %"


def format_unreadable(tables: DuckDBPyConnection) -> Iterator[str]:
    """The footer: what the numbers leave out, and why."""
    failures = summary.read_failures(tables)
    if failures:
        yield "Not read, and in no number above:"
        yield from map(_format_failure, failures[:MAX_NAMES])
        if len(failures) > MAX_NAMES:
            yield f"  and for {pluralize(len(failures) - MAX_NAMES, 'more reason')}, {_MORE}."
    for code, found in summary.problems(tables).items():
        yield f"{code}, {len(found)} times:"
        yield from (f"  {subject}: {message}" for subject, message in found[:MAX_NAMES])
        if len(found) > MAX_NAMES:
            yield f"  and {len(found) - MAX_NAMES} more, {_MORE}."


def _nodes(totals: Totals, *, is_complete: bool) -> str:
    if not totals.nodes:
        return f"no managed nodes, {totals.unmanaged} not managed" if totals.unmanaged else "no managed nodes"
    parts = [f"{totals.compliant} compliant ({percent(totals, is_complete=is_complete)})"]
    parts += [f"{totals.noncompliant} noncompliant"] * bool(totals.noncompliant)
    parts += [f"{totals.not_reporting} not reporting{_silence(totals)}"] * bool(totals.not_reporting)
    parts += [f"{totals.unmanaged} more not managed"] * bool(totals.unmanaged)
    return f"{pluralize(totals.nodes, 'managed node')}: {', '.join(parts)}"


def _silence(totals: Totals) -> str:
    """Why nodes do not report: `(1 never scanned, 1 too long ago)`."""
    reasons = {"never scanned": totals.never_scanned, "too long ago": totals.not_reporting - totals.never_scanned}
    return f" ({', '.join(f'{number} {reason}' for reason, number in reasons.items() if number)})"


def _patches(totals: Totals, before: str) -> str:
    parts = [f"{number} {severity.lower()}" for severity, number in totals.patches.items() if number]
    return f"{before}{', '.join(parts)}" if parts else ""


def format_accounts_read(coverage: Coverage) -> str:
    """How many of the accounts were read."""
    if not coverage.account_regions:
        return "No account was read: there is none in the scope."
    if coverage.account_regions == coverage.account_regions_read:
        return f"{_all(coverage.accounts)} read."
    in_part = f", {coverage.accounts_read_in_part} in part" if coverage.accounts_read_in_part else ""
    return f"{coverage.accounts_read} of {pluralize(coverage.accounts, 'account')} were read{in_part}."


def _all(accounts: int) -> str:
    return "The only account was" if accounts == 1 else f"All {accounts} accounts were"


def _format_failure(failure: ReadFailure) -> str:
    names = [
        f"{account_id} {name}".strip() + (f" in {', '.join(regions)}" if regions else "")
        for account_id, (name, regions) in islice(failure.accounts.items(), MAX_NAMES)
    ]
    more = len(failure.accounts) - MAX_NAMES
    named = "; ".join(names) + (f" and {more} more, {_MORE}" if more > 0 else "")
    return f"  {failure.code}, {pluralize(len(failure.accounts), 'account')}: {named}. {failure.reason}"
