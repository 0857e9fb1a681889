"""Credentials and connections as every AWS tool has them: the table in docs/usage/credentials.md."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha1
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from harness.workspace import REPOSITORY
from systems_manager_organization.aws.session import AwsSession, boto3_session
from systems_manager_organization.cli.options import OPTIONAL_COMMON_KEYS, validated
from systems_manager_organization.clock import Clock

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from boto3.session import Session

    from sandbox import Sandbox
    from unit.conftest import Run

MANAGEMENT, MEMBER = "111111111111", "222222222222"
ADMINISTRATOR = f"arn:aws:iam::{MANAGEMENT}:user/Administrator"
MEMBER_ADMINISTRATOR = f"arn:aws:iam::{MEMBER}:user/Administrator"
ROLE_ARN = f"arn:aws:iam::{MEMBER}:role/Script"
ASSUMED = f"arn:aws:sts::{MEMBER}:assumed-role/Script/"
EXTERNAL_ID = "o:1/2"
NO_KEYS = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}
ROLE_PROFILE = f"[profile role]\nrole_arn = {ROLE_ARN}\nsource_profile = management\nexternal_id = {EXTERNAL_ID}\n"
SSO = (
    "[profile sso]\nsso_session = company\nsso_account_id = 222222222222\nsso_role_name = Administrator\n"
    "[sso-session company]\nsso_region = us-east-1\nsso_start_url = https://example.awsapps.com/start\n"
)
WEB_IDENTITY = {**NO_KEYS, "AWS_WEB_IDENTITY_TOKEN_FILE": "{folder}/token", "AWS_ROLE_ARN": ROLE_ARN}
PROCESS = "[default]\ncredential_process = cat '{folder}/process.json'\n"


@dataclass(frozen=True)
class Case:
    """What a user has set, and whose credentials and which Region the scripts then work with."""

    name: str
    environment: dict[str, str] = field(default_factory=dict)
    config: str = ""
    query: dict[str, str] = field(default_factory=dict)
    arn: str = ADMINISTRATOR
    region: str = "us-east-1"


CASES = [
    Case("AWS_REGION", {"AWS_REGION": "eu-west-1"}, region="eu-west-1"),
    Case("AWS_DEFAULT_REGION", {"AWS_REGION": "", "AWS_DEFAULT_REGION": "eu-west-1"}, region="eu-west-1"),
    Case("AWS_REGION first", {"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "us-west-2"}, region="eu-west-1"),
    Case("region of the profile", {"AWS_REGION": ""}, "[default]\nregion = eu-west-1\n", region="eu-west-1"),
    Case("AWS_REGION before the profile's", config="[default]\nregion = eu-west-1\n"),
    Case("--region", query={"region": "eu-west-1"}, region="eu-west-1"),
    Case("AWS_PROFILE", {**NO_KEYS, "AWS_PROFILE": "member"}, arn=MEMBER_ADMINISTRATOR),
    Case("AWS_DEFAULT_PROFILE", {**NO_KEYS, "AWS_DEFAULT_PROFILE": "member"}, arn=MEMBER_ADMINISTRATOR),
    Case("AWS_PROFILE first", {**NO_KEYS, "AWS_PROFILE": "management", "AWS_DEFAULT_PROFILE": "member"}),
    Case("AWS_PROFILE empty", {"AWS_PROFILE": ""}),
    Case("keys before AWS_PROFILE", {"AWS_PROFILE": "member"}),
    Case("--profile before keys", query={"profile": "member"}, arn=MEMBER_ADMINISTRATOR),
    Case("credential_process", NO_KEYS, PROCESS, arn=MEMBER_ADMINISTRATOR),
    Case("SSO", {**NO_KEYS, "AWS_PROFILE": "sso"}, SSO, arn=MEMBER_ADMINISTRATOR),
    Case("web identity", WEB_IDENTITY, arn=MEMBER_ADMINISTRATOR),
    Case(
        "web identity before a role of the profile",
        {**WEB_IDENTITY, "AWS_PROFILE": "role"},
        ROLE_PROFILE,
        arn=MEMBER_ADMINISTRATOR,
    ),
    Case(
        "a role of the profile",
        {**NO_KEYS, "AWS_PROFILE": "role"},
        f"{ROLE_PROFILE}role_session_name = operator\n",
        arn=ASSUMED + "operator",
    ),
    Case(
        "--role-arn",
        query={"role_arn": ROLE_ARN, "external_id": EXTERNAL_ID},
        arn=ASSUMED + "systems-manager-organization",
    ),
    Case(
        "--session-name",
        query={"role_arn": ROLE_ARN, "external_id": EXTERNAL_ID, "session_name": "operator"},
        arn=ASSUMED + "operator",
    ),
    Case(
        "a chain: --role-arn by --profile",
        NO_KEYS,
        query={"profile": "management", "role_arn": ROLE_ARN, "external_id": EXTERNAL_ID},
        arn=ASSUMED + "systems-manager-organization",
    ),
]


@pytest.fixture
def configured(aws: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[Case], None]:
    """Sets what a case sets, in an organization whose role asks for the external id."""
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{MANAGEMENT}:root"},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": EXTERNAL_ID}},
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    aws.client("iam", account_id=MEMBER).create_role(RoleName="Script", AssumeRolePolicyDocument=document)
    keys = {name: aws.environment(account_id) for name, account_id in (("management", MANAGEMENT), ("member", MEMBER))}
    profiles = "".join(
        f"[{name}]\naws_access_key_id = {key['AWS_ACCESS_KEY_ID']}\n"
        f"aws_secret_access_key = {key['AWS_SECRET_ACCESS_KEY']}\n"
        for name, key in keys.items()
    )
    (tmp_path / "credentials").write_text(profiles)
    (tmp_path / "token").write_text("token")
    (tmp_path / "process.json").write_text(
        json.dumps(
            {
                "Version": 1,
                "AccessKeyId": keys["member"]["AWS_ACCESS_KEY_ID"],
                "SecretAccessKey": keys["member"]["AWS_SECRET_ACCESS_KEY"],
            }
        )
    )
    token = {"accessToken": "token", "expiresAt": (datetime.now(UTC) + timedelta(hours=1)).isoformat()}
    (tmp_path / f"{sha1(b'company', usedforsecurity=False).hexdigest()}.json").write_text(json.dumps(token))
    monkeypatch.setattr("botocore.tokens.SSOTokenProvider._SSO_TOKEN_CACHE_DIR", str(tmp_path))

    def configure(case: Case) -> None:
        monkeypatch.delenv("AWS_DEFAULT_REGION")
        (tmp_path / "config").write_text(case.config.replace("{folder}", str(tmp_path)))
        files = {"AWS_CONFIG_FILE": "{folder}/config", "AWS_SHARED_CREDENTIALS_FILE": "{folder}/credentials"}
        for name, value in {**files, **case.environment}.items():
            if value or name == "AWS_PROFILE":
                monkeypatch.setenv(name, value.replace("{folder}", str(tmp_path)))
            else:
                monkeypatch.delenv(name)

    return configure


def respond(answer: object, **_event: object) -> Any:
    """AWS's answer to a call that is not made."""
    return SimpleNamespace(status_code=200), answer


def federated(aws: Sandbox) -> Callable[..., Session]:
    """Sessions for which AWS exchanges a token for the credentials of the member account's administrator."""
    keys = aws.environment(MEMBER)
    secret = keys["AWS_SECRET_ACCESS_KEY"]
    expiration = datetime.now(UTC) + timedelta(hours=1)
    of_role = {"accessKeyId": keys["AWS_ACCESS_KEY_ID"], "secretAccessKey": secret, "sessionToken": "token"}
    of_token = {"AccessKeyId": keys["AWS_ACCESS_KEY_ID"], "SecretAccessKey": secret, "SessionToken": "token"}
    answers = {
        "sso.GetRoleCredentials": {"roleCredentials": {**of_role, "expiration": expiration.timestamp() * 1000}},
        "sts.AssumeRoleWithWebIdentity": {"Credentials": {**of_token, "Expiration": expiration}},
    }

    def session(**options: Any) -> Session:
        made = boto3_session(**options)
        for name, answer in answers.items():
            made.events.register(f"before-call.{name}", partial(respond, answer))
        return made

    return session


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_identity_and_region(aws: Sandbox, configured: Callable[[Case], None], case: Case) -> None:
    configured(case)
    query = validated(case.query, OPTIONAL_COMMON_KEYS)
    clock = Clock(now=time.time, sleep=lambda _seconds: None)
    with AwsSession(query, session_factory=federated(aws), clock=clock, warn=pytest.fail) as session:
        assert (session.identity.arn, session.region) == (case.arn, case.region)
        session.call(session.ssm.list_documents)
    assert {call.region for call in aws.calls} == {case.region}


def test_a_roles_credentials_are_refreshed(aws: Sandbox, configured: Callable[[Case], None]) -> None:
    case = Case("a report of several hours", query={"role_arn": ROLE_ARN, "external_id": EXTERNAL_ID})
    configured(case)
    now = 0.0
    clock = Clock(now=lambda: now, sleep=lambda _seconds: None)
    query = validated(case.query, OPTIONAL_COMMON_KEYS)
    with AwsSession(query, session_factory=boto3_session, clock=clock, warn=pytest.fail) as session:
        for now in (0.0, 1800.0, 3300.0, 3400.0):  # noqa: B007
            session.call(session.ssm.list_documents)
    assert [call.operation for call in aws.calls].count("AssumeRole") == 2


ENDPOINTS = [
    ({"AWS_USE_FIPS_ENDPOINT": "true"}, "https://ssm-fips.us-east-1.amazonaws.com"),
    ({"AWS_USE_DUALSTACK_ENDPOINT": "true"}, "https://ssm.us-east-1.api.aws"),
    ({"AWS_ENDPOINT_URL_SSM": "https://vpce.example.com"}, "https://vpce.example.com"),
    ({"AWS_REGION": "us-gov-west-1"}, "https://ssm.us-gov-west-1.amazonaws.com"),
    ({"AWS_REGION": "cn-north-1"}, "https://ssm.cn-north-1.amazonaws.com.cn"),
    ({"AWS_REGION": "eusc-de-east-1"}, "https://ssm.eusc-de-east-1.amazonaws.eu"),
]


@pytest.mark.parametrize(("environment", "endpoint"), ENDPOINTS)
@pytest.mark.usefixtures("aws")
def test_endpoints(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], endpoint: str) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    def session(**options: Any) -> Session:
        made = boto3_session(**options)
        answer = {"Account": MANAGEMENT, "Arn": ADMINISTRATOR}
        made.events.register("before-call", partial(respond, answer))
        return made

    query = validated({}, OPTIONAL_COMMON_KEYS)
    clock = Clock(now=time.time, sleep=lambda _seconds: None)
    with AwsSession(query, session_factory=session, clock=clock, warn=pytest.fail) as opened:
        assert opened.identity.account_id == MANAGEMENT
        assert opened.ssm.meta.endpoint_url == endpoint


def test_a_proxy(aws: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch, api_calls: Callable[[], list[str]]) -> None:
    monkeypatch.setenv("HTTP_PROXY", aws.endpoint_url)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://aws.invalid")
    run("observe", "preflight")
    assert "sts:GetCallerIdentity" in api_calls()


BROKEN = [
    ("a token file that is not there", {**NO_KEYS, "AWS_WEB_IDENTITY_TOKEN_FILE": "/absent"}, "", "'/absent'"),
    ("a process that is not there", NO_KEYS, "[default]\ncredential_process = /absent\n", "'/absent'"),
    ("a process without JSON", NO_KEYS, "[default]\ncredential_process = echo key\n", "Expecting value"),
    ("a source profile that is not there", {**NO_KEYS, "AWS_PROFILE": "role"}, ROLE_PROFILE, 'source_profile "manag'),
    (
        "an MFA code without a terminal",
        {**NO_KEYS, "AWS_PROFILE": "role"},
        ROLE_PROFILE.replace("management", "keys")
        + f"mfa_serial = arn:aws:iam::{MANAGEMENT}:mfa/me\n[profile keys]\naws_access_key_id = AKIA\n"
        "aws_secret_access_key = secret\n",
        "requires an MFA code, and there is no terminal",
    ),
    ("an endpoint without a scheme", {"AWS_ENDPOINT_URL": "localhost:4566"}, "", "Invalid endpoint: localhost:4566"),
    (
        "a bundle that is not there",
        {"AWS_CA_BUNDLE": "/absent", "AWS_ENDPOINT_URL": "{https}"},
        "",
        "AWS_CA_BUNDLE",
    ),
]


@pytest.mark.parametrize(
    ("environment", "config", "expected"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN]
)
def test_what_is_broken_is_one_line(
    aws: Sandbox, tmp_path: Path, environment: dict[str, str], config: str, expected: str
) -> None:
    """In a process of its own, without a terminal."""
    (tmp_path / "config").write_text(config)
    https = aws.endpoint_url.replace("http:", "https:")
    settings = {
        **aws.environment(),
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_ROLE_ARN": ROLE_ARN,
        "AWS_MAX_ATTEMPTS": "1",
        **{name: value.replace("{https}", https) for name, value in environment.items()},
    }
    completed = subprocess.run(
        [sys.executable, REPOSITORY / "scripts/observe.py", "preflight"],
        env={"PATH": os.environ["PATH"], **{name: value for name, value in settings.items() if value}},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        start_new_session=True,
        check=False,
    )
    assert completed.returncode == 1
    assert "Traceback" not in completed.stderr
    assert "observe.py preflight: sts:" in completed.stderr
    assert expected in completed.stderr.splitlines()[-1]
