"""`observe.py preflight`: findings, and none without problems."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from sandbox import Fault
from sandbox.scenarios.scenario import Account, ResourceDataSync
from systems_manager_organization.aws.account_sessions import READ_ACTIONS
from systems_manager_organization.aws.session import botocore_session
from unit.preflight_cases import (
    ADMINISTRATOR,
    ENVIRONMENT,
    MANAGEMENT,
    ROOT,
    WORKLOAD,
    environment,
    found,
    query,
    reset,
    the,
    used_cloud9,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from botocore.session import Session

    from sandbox import Sandbox
    from unit.conftest import Run


def test_a_clean_organization_yields_no_finding(aws: Sandbox, run: Run, api_calls: Callable[[], list[str]]) -> None:
    before = aws.snapshot()
    assert found(run("observe", "preflight", query=query())) == []
    assert set(api_calls()) == {
        "sts:GetCallerIdentity",
        "organizations:DescribeOrganization",
        "organizations:ListAccounts",
        "ssm-quicksetup:ListConfigurationManagers",
        "sts:AssumeRole",
        "iam:GetRole",
    }
    entered = sorted(call.account_id for call in aws.calls if call.operation == "GetRole")
    assert entered == [ADMINISTRATOR, WORKLOAD], "each by its own credentials, the management account never"
    assert aws.snapshot() == before


@pytest.mark.usefixtures("aws")
def test_without_a_role_unchecked_codes_are_notes(run: Run, api_calls: Callable[[], list[str]]) -> None:
    findings = found(run("observe", "preflight", query=query(role="")))
    assert [(finding["severity"], finding["code"]) for finding in findings] == [
        ("note", "CLOUD9_ENVIRONMENT"),
    ]
    assert "preflight.member_role_name" in findings[0]["remedy"]
    assert "sts:AssumeRole" not in api_calls()


def test_an_environment_is_named_with_account_and_region(aws: Sandbox, run: Run) -> None:
    reset(aws, cloud9_environments=(environment(WORKLOAD), environment(ADMINISTRATOR, "eu-west-1")))
    finding = the(found(run("observe", "preflight", query=query())), "CLOUD9_ENVIRONMENT")
    assert finding["severity"] == "warning"
    assert finding["subject"] == f"{WORKLOAD} us-east-1"
    assert f"build ({ENVIRONMENT})" in finding["message"]
    assert f"delete-environment --region us-east-1 --environment-id {ENVIRONMENT}" in finding["remedy"]


def test_every_region_is_checked_if_get_role_is_denied(aws: Sandbox, run: Run) -> None:
    reset(aws, cloud9_environments=(environment(WORKLOAD),))
    aws.faults.inject(Fault("iam", "GetRole", "access_denied", times=10))
    assert the(found(run("observe", "preflight", query=query())), "CLOUD9_ENVIRONMENT")["subject"] == (
        f"{WORKLOAD} us-east-1"
    )
    assert sorted(call.account_id for call in aws.calls if call.operation == "ListEnvironments") == [
        ADMINISTRATOR,
        WORKLOAD,
    ]


def test_environments_on_several_pages(aws: Sandbox, run: Run) -> None:
    many = tuple(replace(environment(WORKLOAD, name=f"build {n}"), id=f"{n:032x}") for n in range(60))
    reset(aws, cloud9_environments=many)
    message = the(found(run("observe", "preflight", query=query())), "CLOUD9_ENVIRONMENT")["message"]
    assert all(f"{one.name} ({one.id})" in message for one in many)


def test_accounts_whose_role_cannot_be_assumed_are_one_finding(aws: Sandbox, run: Run) -> None:
    accounts = (
        Account(ADMINISTRATOR, "No role", "administrator@example.com", access_role="absent"),
        Account(WORKLOAD, "Trusts others", "workload@example.com", access_role="untrusting"),
        Account("444444444444", "Open", "open@example.com"),
    )
    reset(aws, accounts=accounts, cloud9_environments=(environment("444444444444"),))
    findings = found(run("observe", "preflight", query=query()))
    assert [finding["code"] for finding in findings] == ["ACCOUNT_NOT_READABLE", "CLOUD9_ENVIRONMENT"]
    assert findings[0]["subject"] == f"{ADMINISTRATOR}, {WORKLOAD}"
    assert "OrganizationAccountAccessRole could not be assumed there" in findings[0]["message"]
    assert "AccessDenied" in findings[0]["message"]
    assert f"with arn:aws:iam::{MANAGEMENT}:user/Administrator in its trust policy" in findings[0]["remedy"]


def test_denied_reads_are_reported_by_region(aws: Sandbox, run: Run) -> None:
    reset(aws, cloud9_environments=(environment(WORKLOAD, "eu-west-1"),), **used_cloud9(ADMINISTRATOR))
    for fault in (
        Fault("cloud9", "ListEnvironments", "access_denied", account_id=WORKLOAD, region="us-east-1"),
        Fault("cloud9", "ListEnvironments", "throttle", account_id=ADMINISTRATOR, region="eu-west-1", times=2),
    ):
        aws.faults.inject(fault)
    findings = found(run("observe", "preflight", query=query({"regions": ["eu-west-1", "us-east-1"]})))
    assert [(finding["code"], finding["subject"]) for finding in findings] == [
        ("ACCOUNT_NOT_READABLE", f"{WORKLOAD} us-east-1"),
        ("CLOUD9_ENVIRONMENT", f"{WORKLOAD} eu-west-1"),
    ]
    assert "cloud9:ListEnvironments" in findings[0]["remedy"]


def test_suspended_accounts_are_reported_and_not_read(aws: Sandbox, run: Run) -> None:
    suspended = Account("777777777777", "Former", "former@example.com", status="SUSPENDED")
    reset(aws, accounts=(suspended, Account(WORKLOAD, "Workload", "workload@example.com")))
    finding = the(found(run("observe", "preflight", query=query())), "SUSPENDED_ACCOUNT_TARGETED")
    assert finding["subject"] == "777777777777"
    assert "Former (777777777777, SUSPENDED)" in finding["message"]
    assert sum(call.operation == "AssumeRole" for call in aws.calls) == 1


def test_an_account_is_entered_once_for_all_configurations(aws: Sandbox, run: Run) -> None:
    reset(aws, **used_cloud9(ADMINISTRATOR, WORKLOAD))
    unit = aws.client("organizations").create_organizational_unit(ParentId=ROOT, Name="Workloads")
    inner = unit["OrganizationalUnit"]["Id"]
    aws.client("organizations").move_account(AccountId=WORKLOAD, SourceParentId=ROOT, DestinationParentId=inner)
    configurations = (
        {"regions": ["us-east-1"]},
        {
            "name": "hosts",
            "type": "AWSQuickSetupType-DHMC",
            "organizational_unit_ids": [inner],
            "regions": ["eu-west-1"],
        },
    )
    assert found(run("observe", "preflight", query=query(*configurations))) == []
    calls = [(call.account_id, call.region) for call in aws.calls if call.operation == "ListEnvironments"]
    assert sorted(calls) == [(ADMINISTRATOR, "us-east-1"), (WORKLOAD, "eu-west-1"), (WORKLOAD, "us-east-1")]
    assert sum(call.operation == "AssumeRole" for call in aws.calls) == 2


def test_accounts_of_nested_units_are_checked_once(aws: Sandbox, run: Run) -> None:
    reset(aws, **used_cloud9(WORKLOAD))
    organizations = aws.client("organizations")
    outer = organizations.create_organizational_unit(ParentId=ROOT, Name="Outer")["OrganizationalUnit"]["Id"]
    inner = organizations.create_organizational_unit(ParentId=outer, Name="Inner")["OrganizationalUnit"]["Id"]
    organizations.move_account(AccountId=WORKLOAD, SourceParentId=ROOT, DestinationParentId=inner)
    for units in ([outer], [outer, inner]):
        known = len(aws.calls)
        assert found(run("observe", "preflight", query=query({"organizational_unit_ids": units}))) == []
        calls = [call.account_id for call in aws.calls[known:] if call.operation == "ListEnvironments"]
        assert calls == [WORKLOAD]


@pytest.mark.usefixtures("aws")
def test_a_unit_that_does_not_exist_is_one_line_with_the_input(run: Run) -> None:
    other = {"name": "other", "organizational_unit_ids": ["ou-sbox-00000000"]}
    finding = the(
        found(run("observe", "preflight", query=query({"regions": ["eu-west-1"]}, other))), "TARGET_NOT_FOUND"
    )
    assert (finding["severity"], finding["subject"]) == ("error", "other")
    assert "ou-sbox-00000000" in finding["message"]
    assert "target_organizational_unit_ids" in finding["remedy"]


def test_a_unit_with_a_mistyped_id_names_the_nearest(aws: Sandbox, run: Run) -> None:
    organizations = aws.client("organizations")
    outer = organizations.create_organizational_unit(ParentId=ROOT, Name="Workloads")["OrganizationalUnit"]["Id"]
    inner = organizations.create_organizational_unit(ParentId=outer, Name="Test")["OrganizationalUnit"]["Id"]
    mistyped = f"{inner[:-1]}{'a' if inner[-1] != 'a' else 'b'}"
    findings = found(run("observe", "preflight", query=query({"organizational_unit_ids": [mistyped]})))
    assert f'Did you mean "Root/Workloads/Test" ({inner})?' in the(findings, "TARGET_NOT_FOUND")["message"]


@pytest.mark.parametrize("status", ["ACTIVE", "SUSPENDED", ""])
def test_a_target_without_an_active_account(aws: Sandbox, run: Run, status: str) -> None:
    accounts = [Account(WORKLOAD, "Workload", "workload@example.com", status=status)] if status else []
    reset(aws, accounts=tuple(accounts))
    organizations = aws.client("organizations")
    unit = organizations.create_organizational_unit(ParentId=ROOT, Name="Workloads")["OrganizationalUnit"]["Id"]
    for account in accounts:
        organizations.move_account(AccountId=account.id, SourceParentId=ROOT, DestinationParentId=unit)
    findings = found(run("observe", "preflight", query=query({"organizational_unit_ids": [unit]})))
    expected = {
        "ACTIVE": [],
        "SUSPENDED": [("warning", "NO_ACCOUNT_TARGETED"), ("note", "SUSPENDED_ACCOUNT_TARGETED")],
        "": [("warning", "NO_ACCOUNT_TARGETED")],
    }
    assert [(finding["severity"], finding["code"]) for finding in findings] == expected[status]
    assert all(unit in finding["message"] for finding in findings if finding["severity"] == "warning")


@pytest.mark.parametrize("covered", [False, True])
def test_the_management_account_in_a_targeted_unit(aws: Sandbox, run: Run, covered: bool) -> None:
    organizations = aws.client("organizations")
    unit = organizations.create_organizational_unit(ParentId=ROOT, Name="Workloads")["OrganizationalUnit"]["Id"]
    for account in (MANAGEMENT, WORKLOAD):
        organizations.move_account(AccountId=account, SourceParentId=ROOT, DestinationParentId=unit)
    own: dict[str, Any] = {"name": "scan-management-account", "organizational_unit_ids": [], "account_id": MANAGEMENT}
    units: dict[str, Any] = {"organizational_unit_ids": [unit]}
    configurations = [units, *([own] if covered else [])]
    findings = found(run("observe", "preflight", query=query(*configurations)))
    assert [(finding["code"], finding["subject"]) for finding in findings] == (
        [] if covered else [("MANAGEMENT_ACCOUNT_TARGETED", "scan")]
    )


def test_a_configuration_of_the_account_itself_needs_no_role(aws: Sandbox, run: Run) -> None:
    reset(aws, cloud9_environments=(environment(MANAGEMENT),))
    local = {"organizational_unit_ids": [], "account_id": MANAGEMENT}
    finding = the(found(run("observe", "preflight", query=query(local))), "CLOUD9_ENVIRONMENT")
    assert finding["subject"] == f"{MANAGEMENT} us-east-1"
    assert not [call for call in aws.calls if call.operation in {"AssumeRole", "ListAccounts"}]


def test_many_accounts_are_read_page_by_page_within_the_rates(aws: Sandbox, run: Run) -> None:
    many = tuple(Account(f"{900000000000 + n}", f"Member {n}", f"m{n}@example.com") for n in range(130))
    reset(aws, accounts=many, cloud9_environments=(environment(many[125].id),))
    aws.rates.enforced = True
    outcome = run("observe", "preflight", query=query())
    assert the(found(outcome), "CLOUD9_ENVIRONMENT")["subject"] == f"{many[125].id} us-east-1"
    assert {call.error_code for call in aws.calls} == {None, "NoSuchEntity"}, "no call came too fast"


def test_the_role_can_do_no_more_than_read(aws: Sandbox, run: Run) -> None:
    assert not aws.violations
    policies: list[dict[str, Any]] = []

    def factory(**options: Any) -> Session:
        session = botocore_session(**options)
        session.get_component("event_emitter").register(
            "provide-client-params.sts.AssumeRole", lambda params, **_: policies.append(json.loads(params["Policy"]))
        )
        return session

    assert found(run("observe", "preflight", query=query(), session_factory=factory)) == []
    assert len(policies) == 2
    (statement,) = policies[0]["Statement"]
    assert (statement["Effect"], statement["Action"]) == ("Allow", list(READ_ACTIONS))
    assert all(action.partition(":")[2].startswith(("List", "Describe", "Get")) for action in READ_ACTIONS)


OPS_CENTER = {"name": "ops-center", "type": "AWSQuickSetupType-SSMOpsCenter"}


def syncs_of(account_id: str, *names: str, organization: str = "") -> tuple[ResourceDataSync, ...]:
    return tuple(ResourceDataSync(account_id, "us-east-1", name, organization=name == organization) for name in names)


def test_the_quota_of_syncs_names_their_owners(aws: Sandbox, run: Run) -> None:
    names = ("AWS-QuickSetup-One", "AWS-QuickSetup-Two", "three", "four", "theirs")
    full = tuple(
        sync
        for account in (MANAGEMENT, ADMINISTRATOR, WORKLOAD)
        for sync in syncs_of(account, *names, organization="three")
    )
    ops_center = query(OPS_CENTER, administrator_account_id=ADMINISTRATOR)
    reset(aws, resource_data_syncs=full)
    finding = the(found(run("observe", "preflight", query=ops_center)), "DATA_SYNC_QUOTA")
    assert finding["subject"] == f"{ADMINISTRATOR} us-east-1", "where OpsCenter makes its sync"
    for owner in (
        "AWS-QuickSetup-One (Quick Setup's, of this account)",
        "three (created manually, of the organization)",
        "theirs (created manually, of this account)",
        "ops-center cannot create its own",
    ):
        assert owner in finding["message"]
    policy = query(administrator_account_id=ADMINISTRATOR)
    assert found(run("observe", "preflight", query=policy)) == [], "a patch policy makes no sync"

    # To a bucket is no sync of Explorer's.
    inventory = ResourceDataSync(ADMINISTRATOR, "us-east-1", "inventory", "SyncToDestination")
    reset(aws, resource_data_syncs=(*syncs_of(ADMINISTRATOR, *names[:4]), inventory))
    assert found(run("observe", "preflight", query=ops_center)) == []


def test_ops_center_that_has_its_sync_needs_no_further_one(aws: Sandbox, run: Run) -> None:
    reset(aws, resource_data_syncs=syncs_of(ADMINISTRATOR, "OpsCenter-DA-ResourceDataSync", "1", "2", "3", "4"))
    assert found(run("observe", "preflight", query=query(OPS_CENTER, administrator_account_id=ADMINISTRATOR))) == []


def test_severities_and_skipped_checks(aws: Sandbox, run: Run, api_calls: Callable[[], list[str]]) -> None:
    reset(aws, cloud9_environments=(environment(WORKLOAD),))
    severities = json.dumps({"CLOUD9_ENVIRONMENT": "error"})
    finding = the(found(run("observe", "preflight", query=query(severities=severities))), "CLOUD9_ENVIRONMENT")
    assert finding["severity"] == "error"

    api_calls()
    severities = json.dumps({"CLOUD9_ENVIRONMENT": "off"})
    assert found(run("observe", "preflight", query=query(severities=severities))) == []
    assert not {"cloud9:ListEnvironments", "iam:GetRole", "sts:AssumeRole"} & set(api_calls())

    everything = (
        "CLOUD9_ENVIRONMENT",
        "SUSPENDED_ACCOUNT_TARGETED",
        "DATA_SYNC_QUOTA",
        "DATA_SYNC_MISSING",
        "DEPLOYMENT_TOO_LARGE",
        "TARGET_NOT_FOUND",
        "NO_ACCOUNT_TARGETED",
        "MANAGEMENT_ACCOUNT_TARGETED",
    )
    between = ("CONFIGURATION_COLLISION", "OVERLAPPING_CONFIGURATION", "SCAN_CONFLICT")
    severities = json.dumps(dict.fromkeys((*everything, *between), "off"))
    assert found(run("observe", "preflight", query=query(severities=severities))) == []
    assert api_calls() == ["sts:GetCallerIdentity", "organizations:DescribeOrganization"]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"severities": '{"CLOUD9": "off"}'}, 'severities holds "CLOUD9", but the codes are ACCOUNT_NOT_READABLE, '),
        (
            {"severities": '{"NOT_MANAGEMENT_ACCOUNT": "off"}'},
            'severities holds "NOT_MANAGEMENT_ACCOUNT", but the codes',
        ),
        (
            {"severities": '{"SCAN_CONFLICT": "fatal"}'},
            'severities makes SCAN_CONFLICT "fatal", but it must be "error"',
        ),
        ({"severities": "{off}"}, "severities is not JSON"),
        ({"configurations": "[scan]"}, "configurations is not JSON"),
        ({"configurations": '[{"type": "x"}]'}, "configurations must be a JSON list of objects"),
        ({"configurations": '[{"name": "x", "regions": "us-east-1"}]'}, "configurations must be a JSON list"),
        ({"member_role_name": "a role"}, 'member_role_name is "a role", but must be the name of an IAM role'),
    ],
)
@pytest.mark.usefixtures("aws")
def test_an_invalid_query_is_one_line(run: Run, keys: dict[str, str], expected: str) -> None:
    outcome = run("observe", "preflight", query={**query(), **keys})
    assert (outcome.status, outcome.stdout) == (1, "")
    assert outcome.stderr.count("\n") == 1
    assert expected in outcome.stderr
