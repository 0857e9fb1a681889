"""`ensure.py delegated-administrator-departure`: whether the administrator can be deregistered without a loss."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from sandbox import Fault, Scenario
from sandbox.scenario import Account, ResourceDataSync
from systems_manager_organization.connection import boto3_session

if TYPE_CHECKING:
    from collections.abc import Callable

    from boto3.session import Session

    from sandbox import Sandbox
    from scripts.conftest import Run

MANAGEMENT, ADMINISTRATOR = "111111111111", "222222222222"
VERB = "delegated-administrator-departure"
QUERY = {
    "administrator_account_id": ADMINISTRATOR,
    "member_role_name": "OrganizationAccountAccessRole",
    "regions": json.dumps(["us-east-1", "eu-west-1"]),
}
SYNC = ResourceDataSync(ADMINISTRATOR, "us-east-1", "organization", organization=True)


def reset(aws: Sandbox, *syncs: ResourceDataSync, **changes: Any) -> None:
    aws.reset(replace(Scenario.named("bare"), resource_data_syncs=syncs, **changes))


def test_syncs_that_would_go_are_named_with_what_comes_first(aws: Sandbox, run: Run) -> None:
    reset(aws, SYNC, replace(SYNC, region="eu-west-1", name="second"), replace(SYNC, region="eu-west-1", name="first"))
    before = aws.snapshot()
    outcome = run("ensure", VERB, query=QUERY)
    assert (outcome.status, outcome.stdout) == (1, "")
    assert outcome.stderr.count("\n") == 1
    assert "first (eu-west-1), second (eu-west-1), organization (us-east-1)" in outcome.stderr
    assert (
        "Destroy the configuration of the administrator account first (the one that calls modules/explorer), then this "
        "one." in outcome.stderr
    )
    assert "delete-resource-data-sync --region REGION" in outcome.stderr
    assert aws.snapshot() == before


@pytest.mark.parametrize(
    "sync",
    [
        None,
        replace(SYNC, name="AWS-QuickSetup-Explorer-a1b2c"),
        replace(SYNC, organization=False),
        replace(SYNC, type="SyncToDestination", organization=False),
        replace(SYNC, region="us-west-2"),
        replace(SYNC, account_id=MANAGEMENT),
    ],
    ids=["none", "Quick Setup's", "of the account", "to a bucket", "in another Region", "in another account"],
)
def test_what_stays_is_no_obstacle(
    aws: Sandbox, run: Run, asked: Callable[[], list[str]], sync: ResourceDataSync | None
) -> None:
    reset(aws, *([sync] if sync else []))
    outcome = run("ensure", VERB, query=QUERY)
    assert (outcome.status, outcome.stderr) == (0, "")
    assert outcome.stdout == (
        f"Account {ADMINISTRATOR} has no resource data sync of the organization in eu-west-1, us-east-1.\n"
    )
    assert sorted(asked()) == [*["ssm:ListResourceDataSync"] * 2, "sts:AssumeRole", "sts:GetCallerIdentity"]


@pytest.mark.parametrize(
    "accounts",
    [(), (Account(ADMINISTRATOR, "No role", "administrator@example.com", access_role="absent"),)],
    ids=["gone", "no role"],
)
def test_an_account_that_cannot_be_entered_is_no_obstacle(
    aws: Sandbox, run: Run, accounts: tuple[Account, ...]
) -> None:
    reset(aws, accounts=accounts)
    outcome = run("ensure", VERB, query=QUERY)
    assert (outcome.status, outcome.stderr) == (0, "")
    assert f"Nobody could look for Explorer's resource data syncs in account {ADMINISTRATOR}" in outcome.stdout
    assert "AccessDenied" in outcome.stdout


@pytest.mark.parametrize("found", [False, True], ids=["none", "one"])
def test_a_region_that_cannot_be_read_hides_no_other(aws: Sandbox, run: Run, found: bool) -> None:
    reset(aws, *([replace(SYNC, region="eu-west-1")] if found else []))
    aws.faults.inject(Fault("ssm", "ListResourceDataSync", "access_denied", region="us-east-1", times=10))
    outcome = run("ensure", VERB, query=QUERY)
    if found:
        assert outcome.status == 1
        assert "organization (eu-west-1)" in outcome.stderr
        return
    assert (outcome.status, outcome.stderr) == (0, "")
    assert "no resource data sync of the organization in eu-west-1." in outcome.stdout
    assert f"Nobody could look for Explorer's resource data syncs in account {ADMINISTRATOR} and Region us-east-1" in (
        outcome.stdout
    )


def test_without_a_region_it_says_that_nobody_looked(aws: Sandbox, run: Run) -> None:
    reset(aws, SYNC)
    outcome = run("ensure", VERB, query={**QUERY, "regions": "[]"})
    assert (outcome.status, outcome.stderr) == (0, "")
    assert outcome.stdout.startswith("No Region was named")


def test_the_role_can_do_no_more_than_read(aws: Sandbox, run: Run) -> None:
    assert not aws.violations
    policies: list[dict[str, Any]] = []

    def factory(**options: str | None) -> Session:
        session = boto3_session(**options)
        session.events.register(
            "provide-client-params.sts.AssumeRole", lambda params, **_: policies.append(json.loads(params["Policy"]))
        )
        return session

    assert run("ensure", VERB, query=QUERY, session_factory=factory).status == 0
    ((statement,),) = [policy["Statement"] for policy in policies]
    assert "ssm:ListResourceDataSync" in statement["Action"]
    assert all(action.partition(":")[2].startswith(("List", "Describe", "Get")) for action in statement["Action"])


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("administrator_account_id", "", "administrator_account_id is missing"),
        ("member_role_name", "", "member_role_name is missing"),
        ("regions", "us-east-1", 'regions is "us-east-1", but must be a JSON list of Regions'),
    ],
)
def test_a_wrong_query_is_refused_in_one_line(run: Run, key: str, value: str, told: str) -> None:
    outcome = run("ensure", VERB, query={**QUERY, key: value})
    assert (outcome.status, outcome.stdout) == (1, "")
    assert told in outcome.stderr
