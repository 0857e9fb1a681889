"""A report as one self-contained HTML page, which makes no request."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass, field
from html import escape
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from systems_manager_organization.compliance.model.columns import COMPLIANT, NON_COMPLIANT, NOT_REPORTING
from systems_manager_organization.compliance.output import page_data, summary
from systems_manager_organization.plain_text import plain_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from duckdb import DuckDBPyConnection

    from systems_manager_organization.compliance.output.page_data import Account
    from systems_manager_organization.compliance.output.summary import Coverage, Totals

_PARTS = Path(__file__).with_suffix("")
_SCRIPTS = ("data.js", "table.js", "map.js", "views.js", "main.js")
_PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")
# Units of the bar's width.
_WIDTH = 1000
_STATUSES = ((COMPLIANT, "compliant"), (NON_COMPLIANT, "noncompliant"), (NOT_REPORTING, "not reporting"))


@dataclass(frozen=True)
class ReportMetadata:
    """Metadata of a report.

    Attributes:
        generated_at: as `node.time_text` has it.
        source: api, s3 or athena.
        scope: a description of the scope; empty: the whole organization.
        notes: what the cards do not say, a sentence each.
        document: the same for JSON, of which the page has the exceptions and the trend.
    """

    generated_at: str
    source: str
    scope: str = ""
    notes: tuple[str, ...] = ()
    document: Mapping[str, Any] = field(default_factory=dict)


def write_page(connection: DuckDBPyConnection, file: TextIO, metadata: ReportMetadata) -> None:
    """Writes the page of the tables of `tables.py`.

    It is written in pieces: neither the page nor the rows are ever in memory as a whole.
    """
    style, script = _part("page.css"), "".join(map(_part, _SCRIPTS))
    totals, coverage = summary.totals(connection), summary.coverage(connection)
    lists = {"patches": totals.patches, **{name: metadata.document.get(name, []) for name in ("exceptions", "trend")}}
    placeholders: dict[str, Callable[[], Iterator[str]]] = {
        "policy": lambda: iter((_policy(style, script),)),
        "style": lambda: iter((style,)),
        "script": lambda: iter((script,)),
        "about": lambda: iter((_metadata(metadata),)),
        "totals": lambda: chain(_totals(totals, coverage), _notes(metadata)),
        "accounts": lambda: _accounts(page_data.accounts(connection)),
        "report": lambda: page_data.report(connection, lists),
        "nodes": lambda: page_data.nodes(connection),
        "patches": lambda: page_data.patches(connection),
        "nodes_of_patches": lambda: page_data.nodes_of_patches(connection),
    }
    with page_data.ordered(connection):
        for number, piece in enumerate(_PLACEHOLDER.split(_part("template.html"))):
            if number % 2:
                file.writelines(placeholders[piece]())
            else:
                file.write(piece)


def _part(name: str) -> str:
    return (_PARTS / name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    """A content security policy of only this style and this script, as a second defense against markup in the data."""
    # https://www.w3.org/TR/CSP3/#grammardef-hash-source
    rules = {"script-src": _source(script), "style-src": _source(style), "base-uri": "'none'", "form-action": "'none'"}
    return "; ".join(("default-src 'none'", *(f"{name} {value}" for name, value in rules.items())))


def _source(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _metadata(metadata: ReportMetadata) -> str:
    cells = (metadata.scope or "The whole organization", f"source: {metadata.source}")
    time = f'<time datetime="{escape(metadata.generated_at)}">{escape(_format_time(metadata.generated_at))}</time>'
    return " · ".join((*map(escape, cells), time))


def _format_time(time: str) -> str:
    return time.replace("T", " ").replace("Z", " UTC")


def _totals(totals: Totals, coverage: Coverage) -> Iterator[str]:
    yield f'<p class="headline"><strong>{totals.compliant:,}</strong> of {_pluralize(totals.nodes, "managed node")} '
    yield f"{'is' if totals.nodes == 1 else 'are'} compliant</p>\n"
    if totals.nodes:
        yield from _bar(totals)
    yield '<ul class="cards">\n'
    numbers = (totals.compliant, totals.noncompliant, totals.not_reporting)
    for (status, label), number in zip(_STATUSES, numbers, strict=True):
        yield f'<li class="card" data-status="{status}"><b>{number:,}</b> <span>{label}</span></li>\n'
    none, in_part = _not_read(coverage), coverage.accounts_read_in_part
    yield f'<li class="card" data-status="NOT_READ"><b>{none:,}</b> '
    label = f"{'account' if none == 1 else 'accounts'} not read{f', {in_part:,} in part' * bool(in_part)}"
    yield f"<span>{label}</span></li>\n"
    yield f"</ul>\n<p>{_coverage(coverage)}</p>\n"


def _notes(metadata: ReportMetadata) -> Iterator[str]:
    yield from (f"<p>{escape(plain_line(line))}</p>\n" for line in metadata.notes)


def _bar(totals: Totals) -> Iterator[str]:
    label = (
        f"{totals.compliant:,} of {_pluralize(totals.nodes, 'node')} compliant, {totals.noncompliant:,} noncompliant, "
        f"{totals.not_reporting:,} not reporting"
    )
    yield f'<svg class="bar" viewBox="0 0 {_WIDTH} 10" preserveAspectRatio="none" role="img" aria-label="{label}">'
    begin = 0.0
    for status, number in zip(_STATUSES, (totals.compliant, totals.noncompliant, totals.not_reporting), strict=True):
        width = number * _WIDTH / totals.nodes
        yield f'<rect class="{status[0]}" x="{begin:.2f}" width="{width:.2f}" height="10"/>'
        begin += width
    yield "</svg>\n"


def _coverage(coverage: Coverage) -> str:
    if coverage.account_regions == coverage.account_regions_read:
        accounts = _pluralize(coverage.accounts, "account")
        return f"{accounts} {'was' if coverage.accounts == 1 else 'were'} read, completely."
    in_part = f", {coverage.accounts_read_in_part:,} only in part" if coverage.accounts_read_in_part else ""
    return (
        f"{_pluralize(coverage.accounts, 'account')}: {coverage.accounts_read:,} read completely{in_part}, "
        f"{_not_read(coverage):,} not at all. What was not read is in none of these numbers, and may be compliant or "
        "not."
    )


def _not_read(coverage: Coverage) -> int:
    return coverage.accounts - coverage.accounts_read - coverage.accounts_read_in_part


def _pluralize(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _accounts(accounts: Iterator[Account]) -> Iterator[str]:
    """The rows of the table for browsers without JavaScript."""
    for account in accounts:
        cells = (account.account_id, account.account_name, account.organizational_unit, *_read(account))
        yield "<tr>" + "".join(f"<td>{escape(str(value))}</td>" for value in cells) + "</tr>\n"


def _read(account: Account) -> tuple[object, ...]:
    if not account.regions_read:
        return ("not read", "", "", "")
    read = f"{account.regions_read} of {account.regions} Regions"
    return (read, account.compliant, account.noncompliant, account.not_reporting)
