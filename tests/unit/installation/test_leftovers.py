"""`report.py leftovers`."""

from __future__ import annotations

import json
import re
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from sandbox import Fault
from sandbox_tests.cases.quick_setup import INSTANCE_MANAGEMENT, policy
from systems_manager_organization.aws.session import botocore_session
from systems_manager_organization.installation.leftover_rules import rules
from systems_manager_organization.quick_setup.documents import quick_setup_regions
from unit.quick_setup_cases import create, prepare

if TYPE_CHECKING:
    from collections.abc import Callable

    from botocore.session import Session

    from sandbox import Sandbox
    from unit.conftest import Outcome, Run

MANAGEMENT, ADMINISTRATOR, WORKLOAD = "111111111111", "222222222222", "333333333333"
ROLE = "OrganizationAccountAccessRole"
INSTANCE_ROLE = "AmazonSSMRoleForInstancesQuickSetup"
DHMC_ROLE = "AWS-QuickSetup-SSM-DefaultEC2MgmtRole-us-east-1"
HERE = ("--regions", "us-east-1")
DHMC_SETTING = "/ssm/managed-instance/default-ec2-instance-management-role"
ACCESS_LOGS = f"aws-quicksetup-patchpolicy-access-log-{MANAGEMENT}-0a1b-ab1cd"
LOG_GROUP = "/aws/lambda/AWS-QuickSetup-OpsCenterMemberAccountLambdaFunction-ab1cd-0a1b"


def with_answers(*log_groups: str, tags: tuple[tuple[str, str], ...] = ()) -> Callable[..., Session]:
    """Sessions for which CloudWatch Logs and EC2, which the sandbox lacks, answer this."""
    ok = type("Response", (), {"status_code": 200})()
    answers: dict[str, Any] = {
        "logs.DescribeLogGroups": {"logGroups": [{"logGroupName": name} for name in log_groups]},
        "ec2.DescribeTags": {"Tags": [{"ResourceId": resource, "Key": key} for resource, key in tags]},
    }

    def session(**options: Any) -> Session:
        made = botocore_session(**options)
        for operation, answer in answers.items():
            made.get_component("event_emitter").register(f"before-call.{operation}", partial(_answer, (ok, answer)))
        return made

    return session


def _answer(answer: Any, **_event: object) -> Any:
    return answer


def leftovers(run: Run, *arguments: str, session: Callable[..., Session] | None = None) -> Outcome:
    return run("report", "leftovers", *arguments, session_factory=session or with_answers())


def make_role(aws: Sandbox, account_id: str, name: str) -> None:
    trust = policy(Principal={"Service": "ssm.amazonaws.com"})
    aws.client("iam", account_id).create_role(RoleName=name, AssumeRolePolicyDocument=trust)


@pytest.mark.usefixtures("aws")
def test_nothing_is_left(run: Run) -> None:
    outcome = leftovers(run)
    read = f"0 leftovers.\nAccounts read: {MANAGEMENT}. Regions: {', '.join(quick_setup_regions())}.\n"
    assert (outcome.status, outcome.stdout, outcome.stderr) == (0, "", read)


def test_no_account_that_could_be_read_is_no_success(aws: Sandbox, run: Run) -> None:
    aws.faults.inject(Fault("organizations", "ListAccounts", "access_denied", times=1000))
    assert leftovers(run, "--member-role-name", ROLE).status != 0
    outcome = leftovers(run, "--member-role-name", "Nobodys")
    assert outcome.status != 0


def test_each_has_its_owner_and_the_command_that_removes_it(aws: Sandbox, run: Run) -> None:
    make_role(aws, WORKLOAD, DHMC_ROLE)
    make_role(aws, WORKLOAD, "Somebodys")
    make_role(aws, ADMINISTRATOR, "AWS-SystemsManager-AutomationAdministrationRole")
    aws.client("ssm", WORKLOAD).update_service_setting(SettingId=DHMC_SETTING, SettingValue=DHMC_ROLE)
    aws.client("s3").create_bucket(Bucket=ACCESS_LOGS)
    before = aws.snapshot()
    session = with_answers(LOG_GROUP, "/aws/lambda/theirs", tags=(("i-0123456789abcdef0", "QSConfigName-ab1cd"),))
    arguments = ("--member-role-name", ROLE, *HERE, "--json")
    outcome = leftovers(run, *arguments, session=session)
    assert outcome.status == 1
    document = json.loads(outcome.stdout)
    assert document["unreadable"] == []
    found = {(i["account_id"], i["kind"], i["name"]): i for i in document["leftovers"]}
    everywhere = {
        (account_id, *what)
        for account_id in (MANAGEMENT, ADMINISTRATOR, WORKLOAD)
        for what in (("log_group", LOG_GROUP), ("tag", "QSConfigName-ab1cd"))
    }
    assert found.keys() == everywhere | {
        (WORKLOAD, "role", DHMC_ROLE),
        (WORKLOAD, "setting", DHMC_SETTING),
        (ADMINISTRATOR, "role", "AWS-SystemsManager-AutomationAdministrationRole"),
        (MANAGEMENT, "bucket", ACCESS_LOGS),
    }
    bucket = found[MANAGEMENT, "bucket", ACCESS_LOGS]
    assert (bucket["configuration_id"], bucket["types"]) == ("ab1cd", ["AWSQuickSetupType-PatchPolicy"])
    assert bucket["remove"].splitlines()[-1] == f"aws s3api delete-bucket --bucket {ACCESS_LOGS}"
    assert found[WORKLOAD, "log_group", LOG_GROUP]["types"] == ["AWSQuickSetupType-SSMOpsCenter"]
    assert found[WORKLOAD, "setting", DHMC_SETTING]["remove"] == (
        f"aws ssm reset-service-setting --region us-east-1 --setting-id {DHMC_SETTING}"
    )
    assert found[WORKLOAD, "tag", "QSConfigName-ab1cd"]["remove"].endswith(
        "--resources i-0123456789abcdef0 --tags Key=QSConfigName-ab1cd"
    )
    assert aws.snapshot() == before, "it only reads"


def test_without_a_role_the_account_itself(aws: Sandbox, run: Run) -> None:
    make_role(aws, WORKLOAD, DHMC_ROLE)
    make_role(aws, MANAGEMENT, "AmazonSSMRoleForInstancesQuickSetup")
    outcome = leftovers(run)
    assert outcome.status == 1
    assert outcome.stdout == (
        f"{MANAGEMENT}: role {INSTANCE_ROLE}, of CWASetup or Distributor or PatchPolicy or SSMHostMgmt\n"
        f"  aws iam delete-role --role-name {INSTANCE_ROLE}\n"
    )
    assert "AssumeRole" not in {call.operation for call in aws.calls}


def test_what_a_configuration_still_uses_is_not_left(aws: Sandbox, run: Run) -> None:
    prepare(aws)
    arn = create(aws)
    (definition,) = aws.client("ssm-quicksetup").get_configuration_manager(ManagerArn=arn)["ConfigurationDefinitions"]
    make_role(aws, MANAGEMENT, "AmazonSSMRoleForInstancesQuickSetup")
    own, former = (f"/aws/lambda/delete-name-tags-us-east-1-0a1b-{name}" for name in (definition["Id"], "gone1"))
    outcome = leftovers(run, *HERE, session=with_answers(own, former))
    assert re.findall(r"log group (\S+), of (\w+)", outcome.stdout) == [(former, "gone1")]
    assert "AmazonSSMRoleForInstancesQuickSetup" not in outcome.stdout


def test_a_configuration_of_another_region_uses_it(aws: Sandbox, run: Run) -> None:
    prepare(aws)
    quick_setup = aws.client("ssm-quicksetup", region="eu-west-1")
    quick_setup.create_configuration_manager(Name="elsewhere", ConfigurationDefinitions=[INSTANCE_MANAGEMENT])
    make_role(aws, WORKLOAD, INSTANCE_ROLE)
    outcome = leftovers(run, "--member-role-name", ROLE, *HERE, "--json")
    document = json.loads(outcome.stdout)
    assert (outcome.status, document["leftovers"]) == (0, [])
    assert [(item["account_id"], item["name"]) for item in document["in_use"]] == [(WORKLOAD, INSTANCE_ROLE)]
    assert document["account_ids"] == [MANAGEMENT, ADMINISTRATOR, WORKLOAD]


def test_every_region_is_read_without_regions(aws: Sandbox, run: Run) -> None:
    aws.client("ssm", region="eu-west-1").update_service_setting(SettingId=DHMC_SETTING, SettingValue=DHMC_ROLE)
    document = json.loads(leftovers(run, "--json").stdout)
    assert [(item["region"], item["name"]) for item in document["leftovers"]] == [("eu-west-1", DHMC_SETTING)]
    assert document["regions"] == quick_setup_regions()
    outcome = leftovers(run, *HERE, "--json")
    assert (outcome.status, json.loads(outcome.stdout)["regions"]) == (0, ["us-east-1"])


@pytest.fixture
def used_role(aws: Sandbox) -> None:
    """A configuration of the management account for the organization, and the role that it uses in an account."""
    prepare(aws)
    create(aws, definition=INSTANCE_MANAGEMENT)
    make_role(aws, WORKLOAD, INSTANCE_ROLE)
    make_role(aws, ADMINISTRATOR, INSTANCE_ROLE)


def unverified(run: Run, *arguments: str) -> list[tuple[str, str, str]]:
    """What may be in use, where nothing is known to be left."""
    outcome = leftovers(run, *arguments, "--json")
    document = json.loads(outcome.stdout)
    assert (outcome.status, document["leftovers"], document["in_use"]) == (3, [], [])
    text = leftovers(run, *arguments)
    assert (text.status, text.stdout) == (3, "")
    assert "may be in use, not listed. The configuration managers that may use them were not read" in text.stderr
    return [(item["account_id"], item["name"], item["remove"]) for item in document["unverified"]]


@pytest.mark.usefixtures("used_role")
@pytest.mark.parametrize("operation", ["ListConfigurationManagers", "GetConfigurationManager"])
def test_without_the_managers_of_the_management_account_nothing_is_left(aws: Sandbox, run: Run, operation: str) -> None:
    aws.faults.inject(Fault("ssm-quicksetup", operation, "access_denied", account_id=MANAGEMENT, times=1000))
    found = unverified(run, "--member-role-name", ROLE, *HERE)
    assert found == [(ADMINISTRATOR, INSTANCE_ROLE, ""), (WORKLOAD, INSTANCE_ROLE, "")]


@pytest.mark.usefixtures("used_role")
def test_in_the_administrator_account_nothing_is_known_to_be_left(run: Run, act_as: Callable[[str], None]) -> None:
    act_as(ADMINISTRATOR)
    assert unverified(run, *HERE) == [(ADMINISTRATOR, INSTANCE_ROLE, "")]


def test_managers_that_another_account_may_have(aws: Sandbox, run: Run) -> None:
    organizations = aws.client("organizations")
    organizations.enable_aws_service_access(ServicePrincipal="ssm-quicksetup.amazonaws.com")
    organizations.register_delegated_administrator(
        AccountId=ADMINISTRATOR, ServicePrincipal="ssm-quicksetup.amazonaws.com"
    )
    for account_id in (MANAGEMENT, WORKLOAD):
        make_role(aws, account_id, INSTANCE_ROLE)
    arguments = ("--member-role-name", ROLE, *HERE)
    denied = partial(Fault, "ssm-quicksetup", "ListConfigurationManagers", "access_denied", times=1000)
    aws.faults.inject(denied(account_id=WORKLOAD, region="eu-west-1"))
    assert len(json.loads(leftovers(run, *arguments, "--json").stdout)["leftovers"]) == 2, "a closed Region"
    aws.faults.inject(denied(account_id=WORKLOAD))
    document = json.loads(leftovers(run, *arguments, "--json").stdout)
    assert [item["account_id"] for item in document["leftovers"]] == [MANAGEMENT]
    assert [item["account_id"] for item in document["unverified"]] == [WORKLOAD]
    aws.faults.inject(denied(account_id=ADMINISTRATOR))
    assert len(unverified(run, *arguments)) == 2


def test_the_commands_of_a_bucket_empty_it_with_its_versions(aws: Sandbox, run: Run) -> None:
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=ACCESS_LOGS)
    s3.put_object(Bucket=ACCESS_LOGS, Key="before", Body=b"")
    s3.put_bucket_versioning(Bucket=ACCESS_LOGS, VersioningConfiguration={"Status": "Enabled"})
    for key in ("2026 log", "2026 log", "deleted"):
        s3.put_object(Bucket=ACCESS_LOGS, Key=key, Body=b"")
    s3.delete_object(Bucket=ACCESS_LOGS, Key="deleted")
    (bucket,) = json.loads(leftovers(run, *HERE, "--json").stdout)["leftovers"]
    empty, delete = bucket["remove"].splitlines()
    listing = re.fullmatch(
        rf"aws s3api list-object-versions --bucket {ACCESS_LOGS} --output text --query '(.+)' \| "
        r"while read -r version key; do aws s3api delete-object (.+); done",
        empty,
    )
    assert listing
    assert listing[2] == f'--bucket {ACCESS_LOGS} --version-id "$version" --key "$key"'
    versions = s3.get_paginator("list_object_versions").paginate(Bucket=ACCESS_LOGS)
    for version, key in versions.search(listing[1]):
        s3.delete_object(Bucket=ACCESS_LOGS, VersionId=version, Key=key)
    assert delete == f"aws s3api delete-bucket --bucket {ACCESS_LOGS}"
    s3.delete_bucket(Bucket=ACCESS_LOGS)
    assert leftovers(run, *HERE).status == 0


def test_the_commands_of_identities_work_in_order(aws: Sandbox, run: Run) -> None:
    iam = aws.client("iam")
    make_role(aws, MANAGEMENT, INSTANCE_ROLE)
    make_role(aws, MANAGEMENT, "AWS-SystemsManager-AutomationExecutionRole")
    make_role(aws, MANAGEMENT, "Theirs")
    iam.create_instance_profile(InstanceProfileName=INSTANCE_ROLE)
    iam.add_role_to_instance_profile(InstanceProfileName=INSTANCE_ROLE, RoleName=INSTANCE_ROLE)
    iam.put_role_policy(RoleName=INSTANCE_ROLE, PolicyName="own", PolicyDocument=policy(Resource="*"))
    own = iam.create_policy(
        PolicyName="AWSSystemsManagerAutomationExecutionRole-ExecutionPolicy", PolicyDocument=policy(Resource="*")
    )["Policy"]["Arn"]
    iam.create_policy_version(PolicyArn=own, PolicyDocument=policy(Resource="*"), SetAsDefault=True)
    iam.attach_role_policy(RoleName="AWS-SystemsManager-AutomationExecutionRole", PolicyArn=own)
    access = "arn:aws:iam::aws:policy/AWSQuickSetupPatchPolicyBaselineAccess"
    for name in (INSTANCE_ROLE, "Theirs"):
        iam.attach_role_policy(RoleName=name, PolicyArn=access)
        iam.tag_role(RoleName=name, Tags=[{"Key": "QSConfigId-ab1cd", "Value": "ab1cd"}])
    document = json.loads(leftovers(run, *HERE, "--json").stdout)
    kinds = [item["kind"] for item in document["leftovers"]]
    assert kinds == ["instance_profile", "role", "role", "role_policy", "role_tag", "policy"]
    for command in "\n".join(item["remove"] for item in document["leftovers"]).splitlines():
        _, _, operation, *arguments = command.split()
        options = {_parameter(arguments[i]): arguments[i + 1] for i in range(0, len(arguments), 2)}
        keys = {"TagKeys": [options["TagKeys"]]} if "TagKeys" in options else {}
        getattr(iam, operation.replace("-", "_"))(**{**options, **keys})
    assert leftovers(run, *HERE).status == 0
    assert {role["RoleName"] for role in iam.list_roles()["Roles"]} == {"Theirs"}


def _parameter(option: str) -> str:
    return "".join(part.capitalize() for part in option.strip("-").split("-"))


def test_what_could_not_be_read_is_said(aws: Sandbox, run: Run) -> None:
    aws.faults.inject(Fault("iam", "GetAccountAuthorizationDetails", "access_denied", times=1000))
    outcome = leftovers(run)
    assert outcome.status == 3
    assert "Not read: iam:GetAccountAuthorizationDetails failed" in outcome.stderr


def test_what_the_templates_retain_is_a_rule() -> None:
    kinds = {(rule.kind, rule.types) for rule in rules()}
    assert ("bucket", ("AWSQuickSetupType-PatchPolicy",)) in kinds
    assert ("log_group", ("AWSQuickSetupType-SSMOpsCenter",)) in kinds
    assert all(rule.types for rule in rules())
