"""The upgrade from the last release: each example's state, as that release made it, is planned with the present module.

`make release-states` writes the states. The resources in them are created again in the sandbox by the requests that
created them, so the plan refreshes the state as any plan does. UPGRADING.md.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from harness.assertions import assert_no_violations
from tools.interface.command import RELEASED
from tools.release_states.states import read

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.workspace import Workspaces
    from sandbox import Sandbox
    from tools.release_states.states import ReleasedState

_STATES = read()

_LOSES = {"delete", "forget"}
# Their replacement calls nothing that deletes: README, "Changes".
_REPLACED_BY_EVERY_CHANGE = re.compile(r"\.terraform_data\.changes$")


def test_states_are_of_the_last_release() -> None:
    released = json.loads(RELEASED.read_text(encoding="utf-8"))["version"]
    assert {state.version for state in _STATES} == {released}, "run make release-states"


@pytest.mark.parametrize("released", [pytest.param(state, id=state.example) for state in _STATES])
def test_nothing_is_lost(sandbox: Sandbox, workspaces: Workspaces, released: ReleasedState) -> None:
    plan = released.restore(sandbox, workspaces).plan()

    assert_no_violations(sandbox)
    lost = {
        change["address"]: change["change"]["actions"]
        for change in plan.document["resource_changes"]
        if _LOSES & set(change["change"]["actions"]) and not _is_replaced_by_every_change(change)
    }
    assert lost == {}


def _is_replaced_by_every_change(change: Mapping[str, Any]) -> bool:
    actions = change["change"]["actions"]
    return "create" in actions and bool(_REPLACED_BY_EVERY_CHANGE.search(change["address"]))
