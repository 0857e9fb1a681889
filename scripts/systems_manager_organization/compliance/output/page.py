"""A report as one self-contained HTML page, which asks nobody for anything."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from systems_manager_organization.compliance.model.columns import COMPLIANT, NON_COMPLIANT, NOT_REPORTING
from systems_manager_organization.compliance.output import page_data, summary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from duckdb import DuckDBPyConnection

    from systems_manager_organization.compliance.output.page_data import Account
    from systems_manager_organization.compliance.output.summary import Coverage, Sums

_PARTS = Path(__file__).with_suffix("")
_SCRIPTS = ("data.js", "table.js", "map.js", "main.js")
_HOLE = re.compile(r"\{\{(\w+)\}\}")
# Units of the bar's width.
_WIDTH = 1000
_STATUSES = ((COMPLIANT, "compliant"), (NON_COMPLIANT, "noncompliant"), (NOT_REPORTING, "not reporting"))


@dataclass(frozen=True)
class ReportMetadata:
    """What the page says of the report itself.

    Attributes:
        generated_at: as `node.time_text` has it.
        source: api, s3 or athena.
        scope: what the report is narrowed to, in words; empty: the whole organization.
    """

    generated_at: str
    source: str
    scope: str = ""


def write_page(connection: DuckDBPyConnection, file: TextIO, about: ReportMetadata) -> None:
    """Writes the page of the tables of `tables.py`.

    It is written in pieces: neither the page nor the rows are ever in memory as a whole.
    """
    style, script = _part("page.css"), "".join(map(_part, _SCRIPTS))
    sums, covered = summary.totals(connection), summary.coverage(connection)
    holes: dict[str, Callable[[], Iterator[str]]] = {
        "policy": lambda: iter((_policy(style, script),)),
        "style": lambda: iter((style,)),
        "script": lambda: iter((script,)),
        "about": lambda: iter((_about(about),)),
        "totals": lambda: _totals(sums, covered),
        "accounts": lambda: _accounts(page_data.accounts(connection)),
        "report": lambda: page_data.report(connection, sums.patches),
        "nodes": lambda: page_data.nodes(connection),
    }
    for number, piece in enumerate(_HOLE.split(_part("template.html"))):
        if number % 2:
            file.writelines(holes[piece]())
        else:
            file.write(piece)


def _part(name: str) -> str:
    return (_PARTS / name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    """Nothing but this style and this script; a name in the data that passed for markup could still do nothing."""
    # https://www.w3.org/TR/CSP3/#grammardef-hash-source
    rules = {"script-src": _source(script), "style-src": _source(style), "base-uri": "'none'", "form-action": "'none'"}
    return "; ".join(("default-src 'none'", *(f"{name} {value}" for name, value in rules.items())))


def _source(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _about(about: ReportMetadata) -> str:
    told = (about.scope or "The whole organization", f"source: {about.source}")
    time = f'<time datetime="{escape(about.generated_at)}">{escape(_readable(about.generated_at))}</time>'
    return " · ".join((*map(escape, told), time))


def _readable(time: str) -> str:
    return time.replace("T", " ").replace("Z", " UTC")


def _totals(sums: Sums, covered: Coverage) -> Iterator[str]:
    yield f'<p class="headline"><strong>{sums.compliant:,}</strong> of {_counted(sums.nodes, "managed node")} '
    yield f"{'is' if sums.nodes == 1 else 'are'} compliant</p>\n"
    if sums.nodes:
        yield from _bar(sums)
    yield '<ul class="cards">\n'
    numbers = (sums.compliant, sums.noncompliant, sums.not_reporting)
    for (status, word), number in zip(_STATUSES, numbers, strict=True):
        yield f'<li class="card" data-status="{status}"><b>{number:,}</b> <span>{word}</span></li>\n'
    none, in_part = _not_read(covered), covered.accounts_read_in_part
    yield f'<li class="card" data-status="NOT_READ"><b>{none:,}</b> '
    words = f"{'account' if none == 1 else 'accounts'} not read{f', {in_part:,} in part' * bool(in_part)}"
    yield f"<span>{words}</span></li>\n"
    yield f"</ul>\n<p>{_coverage(covered)}</p>\n"


def _bar(sums: Sums) -> Iterator[str]:
    told = (
        f"{sums.compliant_percent} % of the nodes are compliant, {sums.noncompliant:,} are noncompliant, "
        f"{sums.not_reporting:,} do not report"
    )
    yield f'<svg class="bar" viewBox="0 0 {_WIDTH} 10" preserveAspectRatio="none" role="img" aria-label="{told}">'
    begin = 0.0
    for status, number in zip(_STATUSES, (sums.compliant, sums.noncompliant, sums.not_reporting), strict=True):
        width = number * _WIDTH / sums.nodes
        yield f'<rect class="{status[0]}" x="{begin:.2f}" width="{width:.2f}" height="10"/>'
        begin += width
    yield "</svg>\n"


def _coverage(covered: Coverage) -> str:
    if covered.places == covered.places_read:
        return f"{_counted(covered.accounts, 'account')} {'was' if covered.accounts == 1 else 'were'} read, completely."
    in_part = f", {covered.accounts_read_in_part:,} only in part" if covered.accounts_read_in_part else ""
    return (
        f"{_counted(covered.accounts, 'account')}: {covered.accounts_read:,} read completely{in_part}, "
        f"{_not_read(covered):,} not at all. What was not read is in none of these numbers, and may be compliant or "
        "not."
    )


def _not_read(covered: Coverage) -> int:
    return covered.accounts - covered.accounts_read - covered.accounts_read_in_part


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _accounts(accounts: Iterator[Account]) -> Iterator[str]:
    """The rows of the table that is there for whoever lets no script run."""
    for account in accounts:
        told = (account.account_id, account.account_name, account.organizational_unit, *_read(account))
        yield "<tr>" + "".join(f"<td>{escape(str(value))}</td>" for value in told) + "</tr>\n"


def _read(account: Account) -> tuple[object, ...]:
    if not account.places_read:
        return ("not read", "", "", "")
    read = f"{account.places_read} of {account.places} Regions"
    return (read, account.compliant, account.noncompliant, account.not_reporting)
