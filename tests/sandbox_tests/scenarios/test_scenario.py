"""Scenario files, and the errors of invalid ones."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import FrozenInstanceError
from typing import TYPE_CHECKING, Any

import pytest

from sandbox import Scenario, ScenarioError

if TYPE_CHECKING:
    from pathlib import Path

MINIMAL: dict[str, Any] = {
    "description": "One account.",
    "management_account": {"id": "111111111111", "name": "Management", "email": "management@example.com"},
}
MEMBER = {"id": "222222222222", "name": "Member", "email": "member@example.com"}
INSTANCE = {
    "account_id": "111111111111",
    "region": "us-east-1",
    "id": "i-0a1b2c3d4e5f60711",
    "platform": "Ubuntu",
    "platform_version": "24.04",
    "agent_version": "3.3.3050.0",
}
ENVIRONMENT = {
    "account_id": "111111111111",
    "region": "us-east-1",
    "id": "0123456789abcdef0123456789abcdef",
    "name": "workshop",
}
SYNC = {"account_id": "111111111111", "region": "us-east-1", "name": "all", "organization": True}
MANAGER = {
    "account_id": "111111111111",
    "region": "us-east-1",
    "name": "patches",
    "type": "AWSQuickSetupType-PatchPolicy",
    "parameters": {"TargetOrganizationalUnits": "Workloads"},
}


def test_bare_is_three_accounts_and_nothing_else() -> None:
    bare = Scenario.named("bare")

    assert bare.management_account.id == "111111111111"
    assert [(account.id, account.name) for account in bare.accounts] == [
        ("222222222222", "Administrator"),
        ("333333333333", "Workload"),
    ]
    assert bare == Scenario(bare.name, bare.description, bare.management_account, accounts=bare.accounts)


def test_realistic_is_a_company() -> None:
    realistic = Scenario.named("realistic")

    assert [path for path, _ in realistic.organizational_units_by_path()] == [
        "Security",
        "Workloads",
        "Workloads/Production",
        "Workloads/Test",
        "Suspended",
    ]
    members = realistic.member_accounts()
    assert len(members) == 6
    assert [account.id for account in members if account.status == "SUSPENDED"] == ["777777777777"]
    assert {instance.region for instance in realistic.instances} == {"ap-northeast-1", "us-east-1", "eu-west-1"}
    assert {instance.platform_type for instance in realistic.instances} == {"Linux", "Windows"}


def test_scenarios_cannot_be_changed() -> None:
    bare = Scenario.named("bare")
    with pytest.raises(FrozenInstanceError):
        bare.description = "other"  # type: ignore[misc]


def test_a_file_that_is_read_has_its_name(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(
        'description: Mine.\nmanagement_account: {id: "111111111111", name: M, email: m@example.com}\n',
        encoding="utf-8",
    )
    assert Scenario.load(path).name == "mine"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"descripton": "x"}, "Additional properties are not allowed ('descripton' was unexpected)"),
        (
            {"management_account": {**MEMBER, "mail": "x"}},
            "management_account: Additional properties are not allowed ('mail' was unexpected)",
        ),
        ({"management_account": None}, "management_account: None is not of type 'object'"),
        (
            {"management_account": {"name": "M", "email": "m@example.com"}},
            "management_account: 'id' is a required property",
        ),
        (
            {"accounts": [{**MEMBER, "id": "2222"}]},
            "accounts[0].id: '2222' does not match '^[0-9]{12}$'; expected 12 digits, in quotes",
        ),
        (
            {"accounts": [{**MEMBER, "id": 222222222222}]},
            "accounts[0].id: 222222222222 is not of type 'string'; expected 12 digits, in quotes",
        ),
        ({"accounts": [{**MEMBER, "email": "member"}]}, "accounts[0].email: 'member' does not match"),
        (
            {"accounts": [{**MEMBER, "status": "CLOSED"}]},
            "accounts[0].status: 'CLOSED' is not one of ['ACTIVE', 'SUSPENDED']",
        ),
        ({"accounts": {"id": "2"}}, "accounts: {'id': '2'} is not of type 'array'"),
        ({"accounts": [MEMBER, MEMBER]}, "the account id '222222222222' is there more than once"),
        (
            {"accounts": [MEMBER, {**MEMBER, "id": "333333333333"}]},
            "the account e-mail address 'member@example.com' is there more than once",
        ),
        (
            {"organizational_units": [{"name": "A", "accounts": [MEMBER, {**MEMBER, "id": "3"}]}]},
            "organizational_units[0].accounts[1].id: '3' does not match",
        ),
        (
            {"organizational_units": [{"name": "A"}, {"name": "A"}]},
            "the organizational unit 'A' is there more than once",
        ),
        ({"trusted_access": ["ssm"]}, "trusted_access[0]: 'ssm' does not match"),
        ({"stack_sets_access": "ON"}, "stack_sets_access: 'ON' is not one of ['DISABLED', 'ENABLED']"),
        ({"feature_set": "SOME"}, "feature_set: 'SOME' is not one of ['ALL', 'CONSOLIDATED_BILLING']"),
        (
            {"delegated_administrators": [{"account_id": "999999999999", "service_principal": "ssm.amazonaws.com"}]},
            "delegated_administrators[0].account_id: no account of this scenario has the id '999999999999'",
        ),
        ({"instances": [{**INSTANCE, "region": "us-esat-1"}]}, "instances[0].region: 'us-esat-1' does not match"),
        ({"instances": [{**INSTANCE, "id": "i-1"}]}, "instances[0].id: 'i-1' does not match"),
        (
            {"instances": [{**INSTANCE, "platform_version": 24.04}]},
            "instances[0].platform_version: 24.04 is not of type 'string'",
        ),
        (
            {"instances": [{**INSTANCE, "status": "Lost"}]},
            "instances[0].status: 'Lost' is not one of ['Active', 'Stopped', 'ConnectionLost', 'Terminated']",
        ),
        (
            {"instances": [{**INSTANCE, "patches": {"installed": -1}}]},
            "instances[0].patches.installed: -1 is less than the minimum of 0",
        ),
        (
            {"instances": [{**INSTANCE, "patches": {"missing": {"urgent": 1}}}]},
            "instances[0].patches.missing: 'urgent' is not one of ['critical', 'high', ",
        ),
        (
            {"instances": [{**INSTANCE, "patches": {"failed": 3}}]},
            "instances[0].patches.failed: 3 is not of type 'object'",
        ),
        ({"instances": [{**INSTANCE, "patch_group": "a;b"}]}, "instances[0].patch_group: 'a;b' does not match"),
        (
            {"instances": [{**INSTANCE, "scanned_at": "2026-01-05T09:00:01Z"}]},
            "instances[0].scanned_at: 2026-01-05T09:00:01Z is after the start of the sandbox, 2026-01-05T09:00:00Z",
        ),
        (
            {"instances": [{**INSTANCE, "scanned_at": "2026-13-01T00:00:00Z"}]},
            "instances[0].scanned_at: '2026-13-01T00:00:00Z' does not match",
        ),
        ({"instances": [{**INSTANCE, "scanned_at": "2026-02-30T00:00:00Z"}]}, "day is out of range for month"),
        (
            {"instances": [{**INSTANCE, "scanned_at": -1}]},
            "instances[0].scanned_at: -1 is less than the minimum of 0; expected a time such as",
        ),
        (
            {"instances": [{**INSTANCE, "operation": "Look"}]},
            "instances[0].operation: 'Look' is not one of ['Scan', 'Install']",
        ),
        (
            {"instances": [{**INSTANCE, "platform": "Plan 9", "scanned_at": 1}]},
            "instances[0].scanned_at: there is no patch baseline for the platform 'Plan 9'",
        ),
        ({"instances": [INSTANCE, INSTANCE]}, "the instance id 'i-0a1b2c3d4e5f60711' is there more than once"),
        (
            {"configuration_managers": [MANAGER]},
            (
                "configuration_managers[0].parameters.TargetOrganizationalUnits: 'Workloads' is neither an id nor "
                "one of the organizational units (none)"
            ),
        ),
        (
            {"configuration_managers": [{**MANAGER, "parameters": {"A": 1}}]},
            "configuration_managers[0].parameters.A: 1 is not of type 'string'; expected a string in quotes",
        ),
        (
            {"management_account": {**MINIMAL["management_account"], "access_role": "absent"}},
            "management_account: Additional properties are not allowed ('access_role' was unexpected)",
        ),
        (
            {"accounts": [{**MEMBER, "access_role": "none"}]},
            "accounts[0].access_role: 'none' is not one of ['trusting', 'untrusting', 'absent']",
        ),
        (
            {"cloud9_environments": [{**ENVIRONMENT, "id": "environment"}]},
            "cloud9_environments[0].id: 'environment' does not match '^[0-9a-f]{32}$'; expected 32 hexadecimal digits",
        ),
        (
            {"cloud9_environments": [ENVIRONMENT, ENVIRONMENT]},
            "the Cloud9 environment id '0123456789abcdef0123456789abcdef' is there more than once",
        ),
        (
            {"cloud9_environments": [{**ENVIRONMENT, "account_id": "999999999999"}]},
            "cloud9_environments[0].account_id: no account of this scenario has the id '999999999999'",
        ),
        (
            {"enabled_regions": [{"account_id": "111111111111", "region": "eu-west-1"}]},
            "enabled_regions[0].region: 'eu-west-1' is enabled by default in every account",
        ),
        (
            {"enabled_regions": [{"account_id": "111111111111", "region": "us-gov-west-1"}]},
            "enabled_regions[0].region: 'us-gov-west-1' is not one of the opt-in Regions af-south-1, ",
        ),
        (
            {"enabled_regions": [{"account_id": "999999999999", "region": "af-south-1"}]},
            "enabled_regions[0].account_id: no account of this scenario has the id '999999999999'",
        ),
        (
            {"resource_data_syncs": [{**SYNC, "name": str(number)} for number in range(6)]},
            "resource_data_syncs: 111111111111 has 6 of type SyncFromSource in us-east-1; an account has at most 5",
        ),
        (
            {"resource_data_syncs": [SYNC, SYNC]},
            "the resource data sync '111111111111 us-east-1 all' is there more than",
        ),
        (
            {"resource_data_syncs": [{**SYNC, "organization": "yes"}]},
            "resource_data_syncs[0].organization: 'yes' is not of type 'boolean'",
        ),
        (
            {"accounts": [MEMBER], "resource_data_syncs": [{**SYNC, "account_id": "222222222222"}]},
            "resource_data_syncs[0].organization: only the management account and the delegated administrator",
        ),
        (
            {"resource_data_syncs": [{**SYNC, "account_id": "999999999999"}]},
            "resource_data_syncs[0].account_id: no account of this scenario has the id '999999999999'",
        ),
        (
            {"management_account": {**MINIMAL["management_account"], "status": "SUSPENDED"}},
            "management_account.status: 'ACTIVE' was expected",
        ),
    ],
)
def test_errors_name_the_location_and_the_rule(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        Scenario.parse({**deepcopy(MINIMAL), **change}, "wrong")
    assert str(caught.value).startswith("scenario wrong: ")
    assert message in str(caught.value)


def test_an_organizational_unit_that_is_there_can_be_a_target() -> None:
    document = {**MINIMAL, "organizational_units": [{"name": "Workloads"}], "configuration_managers": [MANAGER]}
    assert Scenario.parse(document).configuration_managers[0].status == "SUCCEEDED"


@pytest.mark.parametrize("document", [None, [], "text"])
def test_a_document_that_is_not_an_object(document: object) -> None:
    with pytest.raises(ScenarioError, match="is not of type 'object'"):
        Scenario.parse(document)


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(ScenarioError, match="no scenario named 'bear'; there are: bare, cloud9, realistic, troubled"):
        Scenario.named("bear")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"absent\.yaml: cannot be read: No such file"):
        Scenario.load(tmp_path / "absent.yaml")
    broken = tmp_path / "broken.yaml"
    broken.write_text("a: [", encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"broken\.yaml: not YAML"):
        Scenario.load(broken)
