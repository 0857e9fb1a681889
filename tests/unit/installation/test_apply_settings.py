"""`ensure.py settings`: what holds for every kind of setting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from systems_manager_organization.aws.session import botocore_session
from systems_manager_organization.installation import apply_settings
from systems_manager_organization.settings import records
from unit.cases import (
    ACCOUNT_PLACEMENT,
    CASES,
    DELEGATED_ADMINISTRATOR,
    RESTORABLE,
    TRUSTED_ACCESS,
    fault,
    record,
    recorded,
    resolved,
    settings_query,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from botocore.session import Session

    from sandbox import Sandbox
    from unit.cases import Case
    from unit.conftest import Run

IDENTITY = "sts:GetCallerIdentity"
LOAD, SAVE, DELETE = "ssm:GetParametersByPath", "ssm:PutParameter", "ssm:DeleteParameter"

each_kind = pytest.mark.parametrize("case", CASES, ids=lambda case: case.key.partition("/")[0])
each_restorable_kind = pytest.mark.parametrize("case", RESTORABLE, ids=lambda case: case.key.partition("/")[0])


@each_kind
def test_applies_once(aws: Sandbox, run: Run, api_calls: Callable[[], list[str]], case: Case) -> None:
    case.prepare(aws)
    query = settings_query(case.desired(aws))
    before, desired = resolved(aws, case.previous), resolved(aws, case.target)
    assert case.read(aws) == before
    api_calls()

    first = run("ensure", "settings", query=query)
    assert (first.status, first.stderr) == (0, "")
    assert first.stdout == f"{case.key}: {desired} (was {before}).\n"
    verified = [case.read_action, *case.verify_actions]
    assert api_calls() == [IDENTITY, LOAD, SAVE, case.read_action, case.apply_action, *verified, SAVE]
    assert case.read(aws) == desired
    assert recorded(aws)[case.key] == {
        "subject": case.subject,
        "value": desired,
        "previous": before,
        "change": "as the plan shows it",
        "retained": False,
        "reverted": False,
    }

    second = run("ensure", "settings", query=query)
    assert (second.status, second.stderr) == (0, "")
    assert second.stdout == f"{case.key}: already {desired}.\n"
    assert case.apply_action not in api_calls()


@each_restorable_kind
def test_restores_the_previous_value(aws: Sandbox, run: Run, api_calls: Callable[[], list[str]], case: Case) -> None:
    case.prepare(aws)
    query = settings_query(case.desired(aws))
    before, desired = resolved(aws, case.previous), resolved(aws, case.target)
    run("ensure", "settings", query=query)
    api_calls()

    first = run("ensure", "settings", query={**query, "action": "restore"})
    assert (first.status, first.stderr) == (0, "")
    assert first.stdout == f"{case.key}: {before} again (was {desired}).\n"
    assert api_calls().count(case.revert_action) == 1
    assert case.read(aws) == before
    assert recorded(aws) == {}

    second = run("ensure", "settings", query={**query, "action": "restore"})
    assert second.status == 0
    assert f"left as it is, because it is {before} and no longer {desired}" in second.stdout


@each_restorable_kind
@pytest.mark.parametrize("members", [{"retained": True}, {"previous": "WANTED"}], ids=["retained", "unchanged"])
def test_keeps_retained_and_unchanged_settings(aws: Sandbox, run: Run, case: Case, members: dict[str, object]) -> None:
    case.prepare(aws)
    desired = resolved(aws, case.target)
    if "previous" in members:
        members = {"previous": desired}
    query = settings_query(case.desired(aws, **members))
    run("ensure", "settings", query=query)
    outcome = run("ensure", "settings", query={**query, "action": "restore"})
    assert (outcome.status, outcome.stderr) == (0, "")
    assert f"{case.key}: left as it is, because it " in outcome.stdout
    assert case.read(aws) == desired
    assert recorded(aws) == {}


@each_restorable_kind
def test_keeps_later_changes(aws: Sandbox, run: Run, case: Case) -> None:
    case.prepare(aws)
    query = settings_query(case.desired(aws))
    run("ensure", "settings", query=query)
    case.set_to(aws, resolved(aws, case.other))
    outcome = run("ensure", "settings", query={**query, "action": "restore"})
    assert outcome.status == 0
    assert f"left as it is, because it is {resolved(aws, case.other)} and no longer" in outcome.stdout
    assert case.read(aws) == resolved(aws, case.other)


@each_kind
@pytest.mark.parametrize("kind", ["throttle", "server_error", "dropped"])
def test_retries_transient_errors(aws: Sandbox, run: Run, case: Case, kind: str) -> None:
    case.prepare(aws)
    query = settings_query(case.desired(aws))
    for call in (IDENTITY, LOAD, SAVE, case.read_action, case.apply_action):
        aws.faults.inject(fault(call, kind=kind, times=2))
    outcome = run("ensure", "settings", query=query)
    assert (outcome.status, outcome.stderr) == (0, "")
    assert case.read(aws) == resolved(aws, case.target)


@pytest.mark.parametrize(
    "case", [TRUSTED_ACCESS, ACCOUNT_PLACEMENT, DELEGATED_ADMINISTRATOR], ids=lambda case: case.key
)
def test_retries_a_conflict(aws: Sandbox, run: Run, case: Case) -> None:
    case.prepare(aws)
    query = settings_query(case.desired(aws))
    aws.faults.inject(fault(case.apply_action, kind="conflict", times=3))
    outcome = run("ensure", "settings", query=query)
    assert outcome.status == 0
    assert outcome.stderr == (
        f"ensure.py settings: {case.apply_action} conflicts with another change: retrying for up to three minutes.\n"
    )
    assert [1 >= pause / longest >= 0.5 for pause, longest in zip(outcome.pauses, (1, 2, 4), strict=True)] == [True] * 3
    assert case.read(aws) == resolved(aws, case.target)


def test_two_that_are_destroyed_at_the_same_time(aws: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each finds the record of the other; the one that deletes its own last restores."""
    desired, other = TRUSTED_ACCESS.desired(aws), "/systems-manager-organization/settings/another"
    assert run("ensure", "settings", query=settings_query(desired)).status == 0
    record(aws, recorded(aws), name=other)

    def save(*arguments: Any) -> None:
        records.save_records(*arguments)
        aws.client("ssm").delete_parameter(Name=other)

    monkeypatch.setattr(apply_settings, "save_records", save)
    desired = {key: value for key, value in desired.items() if key != "change"}
    outcome = run("ensure", "settings", query=settings_query(desired, action="restore"))
    assert "left as it is, because the installation another uses it as well" in outcome.stdout
    assert TRUSTED_ACCESS.read(aws) == TRUSTED_ACCESS.previous


@pytest.mark.parametrize("case", [TRUSTED_ACCESS, ACCOUNT_PLACEMENT], ids=lambda case: case.key)
def test_a_permanent_conflict_is_an_error(
    aws: Sandbox, run: Run, api_calls: Callable[[], list[str]], case: Case
) -> None:
    query = settings_query(case.desired(aws))
    aws.faults.inject(fault(case.apply_action, kind="conflict", times=1000))
    outcome = run("ensure", "settings", query=query)
    assert (outcome.status, outcome.stdout) == (1, "")
    assert "Exception: " in outcome.stderr
    assert "run this again later" in outcome.stderr
    assert api_calls().count(case.apply_action) == 10
    assert 60 < sum(outcome.pauses) <= 180


@each_kind
def test_a_denied_call_has_action_account_and_remedy(aws: Sandbox, run: Run, case: Case) -> None:
    case.prepare(aws)
    query = settings_query(case.desired(aws))
    aws.faults.inject(fault(case.apply_action, kind="access_denied", times=1000))
    outcome = run("ensure", "settings", query=query)
    assert (outcome.status, outcome.stdout) == (1, "")
    assert outcome.stderr.count("\n") == 1
    assert f"{case.apply_action} failed for account 111111111111 in Region us-east-1: AccessDenied" in outcome.stderr
    assert f"Allow {case.apply_action} to the script's credentials" in outcome.stderr
    assert recorded(aws)[case.key]["change"] == "", "what is not done is not recorded as done"


@each_kind
def test_a_change_that_is_already_applied(aws: Sandbox, run: Run, case: Case) -> None:
    """As after an answer that was lost: the change is there when it is requested, and AWS refuses to do it twice."""
    case.prepare(aws)
    query = settings_query(case.desired(aws))
    service, operation = case.apply_action.split(":")

    def meanwhile(**_event: object) -> None:
        if case.read(aws) != resolved(aws, case.target):
            case.set_to(aws, resolved(aws, case.target))

    def session(**options: Any) -> Session:
        made = botocore_session(**options)
        made.get_component("event_emitter").register(f"before-call.{service}.{operation}", meanwhile)
        return made

    outcome = run("ensure", "settings", query=query, session_factory=session)
    assert (outcome.status, outcome.stderr) == (0, "")
    assert case.read(aws) == resolved(aws, case.target)


@each_restorable_kind
def test_settings_that_are_no_longer_desired_are_restored_and_recorded(aws: Sandbox, run: Run, case: Case) -> None:
    case.prepare(aws)
    run("ensure", "settings", query=settings_query(case.desired(aws)))
    reverts = f'{{"{case.key}": "back, as the plan shows it"}}'
    outcome = run("ensure", "settings", query=settings_query(reverts=reverts))
    assert (outcome.status, outcome.stderr) == (0, "")
    assert outcome.stdout == f"{case.key}: {resolved(aws, case.previous)} again (was {resolved(aws, case.target)}).\n"
    assert case.read(aws) == resolved(aws, case.previous)
    assert recorded(aws)[case.key]["change"] == "back, as the plan shows it"
    assert recorded(aws)[case.key]["reverted"] is True

    again = run("ensure", "settings", query=settings_query(case.desired(aws)))
    assert again.stdout == f"{case.key}: {resolved(aws, case.target)} (was {resolved(aws, case.previous)}).\n"
