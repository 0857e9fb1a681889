"""`report.py restore`. With Terraform: tests/terraform/lifecycle/test_uninstall.py."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sandbox_tests.cases.quick_setup import policy
from unit.cases import (
    ACCOUNT_PLACEMENT,
    ADMINISTRATOR,
    DEFAULT_HOST_MANAGEMENT_ROLE,
    DELEGATED_ADMINISTRATOR,
    INSTALLATION,
    RECORD,
    RESTORABLE,
    TRUSTED_ACCESS,
    fault,
    parent,
    record,
    recorded,
    registered,
    resolved,
    root_id,
    settings_query,
    trusted,
    unit_id,
)
from unit.conftest import TerminalText
from unit.quick_setup_cases import EXECUTION, TAG, create, names, prepare, remove_administration_role

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox import Sandbox
    from unit.cases import Case
    from unit.conftest import Run

OURS = f"{INSTALLATION}/2026-11-28T10:12:48Z"
OTHER_RECORD = "/systems-manager-organization/settings/other"
SETTING = "/ssm/managed-instance/default-ec2-instance-management-role"
WRITES = ("Create", "Delete", "Detach", "Disable", "Deregister", "Move", "Put", "Reset", "Update")

each_restorable_kind = pytest.mark.parametrize("case", RESTORABLE, ids=lambda case: case.key.partition("/")[0])


def apply(aws: Sandbox, run: Run, *cases: Case, **members: object) -> None:
    """Applies settings as Terraform does, which records them."""
    for case in cases:
        case.prepare(aws)
    assert (
        run("ensure", "settings", query=settings_query(*(case.desired(aws, **members) for case in cases))).status == 0
    )


def entry(value: str, previous: str, subject: str = "", **members: object) -> dict[str, Any]:
    return {
        "subject": subject,
        "value": value,
        "previous": previous,
        "change": "",
        "retained": False,
        "reverted": False,
        **members,
    }


def make_role(aws: Sandbox, name: str) -> None:
    aws.client("iam").create_role(
        RoleName=name,
        Path="/service-role/",
        AssumeRolePolicyDocument=policy(Principal={"Service": "ssm.amazonaws.com"}),
        Tags=[{"Key": TAG, "Value": OURS}],
    )


def role_exists(aws: Sandbox, name: str) -> bool:
    return name in {role["RoleName"] for role in aws.client("iam").list_roles()["Roles"]}


def tag_unit(aws: Sandbox, name: str) -> str:
    unit = unit_id(aws, name)
    aws.client("organizations").tag_resource(ResourceId=unit, Tags=[{"Key": TAG, "Value": OURS}])
    return unit


def written(calls: list[str]) -> list[str]:
    return [call for call in calls if call.partition(":")[2].startswith(WRITES)]


# What it does


@each_restorable_kind
def test_each_kind_is_restored_from_the_record(aws: Sandbox, run: Run, case: Case) -> None:
    apply(aws, run, case)
    before, value = resolved(aws, case.previous), resolved(aws, case.target)
    outcome = run("report", "restore", "--yes")
    assert (outcome.status, outcome.stdout) == (0, f"{case.key}: {before} again (was {value}).\n")
    assert case.read(aws) == before
    assert recorded(aws) == {}


def test_the_list_comes_first_and_a_dry_run_changes_nothing(
    aws: Sandbox, run: Run, api_calls: Callable[[], list[str]]
) -> None:
    apply(aws, run, TRUSTED_ACCESS, ACCOUNT_PLACEMENT, DELEGATED_ADMINISTRATOR)
    prepare(aws)
    unit, arn = tag_unit(aws, "SystemsManager"), create(aws, mark=OURS)
    make_role(aws, "Ours")
    api_calls()
    outcome = run("report", "restore", "--dry-run")
    assert (outcome.status, outcome.stderr, written(api_calls())) == (0, "", [])
    lines = outcome.stdout.splitlines()
    assert lines[0].startswith(f"Installation {INSTALLATION} in account 111111111111.")
    order = [
        f'- configuration manager "scan" ({arn}), its deployment is SUCCEEDED: will be deleted, with what it deployed.',
        f"- delegated-administrator/ssm.amazonaws.com: {ADMINISTRATOR} -> none; AWS then deletes its Explorer syncs.",
        f"- account-placement/administrator (account {ADMINISTRATOR}): {unit} (SystemsManager) -> r-sbox (the root).",
        "- trusted-access/ssm.amazonaws.com: enabled -> disabled.",
        f"- the record {RECORD}: will be deleted.",
        "- role Ours: will be deleted.",
        f'- organizational unit "SystemsManager" ({unit}): will be deleted.',
    ]
    assert [line for line in lines if line in order] == order
    assert lines[-1].startswith("Without --dry-run this is refused: scan: deployed. Nothing was changed.")
    allowed = run("report", "restore", "--dry-run", "--deployed")
    assert (allowed.status, "is refused" in allowed.stdout) == (0, False)


def test_nothing_is_touched_that_has_another_tag_or_none(aws: Sandbox, run: Run) -> None:
    prepare(aws)
    create(aws, "by hand")
    create(aws, "of another", mark="other/2026-11-28T10:12:48Z")
    make_role(aws, "Ours")
    unit_id(aws, "By hand")
    outcome = run("report", "restore", "--installation", INSTALLATION, "--yes")
    assert (outcome.status, outcome.stdout) == (0, "role Ours: deleted.\n")
    assert sorted(names(aws)) == ["by hand", "of another"]


def test_a_deployment_in_progress_is_waited_for(aws: Sandbox, run: Run) -> None:
    prepare(aws)
    create(aws, mark=OURS, completed=False)
    outcome = run("report", "restore", "--deployed", "--yes")
    assert (outcome.status, outcome.stdout) == (0, "scan: deleted.\n")
    assert "The deployment of scan is in progress: waiting for it." in outcome.stderr
    assert names(aws) == []


def test_the_previous_unit_is_gone(aws: Sandbox, run: Run) -> None:
    unit, gone = unit_id(aws, "SystemsManager"), unit_id(aws, "Elsewhere")
    ACCOUNT_PLACEMENT.set_to(aws, unit)
    record(aws, {ACCOUNT_PLACEMENT.key: entry(unit, gone, ADMINISTRATOR)})
    aws.client("organizations").delete_organizational_unit(OrganizationalUnitId=gone)
    outcome = run("report", "restore", "--yes")
    assert outcome.status == 0
    assert f"{unit} (SystemsManager) -> r-sbox (the root) ({gone} is gone)." in outcome.stderr
    assert parent(aws) == root_id(aws)


def test_a_created_account_stays_and_is_named(aws: Sandbox, run: Run) -> None:
    unit = tag_unit(aws, "SystemsManager")
    ACCOUNT_PLACEMENT.set_to(aws, unit)
    record(aws, {ACCOUNT_PLACEMENT.key: entry(unit, "", ADMINISTRATOR)})
    outcome = run("report", "restore", "--yes")
    assert outcome.status == 1
    assert f"aws organizations close-account --account-id {ADMINISTRATOR}" in outcome.stdout
    assert 'organizational unit "SystemsManager": deleted.' in outcome.stdout
    assert parent(aws) == root_id(aws)


def test_what_failed_stays_recorded_and_is_done_by_the_next_run(aws: Sandbox, run: Run) -> None:
    apply(aws, run, TRUSTED_ACCESS, ACCOUNT_PLACEMENT, DELEGATED_ADMINISTRATOR)
    tag_unit(aws, "SystemsManager")
    aws.faults.inject(fault("organizations:MoveAccount", kind="access_denied", times=1000))
    failed = run("report", "restore", "--yes")
    assert failed.status == 1
    assert "account-placement/administrator: organizations:MoveAccount failed for" in failed.stderr
    assert (registered(aws), trusted(aws)) == ("none", "enabled"), "what depends on the others waits"
    assert set(recorded(aws)) == {ACCOUNT_PLACEMENT.key, TRUSTED_ACCESS.key}

    aws.faults.reset()
    assert run("report", "restore", "--yes").status == 0
    assert (parent(aws), trusted(aws), recorded(aws)) == (root_id(aws), "disabled", {})


def test_in_a_member_account_only_the_record_is_used(
    aws: Sandbox, run: Run, act_as: Callable[[str], None], api_calls: Callable[[], list[str]]
) -> None:
    value = json.dumps(
        {"schema": 1, "settings": {DEFAULT_HOST_MANAGEMENT_ROLE.key: entry("service-role/Ours", "none")}}
    )
    ssm = aws.client("ssm", ADMINISTRATOR)
    ssm.put_parameter(Name=RECORD, Value=value, Type="String")
    ssm.update_service_setting(SettingId=SETTING, SettingValue="service-role/Ours")
    act_as(ADMINISTRATOR)
    api_calls()
    outcome = run("report", "restore", "--yes")
    assert (outcome.status, outcome.stdout) == (
        0,
        "default-host-management-role/us-east-1: none again (was service-role/Ours).\n",
    )
    assert "ssm-quicksetup:ListConfigurationManagers" not in api_calls()


# What it leaves


@pytest.mark.parametrize(
    "case",
    [ACCOUNT_PLACEMENT, DEFAULT_HOST_MANAGEMENT_ROLE, DELEGATED_ADMINISTRATOR],
    ids=lambda case: case.key.partition("/")[0],
)
def test_a_value_changed_since_is_left_and_named(aws: Sandbox, run: Run, case: Case) -> None:
    apply(aws, run, case)
    changed, value = resolved(aws, case.other), resolved(aws, case.target)
    case.set_to(aws, changed)
    outcome = run("report", "restore", "--yes")
    reason = f"because it is {changed} and no longer {value}."
    assert (outcome.status, outcome.stdout) == (0, f"{case.key}: left as it is, {reason}\n")
    assert f"stays as it is, {reason}" in outcome.stderr
    assert case.read(aws) == changed


@each_restorable_kind
def test_what_another_installation_requires_is_left(aws: Sandbox, run: Run, case: Case) -> None:
    apply(aws, run, case)
    value = resolved(aws, case.target)
    record(aws, {case.key: entry(value, resolved(aws, case.previous), case.subject)}, name=OTHER_RECORD)
    outcome = run("report", "restore", "--installation", INSTALLATION, "--yes")
    assert outcome.status == 0
    assert "stays as it is, because the installation other uses it as well." in outcome.stderr
    assert case.read(aws) == value
    assert recorded(aws) == {}


@each_restorable_kind
def test_what_destroy_retains_is_left(aws: Sandbox, run: Run, case: Case) -> None:
    apply(aws, run, case, retained=True)
    outcome = run("report", "restore", "--yes")
    assert (outcome.status, recorded(aws)) == (0, {})
    assert case.read(aws) == resolved(aws, case.target)


def test_a_role_of_another_configuration_is_left(aws: Sandbox, run: Run) -> None:
    prepare(aws)
    aws.client("iam").tag_role(RoleName=EXECUTION, Tags=[{"Key": TAG, "Value": OURS}])
    arn = create(aws, "by hand")
    outcome = run("report", "restore", "--yes")
    assert outcome.status == 1
    assert f'role {EXECUTION}: stays, because the configuration manager "by hand" ({arn}) uses it.' in outcome.stdout
    assert role_exists(aws, EXECUTION)


@pytest.mark.parametrize("region", ["us-east-1", "ap-northeast-1"])
def test_a_role_that_stays_set_is_left(aws: Sandbox, run: Run, region: str) -> None:
    """Without Python, and in Regions beside the module's, Terraform sets it, and there is no record."""
    make_role(aws, "Ours")
    ssm = aws.client("ssm", region=region)
    ssm.update_service_setting(SettingId=SETTING, SettingValue="service-role/Ours")
    outcome = run("report", "restore", "--yes")
    assert outcome.status == 1
    assert f"aws ssm reset-service-setting --region {region} --setting-id /ssm/managed-instance" in outcome.stdout
    assert role_exists(aws, "Ours")

    ssm.update_service_setting(SettingId=SETTING, SettingValue="service-role/ByHand")
    assert run("report", "restore", "--yes").status == 0
    assert not role_exists(aws, "Ours")


def test_what_could_not_be_read_is_named(aws: Sandbox, run: Run) -> None:
    apply(aws, run, TRUSTED_ACCESS)
    record(aws, {}, name=OTHER_RECORD, schema=2)
    outcome = run("report", "restore", "--installation", INSTALLATION, "--dry-run")
    assert outcome.status == 0
    assert f"Not read: {OTHER_RECORD}. If it is another installation's" in outcome.stdout


# What it refuses


def test_nothing_to_look_at_is_no_success(run: Run, aws: Sandbox) -> None:
    unit_id(aws, "By hand")
    outcome = run("report", "restore", "--yes")
    assert (outcome.status, outcome.stdout) == (1, "")
    assert "account 111111111111 has nothing of this module: no record below" in outcome.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), f"there are several in account 111111111111. Use --installation with one of: {INSTALLATION}, other."),
        (("--installation", "typo"), "there is no installation typo in account 111111111111. Use --installation with"),
    ],
)
def test_the_installation_is_unambiguous(aws: Sandbox, run: Run, arguments: tuple[str, ...], words: str) -> None:
    record(aws, {TRUSTED_ACCESS.key: entry("enabled", "disabled")})
    record(aws, {TRUSTED_ACCESS.key: entry("enabled", "disabled")}, name=OTHER_RECORD)
    outcome = run("report", "restore", "--yes", *arguments)
    assert outcome.status == 1
    assert words in outcome.stderr


@pytest.mark.parametrize(
    "settings",
    [
        {"unknown-kind/x": entry("a", "b")},
        {TRUSTED_ACCESS.key: entry("enabled", "whatever")},
        {ACCOUNT_PLACEMENT.key: entry("r-sbox", "$(reboot)", ADMINISTRATOR)},
        {TRUSTED_ACCESS.key: {"value": "enabled"}},
    ],
)
def test_a_record_that_the_module_did_not_write(
    aws: Sandbox, run: Run, api_calls: Callable[[], list[str]], settings: dict[str, Any]
) -> None:
    record(aws, settings)
    make_role(aws, "Ours")
    api_calls()
    outcome = run("report", "restore", "--yes")
    assert (outcome.status, written(api_calls())) == (1, [])
    assert f"{RECORD} in us-east-1 is not what this version of the module writes" in outcome.stderr


def test_a_poisoned_record_is_shown_before_the_account_moves(aws: Sandbox, run: Run) -> None:
    unit, foreign = unit_id(aws, "SystemsManager"), unit_id(aws, "Elsewhere")
    ACCOUNT_PLACEMENT.set_to(aws, unit)
    record(aws, {ACCOUNT_PLACEMENT.key: entry(unit, foreign, ADMINISTRATOR)})
    outcome = run("report", "restore", stdin=TerminalText("n\n"))
    assert (outcome.status, outcome.stdout) == (1, "")
    assert f"(account {ADMINISTRATOR}): {unit} (SystemsManager) -> {foreign} (Elsewhere)." in outcome.stderr
    assert "The previous values are those of the record: check them." in outcome.stderr
    assert parent(aws) == unit


@pytest.mark.parametrize("stdin", [None, TerminalText("n\n"), TerminalText("")])
def test_without_a_yes_nothing_changes(
    aws: Sandbox, run: Run, api_calls: Callable[[], list[str]], stdin: TerminalText | None
) -> None:
    apply(aws, run, TRUSTED_ACCESS)
    api_calls()
    outcome = run("report", "restore", stdin=stdin)
    assert (outcome.status, outcome.stdout, written(api_calls())) == (1, "", [])


def test_what_is_deployed_takes_an_option(aws: Sandbox, run: Run, api_calls: Callable[[], list[str]]) -> None:
    """A living installation looks the same as one whose state is lost."""
    prepare(aws)
    create(aws, mark=OURS)
    api_calls()
    outcome = run("report", "restore", "--yes")
    assert (outcome.status, written(api_calls())) == (1, [])
    assert "scan: deployed. Nothing was changed. If a Terraform state has this installation" in outcome.stderr


def test_missing_roles(aws: Sandbox, run: Run, api_calls: Callable[[], list[str]]) -> None:
    prepare(aws)
    create(aws, mark=OURS)
    apply(aws, run, TRUSTED_ACCESS)
    remove_administration_role(aws)
    api_calls()
    outcome = run("report", "restore", "--deployed", "--yes")
    assert (outcome.status, written(api_calls())) == (1, [])
    assert "the configuration managers cannot be deleted. Nothing was changed. The role" in outcome.stderr
    assert "docs/operations/uninstall.md" in outcome.stderr


def test_the_region_of_what_is_regional(aws: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare(aws)
    create(aws, mark=OURS)
    record(aws, {"resource-data-sync/organization": entry("present", "absent")})
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    outcome = run("report", "restore", "--deployed", "--yes")
    assert outcome.status == 1
    assert "resource data syncs in us-east-1, and this is eu-west-1. Use --region us-east-1." in outcome.stderr
    assert names(aws) == ["scan"]
