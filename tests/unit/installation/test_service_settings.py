"""`report.py service-settings` and `observe.py service-settings`."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Any

import pytest

from sandbox import Fault

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox import Sandbox
    from unit.conftest import Run

MANAGEMENT, MEMBER, OTHER_MEMBER = "111111111111", "333333333333", "222222222222"
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


def value_of(aws: Sandbox, account_id: str, region: str = "us-east-1") -> str:
    ssm = aws.client("ssm", account_id, region)
    return str(ssm.get_service_setting(SettingId=SHARING)["ServiceSetting"]["SettingValue"])


@pytest.fixture
def kept(aws: Sandbox, run: Run, tmp_path: Path) -> Path:
    """A file with what two member accounts had before it was reset."""
    file = tmp_path / "service-settings.json"
    share(aws, MEMBER)
    share(aws, MEMBER, "eu-west-1")
    share(aws, OTHER_MEMBER)
    regions = "us-east-1,eu-west-1"
    file.write_text(
        run("report", "service-settings", "--member-role-name", ROLE, "--regions", regions, "--json").stdout
    )
    for account_id, region in ((MEMBER, "us-east-1"), (MEMBER, "eu-west-1"), (OTHER_MEMBER, "us-east-1")):
        aws.client("ssm", account_id, region).update_service_setting(SettingId=SHARING, SettingValue="Disable")
    return file


def test_kept_values_are_set_again(aws: Sandbox, run: Run, kept: Path) -> None:
    share(aws, OTHER_MEMBER)
    restore = ("report", "service-settings", "--member-role-name", ROLE, "--restore", str(kept))
    asked = run(*restore)
    differing = f"{MEMBER} eu-west-1: {SHARING} = Enable\n{MEMBER} us-east-1: {SHARING} = Enable\n"
    assert (asked.status, asked.stdout) == (1, differing)
    assert value_of(aws, MEMBER) == "Disable"

    begin = len(aws.calls)
    done = run(*restore, "--yes")
    assert (done.status, done.stdout) == (0, differing)
    assert done.stderr == "2 settings set.\n"
    changed = {(call.account_id, call.region) for call in aws.calls[begin:] if not call.is_read_only}
    assert changed == {(MEMBER, "eu-west-1"), (MEMBER, "us-east-1")}
    assert value_of(aws, MEMBER) == value_of(aws, MEMBER, "eu-west-1") == "Enable"

    again = run(*restore, "--yes")
    assert (again.status, again.stdout) == (0, "")


def test_what_cannot_be_set_again_is_no_success(aws: Sandbox, run: Run, kept: Path) -> None:
    restore = ("report", "service-settings", "--restore", str(kept), "--yes")
    alone = run(*restore)
    assert alone.status == 3
    assert f"Not read: Account {MEMBER} requires --member-role-name." in alone.stderr

    aws.faults.inject(Fault("ssm", "UpdateServiceSetting", "access_denied", account_id=MEMBER, times=1000))
    denied = run(*restore, "--member-role-name", ROLE)
    assert denied.status == 3
    assert "Not set: " in denied.stderr
    assert value_of(aws, OTHER_MEMBER) == "Enable"

    aws.faults.reset()
    aws.client("organizations").remove_account_from_organization(AccountId=MEMBER)
    left = run(*restore, "--member-role-name", ROLE)
    assert left.status == 3
    assert f"Not read: Account {MEMBER} is not an active account of the organization." in left.stderr


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"setting_id": "/ssm/other"}, 'entry 1: setting_id is "/ssm/other", which report.py service-settings never'),
        ({"account_id": 3}, "entry 1: account_id is 3, which"),
        ({"value": "a b"}, 'entry 1: value is "a b", which'),
        ({"more": ""}, "entry 1: more is unknown"),
    ],
)
def test_a_file_that_was_changed_is_refused(run: Run, kept: Path, change: dict[str, object], message: str) -> None:
    document = json.loads(kept.read_text())
    document["customized"][0] |= change
    kept.write_text(json.dumps(document))
    outcome = run("report", "service-settings", "--restore", str(kept))
    assert outcome.status == 2
    assert message in outcome.stderr
    kept.unlink()
    outcome = run("report", "service-settings", "--restore", str(kept))
    assert f'restore is "{kept}", but cannot be read: No such file or directory.' in outcome.stderr


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


@pytest.mark.parametrize(
    ("installation", "lost"),
    [
        ("20261202T000000Z-abc123", True),
        ("20261202T000000Z-000000", False),
        ("20261201T000000Z-abc123", False),
        ("named", False),
    ],
)
def test_the_record_of_an_earlier_apply_of_the_same_call(
    aws: Sandbox, run: Run, installation: str, *, lost: bool
) -> None:
    key = "document-public-sharing/us-east-1"
    name = "20261201T000000Z-abc123"
    setting = {"key": key, "value": "Disable", "previous": "default", "change": "done"}
    query = {"installation": name, "record_region": "us-east-1", "settings": json.dumps([setting])}
    assert run("ensure", "settings", query=query).status == 0

    observed = run(
        "observe", "service-settings", query={"settings": json.dumps([{"key": key}]), "installation": installation}
    ).result["regions"]
    message = json.loads(observed)["us-east-1"]["lost_record"]
    assert bool(message) is lost
    if lost:
        assert f'set installation = "{name}", which' in message
        restored = run("report", *shlex.split(message.partition("report.py ")[2]), "--yes")
        assert restored.status == 0
        assert value_of(aws, MANAGEMENT) == "Enable"


@pytest.mark.parametrize("arguments", [["--json"], ["--regions", "us-east-1"]])
def test_restore_ignores_no_option(aws: Sandbox, run: Run, arguments: list[str]) -> None:
    outcome = run("report", "service-settings", "--restore", "settings.json", *arguments)
    assert (outcome.status, outcome.stdout) == (2, "")
    assert "--restore has its Regions from the file, and prints text: leave --regions and --json out." in outcome.stderr
    assert aws.calls == []
