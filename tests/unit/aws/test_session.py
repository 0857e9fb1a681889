from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from botocore import xform_name

from systems_manager_organization.aws.session import AwsSession, botocore_session, iam_action
from systems_manager_organization.cli.options import OPTIONAL_COMMON_KEYS, validated
from systems_manager_organization.clock import Clock
from unit.cases import SERVICE_LINKED_ROLE, settings_query

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox import Sandbox
    from unit.conftest import Run

MEMBER = "222222222222"
ROLE_ARN = f"arn:aws:iam::{MEMBER}:role/Script"
PROGRAMS = [
    ("observe", "organization", {}),
    ("ensure", "settings", settings_query()),
]


@pytest.mark.parametrize(("program", "command", "query"), PROGRAMS)
def test_another_accounts_credentials_stop_everything(
    run: Run,
    act_as: Callable[[str], None],
    api_calls: Callable[[], list[str]],
    program: str,
    command: str,
    query: dict[str, str],
) -> None:
    act_as(MEMBER)
    outcome = run(program, command, query=query)
    assert (outcome.status, outcome.stdout) == (1, "")
    assert outcome.stderr.count("\n") == 1
    for fragment in ("SCRIPT_IDENTITY_MISMATCH", "account 111111111111", "account 222222222222", "script_credentials"):
        assert fragment in outcome.stderr
    assert api_calls() == ["sts:GetCallerIdentity"]


@pytest.mark.parametrize("given", ["external_id", "session_name"])
def test_what_belongs_to_a_role_requires_it(run: Run, api_calls: Callable[[], list[str]], given: str) -> None:
    """The environment's credentials would be used in place of the role's."""
    outcome = run("observe", "organization", query={given: "operator"})
    assert (outcome.status, outcome.stdout) == (1, "")
    assert f"{given} given without role_arn, the role that it is for." in outcome.stderr
    assert api_calls() == []


@pytest.fixture
def role(aws: Sandbox) -> None:
    """A role in the member account that the management account may assume."""
    statement = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111111111111:root"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    aws.client("iam", account_id=MEMBER).create_role(RoleName="Script", AssumeRolePolicyDocument=document)


@pytest.mark.usefixtures("role")
def test_a_role_is_assumed_and_everything_done_as_that_role(
    aws: Sandbox, run: Run, api_calls: Callable[[], list[str]]
) -> None:
    query = {"account_id": MEMBER, "role_arn": ROLE_ARN, **settings_query(SERVICE_LINKED_ROLE.desired(aws))}
    outcome = run("ensure", "settings", query=query)
    assert (outcome.status, outcome.stderr) == (0, "")
    assert api_calls() == [
        "sts:AssumeRole",
        "sts:GetCallerIdentity",
        "ssm:GetParametersByPath",
        "ssm:PutParameter",
        "iam:GetRole",
        "iam:CreateServiceLinkedRole",
        "iam:GetRole",
        "ssm:PutParameter",
    ]
    assert aws.client("iam", account_id=MEMBER).get_role(RoleName="AWSServiceRoleForSSMQuickSetup")
    assert {call.account_id for call in aws.calls if call.operation != "AssumeRole"} == {MEMBER}


@pytest.mark.usefixtures("aws")
def test_a_role_that_cannot_be_assumed_is_one_line(run: Run) -> None:
    outcome = run("observe", "organization", query={"role_arn": f"arn:aws:iam::{MEMBER}:role/Missing"})
    assert (outcome.status, outcome.stdout) == (1, "")
    assert outcome.stderr.count("\n") == 1
    assert "sts:AssumeRole failed for account 111111111111 in Region us-east-1: AccessDenied" in outcome.stderr


def test_invalid_credentials_are_one_line_with_remedies(
    run: Run, monkeypatch: pytest.MonkeyPatch, api_calls: Callable[[], list[str]]
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    outcome = run("observe", "organization", query={})
    assert (outcome.status, outcome.stdout) == (1, "")
    assert outcome.stderr.count("\n") == 1
    assert "InvalidClientTokenId" in outcome.stderr
    assert "AWS_PROFILE" in outcome.stderr
    assert "script_credentials" in outcome.stderr
    assert api_calls() == ["sts:GetCallerIdentity"]


def test_a_profile_is_used(
    aws: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    keys = aws.environment(MEMBER)
    path = tmp_path_factory.mktemp("aws") / "credentials"
    path.write_text(
        f"[member]\naws_access_key_id = {keys['AWS_ACCESS_KEY_ID']}\n"
        f"aws_secret_access_key = {keys['AWS_SECRET_ACCESS_KEY']}\n"
    )
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(path))
    query = {"account_id": MEMBER, "profile": "member", **settings_query(SERVICE_LINKED_ROLE.desired(aws))}
    assert run("ensure", "settings", query=query).status == 0
    assert {call.account_id for call in aws.calls} == {MEMBER}


def test_a_list_of_one_page_is_one_call_of_the_rate(aws: Sandbox) -> None:
    """Five calls of Quick Setup's operations are a burst: https://docs.aws.amazon.com/general/latest/gr/quick-setup.html"""
    pauses: list[float] = []
    query = validated({"account_id": "111111111111", "region": "us-east-1"}, OPTIONAL_COMMON_KEYS)
    clock = Clock(now=lambda: 0, sleep=pauses.append, time=lambda: 0)
    with AwsSession(query, session_factory=botocore_session, clock=clock, warn=pytest.fail) as session:
        listed = session.quick_setup.list_configuration_managers
        for _ in range(5):
            assert list(session.paginate(listed)) == []
        assert (pauses, session.calls) == ([], len(aws.calls))
        assert list(session.paginate(listed)) == []
    assert pauses == [pytest.approx(0.2)]


@pytest.mark.parametrize(
    ("service", "operation", "code"),
    [("ssm", "UpdateServiceSetting", "TooManyUpdates"), ("iam", "DeleteRole", "ConcurrentModification")],
)
@pytest.mark.usefixtures("aws")
def test_a_conflict_is_retried_whatever_its_name(service: str, operation: str, code: str) -> None:
    """The names are those of AWS's models, and botocore repeats neither."""
    warned: list[str] = []
    answers = [*([{"Error": {"Code": code, "Message": "Try again."}}] * 2), {}]
    query = validated({"account_id": "111111111111", "region": "us-east-1"}, OPTIONAL_COMMON_KEYS)
    clock = Clock(now=lambda: 0, sleep=lambda _seconds: None, time=lambda: 0)
    with AwsSession(query, session_factory=botocore_session, clock=clock, warn=warned.append) as session:
        client = session.client(service)
        assert code in {error.error_code for error in client.meta.service_model.operation_model(operation).error_shapes}

        def answer(**_: object) -> tuple[SimpleNamespace, dict[str, object]]:
            found = answers.pop(0)
            return SimpleNamespace(status_code=400 if found else 200), {**found, "ResponseMetadata": {}}

        client.meta.events.register(f"before-call.{service}.{operation}", answer)
        parameters = {"SettingId": "/ssm/x", "SettingValue": "x"} if service == "ssm" else {"RoleName": "x"}
        session.call(getattr(client, xform_name(operation)), **parameters)
    assert (answers, len(warned)) == ([], 1)


@pytest.mark.parametrize(
    ("service", "method", "action"),
    [
        ("s3", "head_bucket", "s3:ListBucket"),
        ("s3", "list_buckets", "s3:ListAllMyBuckets"),
        ("s3", "list_objects_v2", "s3:ListBucket"),
        ("s3", "get_object", "s3:GetObject"),
        ("organizations", "move_account", "organizations:MoveAccount"),
        ("cloudwatch", "describe_alarms", "cloudwatch:DescribeAlarms"),
        ("resourcegroupstaggingapi", "get_resources", "tag:GetResources"),
    ],
)
def test_the_action_is_one_of_iam(service: str, method: str, action: str) -> None:
    client = botocore_session().create_client(
        service, region_name="us-east-1", aws_access_key_id="id", aws_secret_access_key="secret"
    )
    assert iam_action(client, method) == action
