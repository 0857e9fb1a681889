"""Skipped checks: only at the resource, with a reason.

A plan has no comments, so the skips of the code apply to its results.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from tools.scan.checkov import Result
    from tools.scan.plans import ExamplePlan


@dataclass(frozen=True)
class Skip:
    """A check that is skipped for a resource; `file` is that of the result."""

    check_id: str
    file: Path
    block: str
    reason: str


def find_skips(results: Iterable[Result]) -> tuple[list[Skip], list[str]]:
    """The skips of a scan of source code, and problems: skips without a reason."""
    found: dict[tuple[str, Path, str], Skip] = {}
    problems: list[str] = []
    for result in results:
        if result.status != "skipped":
            continue
        lines = result.file.read_text().splitlines()[max(result.first_line - 1, 0) : result.last_line]
        reason = _reason(result.check_id, lines)
        if reason:
            found[result.check_id, result.file, result.block] = Skip(result.check_id, result.file, result.block, reason)
        else:
            problems.append(f"{result.check_id} is skipped for {result.resource} without a reason there")
    return list(found.values()), problems


def _reason(check_id: str, lines: Sequence[str]) -> str:
    comment = re.compile(rf"#\s*checkov:skip={re.escape(check_id)}:\s*(\S.*)")
    return next((match[1].strip() for line in lines if (match := comment.search(line))), "")


def apply_to_plan(
    results: Iterable[Result], plan: ExamplePlan, skips: Iterable[Skip], repository: Path
) -> list[Result]:
    """The results of a plan, with the skips and the locations of the code."""
    known = {(skip.check_id, skip.file.parent, skip.block) for skip in skips}
    located = [_locate(result, repository / plan.source(result.resource)) for result in results]
    return [
        replace(result, status="skipped")
        if result.status == "failed" and (result.check_id, result.file.parent, result.block) in known
        else result
        for result in located
    ]


def _locate(result: Result, folder: Path) -> Result:
    kind, name = result.block.split(".")
    beginning = re.compile(rf'(?:resource|data)\s+"{kind}"\s+"{re.escape(name)}"')
    for file in sorted(folder.glob("*.tf")):
        for number, line in enumerate(file.read_text().splitlines(), 1):
            if beginning.match(line):
                return replace(result, file=file, first_line=number, last_line=number)
    # Without a block of that name, as for a provider, the result is for the whole configuration.
    return replace(result, file=folder / "main.tf", first_line=1, last_line=1)
