"""The bad twins: for each policy a configuration that must fail with its id, and with none of the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.workspace import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

TWINS = REPOSITORY / "tests" / "policies"
BAD, GOOD = "bad", "good"


def misses(failed: Mapping[str, Iterable[str]], identifiers: Iterable[str]) -> Iterator[str]:
    """What is wrong with the twins, by the ids that failed in each of the folders `bad/ID` and `good/NAME`."""
    for identifier in sorted(identifiers):
        found = set(failed.get(f"{BAD}/{identifier}", ()))
        if found != {identifier}:
            told = ", ".join(sorted(found)) or "nothing"
            yield f"{identifier} must be all that fails in {BAD}/{identifier}, where {told} does"
    for folder, others in sorted(failed.items()):
        if folder.startswith(f"{GOOD}/") and set(others):
            yield f"nothing may fail in {folder}, where {', '.join(sorted(others))} does"
