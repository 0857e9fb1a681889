"""`observe.py organization`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sandbox import Scenario
from sandbox.server.calls import is_read_only
from sandbox_tests.cases.quick_setup import policy
from unit.cases import (
    ADMINISTRATOR,
    DEFAULT_HOST_MANAGEMENT_ROLE,
    INSTALLATION,
    RECORD,
    record,
    register,
    root_id,
    set_trusted,
    unit_id,
)
from unit.quick_setup_cases import DENIED, MANAGEMENT, WORKLOAD, create, prepare

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox import Sandbox
    from unit.conftest import Outcome, Run

TYPE = "AWSQuickSetupType-PatchPolicy"
OURS, OTHERS = f"{INSTALLATION}/2026-11-01T00:00:00Z", "20250101T000000Z-ffffff/2025-01-01T00:00:00Z"
REGISTRATION = "delegated-administrator/ssm.amazonaws.com"
SCAN = {"name": "scan", "type": TYPE, "regions": ["us-east-1"]}


def observe(run: Run, **keys: Any) -> Outcome:
    query = {key: value if isinstance(value, str) else json.dumps(value) for key, value in keys.items()}
    return run("observe", "organization", query={"installation": INSTALLATION, "record_region": "us-east-1", **query})


def observed(run: Run, key: str, **keys: Any) -> Any:
    outcome = observe(run, **keys)
    assert (outcome.status, outcome.stderr) == (0, "")
    return json.loads(outcome.result[key])


def findings(run: Run, **keys: Any) -> dict[str, dict[str, str]]:
    """Errors and warnings, by code."""
    found: list[dict[str, str]] = observed(run, "findings", **keys)
    return {finding["code"]: finding for finding in found if finding["severity"] != "note"}


def test_it_only_reads_and_describes_the_organization(
    aws: Sandbox, run: Run, api_calls: Callable[[], list[str]]
) -> None:
    before = aws.snapshot()
    assert observed(run, "organization") == {
        "id": "o-sandbox0001",
        "root_id": root_id(aws),
        "management_account_id": MANAGEMENT,
    }
    assert not [call for call in api_calls() if not is_read_only(call.partition(":")[2])]
    assert aws.snapshot() == before


def test_another_account_is_one_line(run: Run, act_as: Callable[[str], None]) -> None:
    act_as(ADMINISTRATOR)
    outcome = observe(run, account_id=ADMINISTRATOR)
    assert (outcome.status, outcome.stdout) == (1, "")
    assert outcome.stderr == (
        f"observe.py organization: NOT_MANAGEMENT_ACCOUNT: the credentials belong to account {ADMINISTRATOR}, but the "
        f"management account of this organization is {MANAGEMENT}. Use credentials of the management account.\n"
    )


# What exists


def test_existing_resources_have_their_creator(aws: Sandbox, run: Run) -> None:
    prepare(aws)
    arns = [create(aws, "ours", mark=OURS), create(aws, "theirs", mark=OTHERS), create(aws, "console")]
    unit = unit_id(aws, "SystemsManager")
    existing = observed(
        run,
        "existing",
        resources={
            "role_names": ["AWS-QuickSetup-Execution", "Absent"],
            "organizational_unit": {"name": "SystemsManager"},
            "account_email": "ADMINISTRATOR@example.com",
        },
        configurations=[{**SCAN, "name": name} for name in ("ours", "theirs", "console", "absent")],
    )
    assert set(existing) == {
        "iam-role/AWS-QuickSetup-Execution",
        "organizational-unit",
        "organizations-account",
        f"{TYPE}/ours",
        f"{TYPE}/theirs",
        f"{TYPE}/console",
    }
    for key, expected in {
        f"{TYPE}/ours": (arns[0], "This installation created it (plan of 2026-11-01T00:00:00Z): the state lost it"),
        f"{TYPE}/theirs": (arns[1], "Installation 20250101T000000Z-ffffff created it", "is SUCCEEDED"),
        f"{TYPE}/console": (arns[2], "created manually or by another tool", "report.py adopt >> adopted.tf"),
        "organizational-unit": (unit, f'set dedicated_organizational_unit = {{ id = "{unit}" }}'),
        "organizations-account": (ADMINISTRATOR, f'delegated_administrator = {{ account_id = "{ADMINISTRATOR}" }}'),
        "iam-role/AWS-QuickSetup-Execution": ('role "AWS-QuickSetup-Execution" already exists',),
    }.items():
        assert not [word for word in expected if word not in existing[key]["message"]], existing[key]


def test_a_unit_with_the_name_in_another_parent(aws: Sandbox, run: Run) -> None:
    outer = unit_id(aws, "Outer")
    inner = aws.client("organizations").create_organizational_unit(ParentId=outer, Name="Inner")["OrganizationalUnit"]
    desired = {"organizational_unit": {"name": "Inner"}}
    assert observed(run, "existing", resources=desired) == {}
    desired["organizational_unit"]["parent_id"] = outer
    assert inner["Id"] in observed(run, "existing", resources=desired)["organizational-unit"]["message"]


def test_duplicate_names_are_a_finding(aws: Sandbox, run: Run) -> None:
    prepare(aws)
    arns = [create(aws, "scan", mark=OURS), create(aws, "scan")]
    finding = findings(run, configurations=[SCAN])["DUPLICATE_CONFIGURATION"]
    assert finding["severity"] == "error"
    assert all(arn in finding["message"] for arn in arns)
    assert "report.py discard --deployed ARN" in finding["remedy"]


# Settings


def test_settings_of_the_administrator_have_its_account(aws: Sandbox, run: Run) -> None:
    set_trusted(aws, "enabled")
    register(aws, ADMINISTRATOR)
    names = ("account-placement/administrator", REGISTRATION, "stack-sets-access/organization")
    keys = [{"key": key} for key in names]
    for account in (
        {"administrator_account_id": ADMINISTRATOR},
        {"resources": {"account_email": "administrator@example.com"}},
    ):
        settings = observed(run, "settings", settings=keys, **account)
        assert {key: setting["value"] for key, setting in settings.items()} == {
            "account-placement/administrator": root_id(aws),
            REGISTRATION: ADMINISTRATOR,
            "stack-sets-access/organization": "DISABLED",
        }
    unknown = observed(run, "settings", settings=keys)
    assert unknown["account-placement/administrator"]["value"] == ""


def test_recorded_settings_that_are_no_longer_desired(aws: Sandbox, run: Run) -> None:
    entry = {"subject": "", "value": "enabled", "previous": "disabled", "change": "as planned", "retained": False}
    record(
        aws,
        {
            "trusted-access/ssm.amazonaws.com": {**entry, "reverted": False},
            "trusted-access/ssm-quicksetup.amazonaws.com": {**entry, "reverted": False, "retained": True},
            "trusted-access/resource-explorer-2.amazonaws.com": {**entry, "reverted": True},
        },
    )
    assert observed(run, "no_longer_wanted") == {
        "trusted-access/ssm.amazonaws.com": {"from": "enabled", "to": "disabled", "change": ""},
        "trusted-access/ssm-quicksetup.amazonaws.com": {"from": "enabled", "to": "enabled", "change": ""},
        "trusted-access/resource-explorer-2.amazonaws.com": {
            "from": "enabled",
            "to": "disabled",
            "change": "as planned",
        },
    }
    assert observed(run, "no_longer_wanted", settings=[{"key": "trusted-access/ssm.amazonaws.com"}]).keys() == {
        "trusted-access/ssm-quicksetup.amazonaws.com",
        "trusted-access/resource-explorer-2.amazonaws.com",
    }


def test_a_record_of_another_version_is_a_finding(aws: Sandbox, run: Run) -> None:
    record(aws, {}, schema=2)
    finding = findings(run)["SETTING_RECORD_UNREADABLE"]
    assert (finding["severity"], finding["subject"]) == ("error", RECORD)
    assert f"aws ssm delete-parameter --region us-east-1 --name {RECORD}" in finding["remedy"]


def test_a_record_of_another_installation_is_not_to_be_deleted(aws: Sandbox, run: Run) -> None:
    another = RECORD.rpartition("/")[0] + "/another"
    record(aws, {}, schema=2, name=another)
    remedy = findings(run)["SETTING_RECORD_UNREADABLE"]["remedy"]
    assert f"aws ssm get-parameter-history --region us-east-1 --name {another}" in remedy
    assert "delete" not in remedy


# The administrator


def test_the_management_account_administers_nothing(aws: Sandbox, run: Run) -> None:
    assert "ADMINISTRATOR_IS_MANAGEMENT_ACCOUNT" in findings(run, administrator_account_id=MANAGEMENT)
    assert aws.violations == []


@pytest.mark.parametrize(
    ("account_id", "problem"),
    [("777777777777", "an account in the state SUSPENDED,"), ("999999999999", "not an account of this organization.")],
)
def test_an_account_that_is_no_active_member(aws: Sandbox, run: Run, account_id: str, problem: str) -> None:
    aws.reset(Scenario.named("realistic"))
    finding = findings(run, administrator_account_id=account_id)["ADMINISTRATOR_NOT_ACTIVE_MEMBER"]
    assert f"delegated_administrator.account_id is {problem}" in finding["message"]


def test_where_an_account_outside_the_organization_would_be_is_not_said(aws: Sandbox, run: Run) -> None:
    unit_id(aws, "SystemsManager")
    desired: dict[str, Any] = {"organizational_unit": {"name": "SystemsManager"}}
    keys = {"administrator_account_id": "999999999999", "resources": desired}
    assert list(findings(run, **keys)) == ["ADMINISTRATOR_NOT_ACTIVE_MEMBER"]
    assert observed(run, "existing", **keys) == {}
    # As a warning it does not stop the plan.
    keys["severities"] = {"ADMINISTRATOR_NOT_ACTIVE_MEMBER": "warning"}
    assert list(observed(run, "existing", **keys)) == ["organizational-unit"]


@pytest.mark.parametrize("name", ["id", "parent_id"])
def test_a_dedicated_unit_that_does_not_exist_names_the_nearest(aws: Sandbox, run: Run, name: str) -> None:
    unit = unit_id(aws, "SystemsManager")
    mistyped = f"{unit[:-1]}{'a' if unit[-1] != 'a' else 'b'}"
    keys: dict[str, Any] = {"organizational_unit_id": mistyped}
    if name == "parent_id":
        keys = {"resources": {"organizational_unit": {"name": "Inner", "parent_id": mistyped}}}
    finding = findings(run, administrator_account_id=ADMINISTRATOR, **keys)["TARGET_NOT_FOUND"]
    assert finding["subject"] == f"dedicated_organizational_unit.{name}"
    assert f'has no organizational unit {mistyped}. Did you mean "Root/SystemsManager" ({unit})?' in finding["message"]


def test_another_administrator_is_found_unless_this_installation_registered_it(aws: Sandbox, run: Run) -> None:
    set_trusted(aws, "enabled")
    register(aws, WORKLOAD)
    keys = {"administrator_account_id": ADMINISTRATOR, "settings": [{"key": REGISTRATION}]}
    finding = findings(run, **keys)["ANOTHER_ADMINISTRATOR_REGISTERED"]
    assert f"account {WORKLOAD} is the delegated administrator for ssm.amazonaws.com" in finding["message"]
    assert f"deregister-delegated-administrator --account-id {WORKLOAD}" in finding["remedy"]

    entry = {"subject": "", "value": WORKLOAD, "change": "", "retained": False, "reverted": False}
    record(aws, {REGISTRATION: {**entry, "previous": WORKLOAD}})
    assert "ANOTHER_ADMINISTRATOR_REGISTERED" in findings(run, **keys), "it was there before"
    record(aws, {REGISTRATION: {**entry, "previous": "none"}})
    assert "ANOTHER_ADMINISTRATOR_REGISTERED" not in findings(run, **keys)


def test_another_role_of_default_host_management(aws: Sandbox, run: Run) -> None:
    code, case = "DEFAULT_HOST_MANAGEMENT_ROLE_REPLACED", DEFAULT_HOST_MANAGEMENT_ROLE
    keys = {
        "settings": [{"key": case.key, "value": case.target}],
        "resources": {"role_names": [case.target.rpartition("/")[2]]},
    }
    assert code not in findings(run, **keys)
    case.set_to(aws, case.target)
    assert code not in findings(run, **keys)

    case.set_to(aws, "service-role/ByHand")
    finding = findings(run, **keys)[code]
    assert "has the role service-role/ByHand" in finding["message"]
    assert "sets service-role/Ours. Destroy restores service-role/ByHand." in finding["message"]
    assert 'existing_role_name = "service-role/ByHand"' in finding["remedy"]

    entry = {"subject": "", "change": "", "retained": False, "reverted": False, "previous": "none"}
    record(aws, {case.key: {**entry, "value": "service-role/ByHand"}})
    assert code not in findings(run, **keys), "this installation set it"


@pytest.mark.parametrize("path", ["", "/", "/service-role/"])
def test_a_role_of_default_host_management_that_does_not_exist(aws: Sandbox, run: Run, path: str) -> None:
    code, case = "DEFAULT_HOST_MANAGEMENT_ROLE_NOT_FOUND", DEFAULT_HOST_MANAGEMENT_ROLE
    trust = policy(Principal={"Service": "ssm.amazonaws.com"})
    if path:
        aws.client("iam").create_role(RoleName="Theirs", Path=path, AssumeRolePolicyDocument=trust)
    found = findings(run, settings=[{"key": case.key, "value": "service-role/Theirs"}])
    assert (code in found) == (path != "/service-role/")
    if path == "/":
        assert found[code]["remedy"] == 'Set existing_role_name to "Theirs".'
    if not path:
        assert found[code]["severity"] == "error"
        assert f"Account {MANAGEMENT} has no role of this name." in found[code]["message"]


@pytest.mark.parametrize("by_name", [True, False])
def test_who_else_is_in_the_dedicated_unit(aws: Sandbox, run: Run, by_name: bool) -> None:
    unit = unit_id(aws, "SystemsManager")
    organizations = aws.client("organizations")
    for account_id in (ADMINISTRATOR, WORKLOAD):
        organizations.move_account(AccountId=account_id, SourceParentId="r-sbox", DestinationParentId=unit)
    named: dict[str, Any] = {"resources": {"organizational_unit": {"name": "SystemsManager"}}}
    where = named if by_name else {"organizational_unit_id": unit}
    finding = findings(run, administrator_account_id=ADMINISTRATOR, **where)["OU_NOT_EXCLUSIVE"]
    assert (finding["severity"], finding["subject"]) == ("warning", unit)
    assert f"also holds {WORKLOAD}," in finding["message"]


# Configurations


def test_an_account_that_control_tower_may_have_enrolled_is_moved(aws: Sandbox, run: Run) -> None:
    settings = [{"key": "account-placement/administrator"}]
    query = {"administrator_account_id": ADMINISTRATOR, "settings": settings}
    left, unit = (
        aws.client("organizations").create_organizational_unit(ParentId=root_id(aws), Name=name)["OrganizationalUnit"]
        for name in ("Registered", "Another")
    )
    aws.client("organizations").enable_aws_service_access(ServicePrincipal="controltower.amazonaws.com")
    assert "CONTROL_TOWER_DRIFT" not in findings(run, **query), "an account in the root is not enrolled"
    aws.client("organizations").move_account(
        AccountId=ADMINISTRATOR, SourceParentId=root_id(aws), DestinationParentId=left["Id"]
    )
    finding = findings(run, **query)["CONTROL_TOWER_DRIFT"]
    assert f"from {left['Id']} to a new organizational unit" in finding["message"]
    assert f'dedicated_organizational_unit = {{ id = "{left["Id"]}" }}' in finding["remedy"]
    moved = findings(run, **query, organizational_unit_id=unit["Id"])["CONTROL_TOWER_DRIFT"]
    assert f"from {left['Id']} to {unit['Id']}" in moved["message"]
    assert "CONTROL_TOWER_DRIFT" not in findings(run, **query, organizational_unit_id=left["Id"])
    aws.client("organizations").disable_aws_service_access(ServicePrincipal="controltower.amazonaws.com")
    assert "CONTROL_TOWER_DRIFT" not in findings(run, **query)


def test_no_organizational_units_are_the_root(aws: Sandbox, run: Run) -> None:
    prepare(aws)
    aws.fail_deployment("scan", WORKLOAD, "us-east-1", DENIED)
    arn = create(aws, "scan", mark=OURS)
    deployments = observed(run, "deployments", configurations=[SCAN])
    assert deployments["scan"]["status"] == "FAILED"
    assert [exception["state"] for exception in deployments["scan"]["exceptions"]] == ["not_deployed", "failed"]
    finding = findings(run, configurations=[SCAN])["DEPLOYMENT_FAILED"]
    assert finding["severity"] == "warning"
    assert f"{DENIED} (in {WORKLOAD} us-east-1)" in finding["message"]
    assert f"report.py explain {arn}" in finding["remedy"]
    assert f"report.py redeploy {arn}" in finding["remedy"]


def test_configurations_of_this_installation_are_no_overlap(aws: Sandbox, run: Run) -> None:
    """The plan may rename it or delete it; what another one created does the same again."""
    prepare(aws)
    create(aws, "former", mark=OURS)
    assert "OVERLAPPING_CONFIGURATION" not in findings(run, configurations=[SCAN])
    create(aws, "theirs", mark=OTHERS)
    finding = findings(run, configurations=[SCAN])["OVERLAPPING_CONFIGURATION"]
    assert finding["subject"] == "scan and theirs"


def test_more_deployments_than_quick_setup_takes(aws: Sandbox, run: Run) -> None:
    aws.reset(Scenario.generated(accounts=640, regions=("us-east-1",), instances=0))
    regions = [f"us-east-{number}" for number in range(1, 17)]
    finding = findings(run, configurations=[{**SCAN, "regions": regions}])["DEPLOYMENT_TOO_LARGE"]
    assert (finding["severity"], finding["subject"]) == ("error", "scan")
    assert "fails to deploy to more than 10000" in finding["message"]
