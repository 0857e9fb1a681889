"""The register as a page."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tools.assumptions.register import OPEN, REFUTED, SETTLED, STATES
from tools.docs.reference import table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tools.assumptions.register import Assumption

_HEAD = (
    "# Assumptions about AWS\n\n"
    "What the module, its scripts and its sandbox assume about AWS where AWS documents nothing, or where its documents "
    "disagree. Each one has an id, and the code that depends on it has the mark `ASSUMPTION(id)`. "
    "[`make probe`](../development/probe.md) settles those that name a check, in an organization of yours. "
    "`make docs` writes this page from `tools/assumptions/register.yaml`.\n"
)

_SECTIONS = {
    OPEN: (
        "Open",
        "Neither a document of AWS nor an independent report says whether it is so.",
        ("assumption", "what depends on it", "if it is wrong", "how to settle it", "where"),
    ),
    SETTLED: (
        "Settled",
        "It is so.",
        ("assumption", "what depends on it", "source", "where"),
    ),
    REFUTED: (
        "Refuted",
        "It is not so. Places that are still named follow the wrong belief.",
        ("assumption", "what depends on it", "if code follows it", "what AWS does", "where"),
    ),
}


def page(
    assumptions: Mapping[str, Assumption], places: Mapping[str, Counter[str]], checks: Mapping[str, Iterable[str]]
) -> str:
    """The page; `checks` has the names of the checks of `make probe` that settle an assumption, by its id."""
    counted = Counter(assumption.state for assumption in assumptions.values())
    counts = table(
        ("state", "number", "settled by a check of `make probe`"),
        [
            (
                state,
                str(counted[state]),
                str(sum(found.state == state for id_, found in assumptions.items() if id_ in checks)),
            )
            for state in STATES
        ],
    )
    parts = [_HEAD, f"{counts}\n"]
    for state, (title, text, header) in _SECTIONS.items():
        rows = [
            _row(found, places.get(found.id, Counter()), checks.get(found.id, ()))
            for found in assumptions.values()
            if found.state == state
        ]
        parts.append(f"## {title}\n\n{text}\n\n{table(header, rows)}\n")
    return "\n".join(parts)


def _row(found: Assumption, files: Counter[str], checks: Iterable[str]) -> tuple[str, ...]:
    name = f'<a id="{found.id}"></a>`{found.id}`\n{found.assumed}'
    where = "\n".join(filter(None, [*(_link(file, number) for file, number in sorted(files.items())), found.where]))
    if found.state == OPEN:
        named = ", ".join(f"`{check}`" for check in checks)
        settle = "\n".join(filter(None, [found.settle, named and f"`make probe`: {named}"]))
        return name, found.depends, found.if_wrong, settle, where
    if found.state == SETTLED:
        return name, found.depends, found.source, where
    return name, found.depends, found.if_wrong, found.source, where


def _link(file: str, number: int) -> str:
    return f"[{file.rsplit('/', 1)[-1]}](../../{file}){f' ({number})' if number > 1 else ''}"
