"""`ensure.py settings` with Explorer's resource data sync of the organization."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sandbox.scenarios.scenario import ResourceDataSync
from unit.cases import settings_query
from unit.resource_data_sync_cases import (
    CREATE,
    DELETE,
    DESCRIBE,
    IDENTITY,
    KEY,
    MANAGEMENT,
    UPDATE,
    ensure,
    prepare,
    source,
    syncs,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox import Sandbox
    from unit.conftest import Run


LOADED = ("ssm:GetParametersByPath", "ssm:PutParameter")
SAVED = "ssm:PutParameter"


def unit(aws: Sandbox, name: str) -> str:
    made = aws.client("organizations").create_organizational_unit(ParentId="r-sbox", Name=name)
    return str(made["OrganizationalUnit"]["Id"])


def without_repeats(calls: list[str]) -> list[str]:
    """Without repeated polls."""
    return [call for index, call in enumerate(calls) if index == 0 or call != calls[index - 1]]


def test_creates_the_sync_once(aws: Sandbox, run: Run, api_calls: Callable[[], list[str]]) -> None:
    prepare(aws)
    first = ensure(aws, run)
    assert (first.status, first.stdout, first.stderr) == (0, f"{KEY}: present (was absent).\n", "")
    assert without_repeats(api_calls()) == [IDENTITY, *LOADED, DESCRIBE, CREATE, DESCRIBE, SAVED]
    made = syncs(aws)["organization"]
    assert made["LastStatus"] == "Successful", "it was waited for"
    assert (made["SyncSource"]["SourceType"], made["SyncSource"]["EnableAllOpsDataSources"]) == (
        "AwsOrganizations",
        False,
    )
    assert made["SyncSource"]["AwsOrganizationsSource"] == {"OrganizationSourceType": "EntireOrganization"}
    api_calls()

    second = ensure(aws, run, regions=["eu-west-1", "us-east-1", "us-east-1"])
    assert (second.status, second.stdout) == (0, f"{KEY}: already present.\n")
    assert CREATE not in api_calls()


def test_is_of_organizational_units(aws: Sandbox, run: Run) -> None:
    prepare(aws)
    one, two, three = (unit(aws, name) for name in ("One", "Two", "Three"))
    assert ensure(aws, run, organizational_unit_ids=[two, one]).status == 0
    assert ensure(aws, run, organizational_unit_ids=[one, three]).status == 0
    organization = source(aws)["AwsOrganizationsSource"]
    assert organization["OrganizationSourceType"] == "OrganizationalUnits"
    assert sorted(found["OrganizationalUnitId"] for found in organization["OrganizationalUnits"]) == sorted(
        [one, three]
    )


@pytest.mark.parametrize(
    ("members", "member", "value"),
    [
        ({"regions": ["us-west-2"]}, "SourceRegions", ["us-west-2"]),
        ({"include_future_regions": True}, "IncludeFutureRegions", True),
        ({"all_ops_data_sources_enabled": True}, "EnableAllOpsDataSources", True),
    ],
)
def test_updates_what_differs(
    aws: Sandbox, run: Run, api_calls: Callable[[], list[str]], members: dict[str, Any], member: str, value: object
) -> None:
    prepare(aws)
    ensure(aws, run)
    api_calls()
    outcome = ensure(aws, run, **members)
    assert (outcome.status, outcome.stderr) == (0, "")
    assert outcome.stdout == f"{KEY}: present (was different).\n"
    assert without_repeats(api_calls()) == [IDENTITY, *LOADED, DESCRIBE, UPDATE, DESCRIBE, SAVED]
    assert source(aws)[member] == value
    assert syncs(aws)["organization"]["LastStatus"] == "Successful"


def test_leaves_other_syncs_alone(aws: Sandbox, run: Run) -> None:
    other = ResourceDataSync(MANAGEMENT, "us-east-1", "other", organization=True)
    prepare(aws, other)
    before = syncs(aws)
    assert ensure(aws, run).status == 0
    ensure(aws, run, action="restore")
    assert syncs(aws) == before


# What AWS cannot change


@pytest.mark.parametrize("entire_first", [True, False])
def test_the_account_options_of_a_sync_stay(
    aws: Sandbox, run: Run, api_calls: Callable[[], list[str]], entire_first: bool
) -> None:
    prepare(aws)
    options: list[list[str]] = [[], [unit(aws, "One")]][:: 1 if entire_first else -1]
    assert ensure(aws, run, organizational_unit_ids=options[0]).status == 0
    before = source(aws)
    api_calls()
    outcome = ensure(aws, run, organizational_unit_ids=options[1])
    assert (outcome.status, outcome.stdout) == (1, "")
    assert outcome.stderr.count("\n") == 1
    kinds = ["of the entire organization", "of organizational units"][:: 1 if entire_first else -1]
    assert f"{KEY} is {kinds[0]}, and AWS cannot change it to one {kinds[1]}. Delete it" in outcome.stderr
    assert (
        "delete-resource-data-sync --sync-type SyncFromSource --sync-name organization --region us-east-1"
        in outcome.stderr
    )
    assert source(aws) == before
    assert UPDATE not in api_calls()


def test_a_sync_of_the_account_is_not_taken_over(aws: Sandbox, run: Run) -> None:
    prepare(aws, ResourceDataSync(MANAGEMENT, "us-east-1", "organization"))
    before = syncs(aws)
    outcome = ensure(aws, run)
    assert outcome.status == 1
    assert f"{KEY} is of its own account only" in outcome.stderr
    assert syncs(aws) == before


# Restoring


def test_restores_what_was_absent_and_only_once(aws: Sandbox, run: Run, api_calls: Callable[[], list[str]]) -> None:
    prepare(aws)
    ensure(aws, run)
    api_calls()
    first = ensure(aws, run, action="restore")
    assert (first.status, first.stdout, first.stderr) == (0, f"{KEY}: absent again (was present).\n", "")
    assert without_repeats(api_calls())[2:-1] == [DESCRIBE, DELETE, DESCRIBE]
    assert syncs(aws) == {}

    second = ensure(aws, run, action="restore")
    assert (second.status, second.stderr) == (0, "")
    assert "left as it is, because it is absent and no longer present" in second.stdout


def test_an_existing_sync_is_kept(aws: Sandbox, run: Run) -> None:
    """What it collected from before is not recorded: so it stays as it is."""
    prepare(aws)
    ensure(aws, run)
    before = syncs(aws)
    setting = {"key": KEY, "value": "present", "previous": "different"}
    outcome = run("ensure", "settings", query=settings_query(setting, action="restore"))
    assert (outcome.status, outcome.stderr) == (0, "")
    assert outcome.stdout == f"{KEY}: left present, because its previous source is not recorded.\n"
    assert syncs(aws) == before
