"""A cell of the matrix: one event at one place of an example; and how it ended."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

from harness.recovery import KEY_DELETED, REPLACED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Phase = Literal["start", "apply", "destroy", "end"]
Verdict = Literal["converged", "refused", "warned", "half-way", "never", "doubled", "left behind"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)

GOOD: frozenset[Verdict] = frozenset({"converged", "refused", "warned"})
"""Converged: the same command again is sufficient. Refused: the plan says what to do, and that was done and worked.
Warned: the plan changes nothing and its warning says what to do, and that was done and worked.
Half-way: a command that nothing interrupted failed after it had changed something.
"""


def verdict_after(followed: Iterable[str]) -> Verdict:
    """Of a good outcome, by what had to be followed."""
    ways = set(followed)
    return "converged" if not ways else "warned" if ways <= {KEY_DELETED, REPLACED} else "refused"


@dataclass(frozen=True, order=True)
class Cell:
    """`event` happens to `subject` in a `phase` of an example.

    The subject of the phases apply and destroy is a call that changes something: `service:Operation resource`. That of
    a start is an address or a setting, that of an end such a call or the module.
    """

    example: str
    phase: Phase
    event: str
    subject: str

    def __str__(self) -> str:
        return f"{self.example} {self.phase}: {self.event}, {self.subject}"


@dataclass(frozen=True)
class Outcome:
    """How a cell ended. `detail`: what was followed, or what is wrong."""

    cell: Cell
    verdict: Verdict
    detail: str = ""

    @property
    def is_good(self) -> bool:
        return self.verdict in GOOD

    def __str__(self) -> str:
        return f"{self.verdict:<12} {self.cell}{f' ({self.detail})' if self.detail else ''}"

    @classmethod
    def after(cls, cell: Cell, followed: Iterable[str]) -> Outcome:
        """A good outcome: refused or warned, if something had to be followed."""
        ways = list(dict.fromkeys(followed))
        return cls(cell, verdict_after(ways), ", ".join(ways))

    def document(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def parse(cls, document: Mapping[str, Any]) -> Outcome:
        return cls(**{**document, "cell": Cell(**document["cell"])})
