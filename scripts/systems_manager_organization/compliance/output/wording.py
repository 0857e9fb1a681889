"""A report in sentences."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from systems_manager_organization.cli.terminal import pluralize
from systems_manager_organization.compliance.output import summary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duckdb import DuckDBPyConnection

    from systems_manager_organization.compliance.output.summary import Coverage, Group, ReadFailure, Sums

NAMED_AT_MOST = 10
_MORE = "which --format json names"


def headline(tables: DuckDBPyConnection) -> Iterator[str]:
    """What is known of all nodes, and of how many of the accounts that is."""
    sums, covered = summary.totals(tables), summary.coverage(tables)
    told = f"{_nodes(sums)}{_patches(sums, '. Noncompliant patches: ')}."
    yield told[0].upper() + told[1:]
    yield _coverage(covered)


def of_group(group: Group) -> str:
    """One line: `111111111111 Management: 4 nodes, ...`."""
    told = [] if group.places and not group.places_read else [f"{_nodes(group.sums)}{_patches(group.sums, '; ')}"]
    if read := read_of(group):
        told.append(f"{read} {_units_of_places(group)} read" if group.places_read else read)
    return f"{name_of(group)}: {'; '.join(told)}"


def name_of(group: Group) -> str:
    return " ".join(value for value in group.keys.values() if value) or (
        "none" if "severity" in group.keys else "unknown"
    )


def read_of(group: Group) -> str:
    """How many accounts, or Regions, of the group were read; empty where all of them were."""
    if group.places_read == group.places:
        return ""
    return f"{group.places_read} of {group.places}" if group.places_read else "not read"


def _units_of_places(group: Group) -> str:
    if "account_id" in group.keys:
        return "Regions"
    return "accounts" if "region" in group.keys else "accounts x Regions"


def printable(text: str) -> str:
    """Without control characters: names and reasons are others' words, and a terminal obeys some of them."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text)


def percent(sums: Sums) -> str:
    return "" if sums.compliant_percent is None else f"{sums.compliant_percent} %"


def not_read(tables: DuckDBPyConnection) -> Iterator[str]:
    """The footer: what the numbers leave out, and why."""
    unread = summary.unread(tables)
    if unread:
        yield "Not read, and in no number above:"
        yield from map(_unread, unread[:NAMED_AT_MOST])
        if len(unread) > NAMED_AT_MOST:
            yield f"  and for {pluralize(len(unread) - NAMED_AT_MOST, 'more reason')}, {_MORE}."
    for code, found in summary.problems(tables).items():
        yield f"{code}, {len(found)} times:"
        yield from (f"  {subject}: {message}" for subject, message in found[:NAMED_AT_MOST])
        if len(found) > NAMED_AT_MOST:
            yield f"  and {len(found) - NAMED_AT_MOST} more, {_MORE}."


def _nodes(sums: Sums) -> str:
    if not sums.nodes:
        return "no managed nodes"
    told = [f"{sums.compliant} compliant ({percent(sums)})"]
    told += [f"{sums.noncompliant} noncompliant"] * bool(sums.noncompliant)
    told += [f"{sums.not_reporting} not reporting"] * bool(sums.not_reporting)
    return f"{pluralize(sums.nodes, 'managed node')}: {', '.join(told)}"


def _patches(sums: Sums, before: str) -> str:
    told = [f"{number} {severity.lower()}" for severity, number in sums.patches.items() if number]
    return f"{before}{', '.join(told)}" if told else ""


def _coverage(covered: Coverage) -> str:
    if covered.places == covered.places_read:
        return f"{_all(covered.accounts)} read."
    in_part = f", {covered.accounts_read_in_part} in part" if covered.accounts_read_in_part else ""
    return f"{covered.accounts_read} of {pluralize(covered.accounts, 'account')} were read{in_part}."


def _all(accounts: int) -> str:
    return "The only account was" if accounts == 1 else f"All {accounts} accounts were"


def _unread(unread: ReadFailure) -> str:
    names = [
        f"{account_id} {name}".strip() + (f" in {', '.join(regions)}" if regions else "")
        for account_id, (name, regions) in islice(unread.accounts.items(), NAMED_AT_MOST)
    ]
    more = len(unread.accounts) - NAMED_AT_MOST
    named = "; ".join(names) + (f" and {more} more, {_MORE}" if more > 0 else "")
    return f"  {unread.code}, {pluralize(len(unread.accounts), 'account')}: {named}. {unread.reason}"
