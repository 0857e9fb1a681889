"""`report.py service-settings` and `observe.py service-settings`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sandbox import Fault

if TYPE_CHECKING:
    from sandbox import Sandbox
    from unit.conftest import Run

MANAGEMENT, MEMBER = "111111111111", "333333333333"
ROLE = "OrganizationAccountAccessRole"
SHARING = "/ssm/documents/console/public-sharing-permission"
UPDATE = f"aws ssm update-service-setting --region us-east-1 --setting-id {SHARING} --setting-value Enable"


def share(aws: Sandbox, account_id: str, region: str = "us-east-1") -> None:
    aws.client("ssm", account_id, region).update_service_setting(SettingId=SHARING, SettingValue="Enable")


def test_what_is_not_the_default_is_listed_with_the_command_that_sets_it(aws: Sandbox, run: Run) -> None:
    share(aws, MEMBER)
    share(aws, MEMBER, "eu-west-1")
    user = f"arn:aws:iam::{MEMBER}:user/Administrator"
    outcome = run("report", "service-settings", "--member-role-name", ROLE)
    assert outcome.stdout == f"{MEMBER} us-east-1: {SHARING} = Enable, set by {user}\n  {UPDATE}\n"
    assert outcome.status == 0
    assert "1 setting without AWS's default." in outcome.stderr

    regions = json.dumps(["eu-west-1", "us-east-1"])
    listed = run("report", "service-settings", "--member-role-name", ROLE, "--regions", regions, "--json")
    document = json.loads(listed.stdout)
    assert {(item["account_id"], item["region"]) for item in document["customized"]} == {
        (MEMBER, "eu-west-1"),
        (MEMBER, "us-east-1"),
    }


def test_without_a_role_the_account_itself(aws: Sandbox, run: Run) -> None:
    share(aws, MEMBER)
    share(aws, MANAGEMENT)
    document = json.loads(run("report", "service-settings", "--json").stdout)
    assert document["account_ids"] == [item["account_id"] for item in document["customized"]] == [MANAGEMENT]


def test_what_cannot_be_read_is_no_success(aws: Sandbox, run: Run) -> None:
    aws.faults.inject(Fault("ssm", "GetServiceSetting", "access_denied", times=1000))
    outcome = run("report", "service-settings")
    assert outcome.status == 3
    assert "Not read:" in outcome.stderr
    assert run("report", "service-settings", "--member-role-name", "Nobodys").status == 3


def test_a_plan_reads_each_region_and_its_record(aws: Sandbox, run: Run) -> None:
    share(aws, MANAGEMENT)
    keys = [f"document-public-sharing/{region}" for region in ("eu-west-1", "us-east-1")]
    settings = json.dumps([{"key": key} for key in keys])
    regions: dict[str, Any] = json.loads(
        run("observe", "service-settings", query={"settings": settings, "installation": "one"}).result["regions"]
    )
    values = {key: found["value"] for region in regions.values() for key, found in region["settings"].items()}
    assert values == {keys[0]: "default", keys[1]: "Enable"}
    assert [region["no_longer_wanted"] for region in regions.values()] == [{}, {}]
