"""Credentials and connections as every AWS tool has them: the table in docs/usage/credentials.md."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from harness.workspace import REPOSITORY
from systems_manager_organization.aws.session import AwsSession, botocore_session
from systems_manager_organization.cli.options import OPTIONAL_COMMON_KEYS, validated
from systems_manager_organization.clock import Clock
from unit.credentials_cases import (
    ADMINISTRATOR,
    CASES,
    EXTERNAL_ID,
    MANAGEMENT,
    MEMBER,
    NO_KEYS,
    ROLE_ARN,
    ROLE_PROFILE,
    Case,
    configured,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from botocore.session import Session

    from sandbox import Sandbox
    from unit.conftest import Run

__all__ = ["configured"]


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
        made = botocore_session(**options)
        for name, answer in answers.items():
            made.get_component("event_emitter").register(f"before-call.{name}", partial(respond, answer))
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
    with AwsSession(query, session_factory=botocore_session, clock=clock, warn=pytest.fail) as session:
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
        made = botocore_session(**options)
        answer = {"Account": MANAGEMENT, "Arn": ADMINISTRATOR}
        made.get_component("event_emitter").register("before-call", partial(respond, answer))
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
