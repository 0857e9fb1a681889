"""What a user has set, and whose credentials and which Region a tool then works with."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha1
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sandbox import Sandbox

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
