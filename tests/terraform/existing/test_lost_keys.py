"""A key whose creation had no answer, or was not in the state when the apply was killed: KMS has no name for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from harness.assertions import assert_plan_empty, plan_errors
from harness.complete import ADMINISTRATOR
from harness.examples import register_administrator
from harness.interruption import kill_at
from harness.recovery import ADOPTED, KEY_DELETED, apply_adopted, follow_warnings, run_adopt
from harness.workspace import change_inputs
from sandbox import Fault
from systems_manager_organization.creation_tag import TAG

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.terraform import Terraform
    from harness.workspace import Workspaces
    from sandbox import Call, Sandbox

_DESCRIPTION = "Session Manager: logs of the organization."
_KEY = "module.preferences.aws_kms_key.this[0]"
_EVENTS, _RECORDINGS = (f"module.access.aws_kms_key.{name}[0]" for name in ("events", "recordings"))


def _kms(sandbox: Sandbox, region: str = "us-east-1") -> Any:
    return sandbox.client("kms", ADMINISTRATOR, region)


def _keys(sandbox: Sandbox) -> dict[str, str]:
    """The keys that are charged, with their descriptions, by id."""
    found = [_kms(sandbox).describe_key(KeyId=key["KeyId"])["KeyMetadata"] for key in _kms(sandbox).list_keys()["Keys"]]
    return {key["KeyId"]: key["Description"] for key in found if key["KeyState"] == "Enabled"}


def _ids(terraform: Terraform, *addresses: str) -> set[str]:
    state = terraform.state()
    return {str(state[address]["key_id"]) for address in addresses}


def _call(sandbox: Sandbox, workspaces: Workspaces, **calls: Mapping[str, object]) -> Terraform:
    modules = {
        name: {"source": f"../module/modules/{call['source']}", "name": name, "regions": ["us-east-1"]}
        | {key: value for key, value in call.items() if key != "source"}
        for name, call in calls.items()
    }
    return workspaces.call_modules(modules, sandbox.environment(ADMINISTRATOR))


def _preferences(sandbox: Sandbox, workspaces: Workspaces, **inputs: object) -> Terraform:
    register_administrator(sandbox)
    call = {"source": "session-manager-preferences", "bucket": {"force_destroy": True}, **inputs}
    return _call(sandbox, workspaces, preferences=call)


def _is_key_created(call: Call) -> bool:
    return call.operation == "CreateKey"


@pytest.mark.timeout(900)
@pytest.mark.scenario("bare")
def test_a_second_key_is_warned_of(sandbox: Sandbox, workspaces: Workspaces) -> None:
    terraform = _preferences(sandbox, workspaces)
    sandbox.faults.inject(Fault("kms", "CreateKey", "answer_lost"))
    terraform.apply()
    (key_id,) = _ids(terraform, _KEY)
    (second,) = _keys(sandbox).keys() - {key_id}

    plan = terraform.plan()
    assert_plan_empty(plan, warnings=("Check block assertion failed",))
    (warning,) = plan.warnings
    assert f'The key "{_DESCRIPTION}" exists twice: {second}, created by installation ' in warning.detail
    assert f"aws kms untag-resource --key-id {second} --tag-keys {TAG} --region us-east-1" in warning.detail
    assert follow_warnings(terraform, plan) == KEY_DELETED
    assert set(_keys(sandbox)) == {key_id}
    assert_plan_empty(terraform.plan())

    # One that the state has: its alias is planned again, and nobody is told to delete it.
    _kms(sandbox).delete_alias(AliasName="alias/preferences")
    plan = terraform.plan()
    assert (plan.actions(), plan.warnings) == ({"module.preferences.aws_kms_alias.this[0]": "create"}, ())
    terraform.apply()

    # Not told of: the tag taken away, disabled, an alias; another Region, description or installation.
    _create_others(sandbox, _kms(sandbox).list_resource_tags(KeyId=key_id)["Tags"])
    assert_plan_empty(terraform.plan())

    # Who plans without the permission is not told.
    _create(sandbox, _kms(sandbox).list_resource_tags(KeyId=key_id)["Tags"])
    assert len(terraform.plan().warnings) == 1
    sandbox.faults.inject(Fault("resourcegroupstaggingapi", "GetResources", "access_denied", times=9))
    assert_plan_empty(terraform.plan())
    sandbox.faults.reset()
    change_inputs(terraform, "preferences", python_command=None)
    plan = terraform.plan()
    # What changed targets replace from now on.
    runner = "module.preferences.module.stack_set.terraform_data.without_python[1]"
    assert (plan.actions(), plan.warnings) == ({runner: "create"}, ())
    terraform.destroy()


def _create(sandbox: Sandbox, tags: object, description: str = _DESCRIPTION, region: str = "us-east-1") -> str:
    kms = _kms(sandbox, region)
    return str(kms.create_key(Description=description, Tags=tags)["KeyMetadata"]["KeyId"])


def _create_others(sandbox: Sandbox, tags: object) -> None:
    kms = _kms(sandbox)
    kms.untag_resource(KeyId=_create(sandbox, tags), TagKeys=[TAG])
    kms.disable_key(KeyId=_create(sandbox, tags))
    kms.create_alias(AliasName="alias/theirs", TargetKeyId=_create(sandbox, tags))
    _create(sandbox, tags, region="eu-west-1")
    _create(sandbox, tags, "Theirs.")
    _create(sandbox, [{"TagKey": TAG, "TagValue": "20260101T000000Z-000000/2026-01-01T00:00:00Z"}])


@pytest.mark.timeout(900)
@pytest.mark.scenario("bare")
def test_a_key_that_an_apply_left_is_refused(sandbox: Sandbox, workspaces: Workspaces) -> None:
    terraform = _preferences(sandbox, workspaces)
    assert kill_at(sandbox, terraform, _is_key_created)
    (lost,) = _keys(sandbox)
    errors = plan_errors(terraform)
    assert f'EXISTS_ALREADY: The key "{_DESCRIPTION}" already exists ({lost}). This installation created it' in errors
    assert f"aws kms schedule-key-deletion --key-id {lost} --pending-window-in-days 30 --region us-east-1" in errors
    status, blocks, remarks = run_adopt(terraform, errors)
    assert (status, f'  to = {_KEY}\n  id = "{lost}"\n' in blocks) == (0, True), remarks
    assert apply_adopted(terraform) == 1
    assert set(_keys(sandbox)) == {lost}
    assert_plan_empty(terraform.plan())
    terraform.destroy()

    # The state of the apply was lost too, and with it the name of the installation.
    assert kill_at(sandbox, terraform, _is_key_created)
    (lost,) = _keys(sandbox)
    (terraform.directory / "terraform.tfstate").unlink()
    tags = {tag["TagKey"]: tag["TagValue"] for tag in _kms(sandbox).list_resource_tags(KeyId=lost)["Tags"]}
    installation = tags[TAG].partition("/")[0]
    assert f"({lost}). Installation {installation} created it" in plan_errors(terraform)
    change_inputs(terraform, "preferences", installation=installation)
    status, _, remarks = run_adopt(terraform)
    assert status == 0, remarks
    apply_adopted(terraform)
    assert set(_keys(sandbox)) == _ids(terraform, _KEY) == {lost}
    assert_plan_empty(terraform.plan())

    # Without Python the plan creates another one.
    terraform.forget(_KEY)
    _kms(sandbox).delete_alias(AliasName="alias/preferences")
    terraform.forget("module.preferences.aws_kms_alias.this[0]")
    plan_errors(terraform)
    change_inputs(terraform, "preferences", python_command=None)
    terraform.plan()


@pytest.mark.timeout(900)
@pytest.mark.scenario("bare")
def test_each_of_two_keys_is_its_own(sandbox: Sandbox, workspaces: Workspaces) -> None:
    """Just-in-time node access has two, and no alias."""
    register_administrator(sandbox, "ssm-quicksetup.amazonaws.com")
    (root,) = sandbox.client("organizations").list_roots()["Roots"]
    access = {
        "source": "just-in-time-node-access",
        "unified_console": {"home_region": "us-east-1", "regions": ["us-east-1"], "targets": [root["Id"]]},
        "events": {},
        "rdp_recording": {"force_destroy": True},
    }
    terraform = _call(sandbox, workspaces, access=access)
    terraform.apply()
    assert_plan_empty(terraform.plan())
    keys = _ids(terraform, _EVENTS, _RECORDINGS)
    assert set(_keys(sandbox)) == keys

    (events,) = _ids(terraform, _EVENTS)
    terraform.forget(_EVENTS)
    terraform.forget(_RECORDINGS)
    errors = plan_errors(terraform)
    assert errors.count("EXISTS_ALREADY: The key ") == 2
    _, blocks, _ = run_adopt(terraform, errors)
    assert f'  to = {_EVENTS}\n  id = "{events}"\n' in blocks
    assert apply_adopted(terraform) == 2
    assert _ids(terraform, _EVENTS, _RECORDINGS) == keys
    assert_plan_empty(terraform.plan())

    # A key of an earlier version has no tag.
    _kms(sandbox).untag_resource(KeyId=events, TagKeys=[TAG])
    assert_plan_empty(terraform.plan())
    assert not (terraform.directory / ADOPTED).exists()
    terraform.destroy()
