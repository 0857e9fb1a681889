"""The order and the units in which pytest-xdist's workers take tests.

An apply of one of these folders waits, for StackSets and for what AWS may show late, several times as long as it
computes: the provider's pauses are real. So these start first, each by itself, and all others compute meanwhile. The
tests of another file stay on one worker, with the fixtures that they share.
"""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

_WAITING = ("tests/terraform/modules/", "tests/terraform/examples/")


def waits(node_id: str) -> bool:
    """Whether a test mostly waits."""
    return node_id.startswith(_WAITING)


def unit_of(node_id: str) -> str:
    """What a worker takes at once: the test, or its file."""
    return node_id if waits(node_id) else node_id.partition("::")[0]


class WaitingFirst(LoadScopeScheduling):  # type: ignore[misc]
    """`--dist loadfile`, with a unit of its own for each test that mostly waits."""

    def _split_scope(self, nodeid: str) -> str:
        return unit_of(nodeid)
