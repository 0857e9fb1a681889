"""The order and the units in which pytest-xdist's workers take tests.

An apply of some folders waits, for StackSets and for what AWS may show late, several times as long as it computes: the
provider's pauses are real. So each of these tests is by itself, and they start early, beside those whose Terraform
computes: while some wait, the others compute. The short tests come last, and fill what is left until all end. The tests
of another file stay on one worker, with the fixtures that they share.
"""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Protocol, TypeVar

from xdist.scheduler import LoadScopeScheduling

if TYPE_CHECKING:
    from collections.abc import Sequence

_WAITING = ("tests/terraform/modules/", "tests/terraform/examples/")
_COMPUTING = "tests/terraform/"


class _Test(Protocol):
    @property
    def nodeid(self) -> str: ...


Item = TypeVar("Item", bound=_Test)


def waits(node_id: str) -> bool:
    """Whether a test mostly waits."""
    return node_id.startswith(_WAITING)


def unit_of(node_id: str) -> str:
    """What a worker takes at once: the test, or its file."""
    return node_id if waits(node_id) else node_id.partition("::")[0]


def in_order(items: Sequence[Item]) -> list[Item]:
    """The order in which they start: those that wait spread evenly among those that compute, then the others."""
    units = [list(unit) for _, unit in groupby(items, key=lambda item: unit_of(item.nodeid))]
    waiting = [unit for unit in units if waits(unit[0].nodeid)]
    computing = [unit for unit in units if unit[0].nodeid.startswith(_COMPUTING) and not waits(unit[0].nodeid)]
    others = [unit for unit in units if not unit[0].nodeid.startswith(_COMPUTING)]
    places = [(place / len(kind), unit) for kind in (waiting, computing) for place, unit in enumerate(kind)]
    spread = [unit for _, unit in sorted(places, key=itemgetter(0))]
    return [item for unit in (*spread, *others) for item in unit]


class InOrder(LoadScopeScheduling):  # type: ignore[misc]
    """`--dist loadfile`, with a unit of its own for each test that mostly waits."""

    def _split_scope(self, nodeid: str) -> str:
        return unit_of(nodeid)
