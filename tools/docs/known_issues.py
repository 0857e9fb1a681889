"""docs/reference/known-issues.md: each failure that `report.py explain` knows, with AWS's text, cause and remedy."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

from harness import HarnessError
from systems_manager_organization.plain_text import plain_line
from systems_manager_organization.quick_setup.known_issues import CATALOGUE, PAGE, anchor, title, without_values
from tools.docs.markers import put

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_HEAD = (
    "# Known issues\n\n"
    "What CloudFormation, StackSets, Quick Setup, State Manager and Organizations are reported to say when a "
    "deployment fails. `report.py explain` finds the cause by AWS's text, of two that match by the one that matches "
    "more of it, and names the account and the Region to sign in to. Capitals stand for what it takes from the text. "
    "`make docs` writes this page from "
    "[known_issues.json](../../scripts/systems_manager_organization/quick_setup/known_issues.json) and "
    "[known_issue_reports.json](../../tools/docs/known_issue_reports.json).\n"
)
# By the pattern of an entry of the catalogue.
_REPORTS = Path(__file__).with_name("known_issue_reports.json")
_URL = re.compile(r"(https?://\S+?)(?=[.,;:)]*(?:\s|$))")


def update(repository: Path, *, check: bool) -> Iterator[str]:
    """Write the page, or only compare it. Yields problems."""
    if not (repository / PAGE).parent.exists():
        return
    try:
        yield from put(repository / PAGE, page(reported_issues()), repository, check=check)
    except HarnessError as error:
        yield str(error)


def reported_issues() -> list[dict[str, str]]:
    """The entries of the catalogue, each with a `text` that AWS is reported to give, and the report's address.

    `source` is "" where the report was not published. Raises HarnessError for an entry without a text.
    """
    reports = json.loads(_REPORTS.read_text("utf-8"))
    entries = json.loads(CATALOGUE.read_text("utf-8"))
    if unequal := {entry["pattern"] for entry in entries} ^ set(reports):
        raise HarnessError(f"Only one of {CATALOGUE} and {_REPORTS} has: {', '.join(sorted(unequal))}.")
    return [{**entry, **reports[entry["pattern"]]} for entry in entries]


def page(entries: Sequence[Mapping[str, str]]) -> str:
    """The page: a section for each cause, with the texts that lead to it."""
    by_cause: dict[tuple[str, str], list[Mapping[str, str]]] = {}
    for entry in entries:
        by_cause.setdefault((title(entry), without_values(entry, "remedy")), []).append(entry)
    anchors = [anchor(entries[0]) for entries in by_cause.values()]
    if twice := {found for found in anchors if anchors.count(found) > 1}:
        raise HarnessError(f"{CATALOGUE}: two causes begin with the same sentence: {', '.join(twice)}. Change one.")
    return "\n".join([_HEAD, *map(_section, by_cause.values())])


def _section(entries: Sequence[Mapping[str, str]]) -> str:
    texts = "".join(f"{_code(entry['text'])} ({_source(entry)})\n\n" for entry in entries)
    return (
        f'## <a id="{anchor(entries[0])}"></a>{_prose(title(entries[0]))}\n\n{texts}'
        f"- Cause: {_prose(without_values(entries[0], 'explanation'))}\n"
        f"- To resolve: {_prose(without_values(entries[0], 'remedy'))}\n"
    )


def _source(entry: Mapping[str, str]) -> str:
    return f"[report]({entry['source']})" if entry["source"] else "no public report"


def _code(text: str) -> str:
    """Text of others, in which nothing is markup: https://spec.commonmark.org/0.31.2/#code-spans"""
    line = plain_line(text)
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", line)), default=0))
    return f"{fence} {line} {fence}"


def _prose(text: str) -> str:
    parts = _URL.split(text)
    return "".join(f"<{part}>" if number % 2 else _escape(part) for number, part in enumerate(parts))


def _escape(text: str) -> str:
    return re.sub(r"([\\`*_\[\]<>])", r"\\\1", text)
