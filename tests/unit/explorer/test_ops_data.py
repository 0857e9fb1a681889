"""`report.py ops-data` in the administrator account."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from sandbox import Fault, Scenario
from sandbox.scenarios.parts import Account, DelegatedAdministrator, ResourceDataSync, ServiceLinkedRole
from systems_manager_organization.aws.session import botocore_session

if TYPE_CHECKING:
    from botocore.session import Session

    from sandbox import Sandbox
    from unit.conftest import Outcome, Run

MANAGEMENT, ADMINISTRATOR, SHOP, SHOP_TEST = "111111111111", "222222222222", "444444444444", "666666666666"
TOKYO = "ap-northeast-1"
EXPLORER = ResourceDataSync(ADMINISTRATOR, TOKYO, "explorer", organization=True)
SECOND = replace(EXPLORER, name="second")
OWN = ResourceDataSync(ADMINISTRATOR, TOKYO, "own")
QUICK_SETUP = ResourceDataSync(ADMINISTRATOR, TOKYO, "AWS-QuickSetup-abc", organization=True)
OPS_CENTER = replace(QUICK_SETUP, name="OpsCenter-DA-ResourceDataSync")
BUCKET = ResourceDataSync(ADMINISTRATOR, TOKYO, "bucket", type="SyncToDestination", organization=True)

WITHOUT_DATA = (
    f"2 of 6 active accounts of the organization have no data: {ADMINISTRATOR} Systems Manager Administrator, "
    f"{SHOP_TEST} Shop Test. They have no instance in these Regions, AWS has not collected from them yet, or they are "
    "not in the sync."
)

SESSION = f"account {ADMINISTRATOR}, Region {TOKYO}, as arn:aws:iam::{ADMINISTRATOR}:user/Administrator"

OpsData = Callable[..., "Outcome"]


@pytest.fixture
def ops_data(aws: Sandbox, act_as: Callable[[str], None], run: Run) -> OpsData:
    """Runs the command in the administrator account, which has these syncs."""

    def ops_data(
        *arguments: str,
        syncs: tuple[ResourceDataSync, ...] = (EXPLORER, OWN, QUICK_SETUP, OPS_CENTER, BUCKET),
        **options: Any,
    ) -> Outcome:
        reset(aws, resource_data_syncs=syncs)
        act_as(ADMINISTRATOR)
        return run("report", "ops-data", *arguments, "--region", TOKYO, **options)

    return ops_data


def reset(aws: Sandbox, **changes: Any) -> None:
    administrator = DelegatedAdministrator(ADMINISTRATOR, "ssm.amazonaws.com")
    role = ServiceLinkedRole(ADMINISTRATOR, "accountdiscovery.ssm.amazonaws.com")
    scenario = replace(
        Scenario.named("realistic"),
        trusted_access=("ssm.amazonaws.com",),
        delegated_administrators=(administrator,),
        service_linked_roles=(role,),
    )
    aws.reset(replace(scenario, **changes))


def with_sync(*, state: str = "", **members: Any) -> Callable[..., Session]:
    """Sessions in which the sync that is listed first reads otherwise."""

    def change(parsed: dict[str, Any], **_rest: Any) -> None:
        item = parsed["ResourceDataSyncItems"][0]
        item.update(members)
        if state:
            item["SyncSource"]["State"] = state

    def session(**options: Any) -> Session:
        made = botocore_session(**options)
        made.get_component("event_emitter").register("after-call.ssm.ListResourceDataSync", change)
        return made

    return session


def test_one_line_for_each_account_and_region_and_the_totals(ops_data: OpsData) -> None:
    outcome = ops_data()
    assert (outcome.status, outcome.stderr) == (0, f"In {SESSION}: resource data sync explorer.\n")
    assert outcome.stdout.splitlines() == [
        f"explorer: of the entire organization, in {TOKYO}.",
        "Its last status is Successful; it last succeeded at 2025-12-06T09:00:00Z.",
        f"{MANAGEMENT} Management, {TOKYO}: 1 instance, 0 managed",
        f"333333333333 Log Archive, {TOKYO}: 1 instance, 0 managed",
        f"{SHOP} Shop Production, {TOKYO}: 2 instances, 2 managed",
        f"555555555555 Payments Production, {TOKYO}: 1 instance, 0 managed",
        "5 EC2 instances of 4 accounts, 2 of them managed nodes.",
        WITHOUT_DATA,
    ]


def test_a_terminal_gets_a_table(ops_data: OpsData, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    outcome = ops_data("explorer", terminal=True)
    assert outcome.status == 0
    lines = re.sub("\x1b\\[[0-9;]*m", "", outcome.stdout).splitlines()
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in lines if "│" in line]
    assert [f"{SHOP} Shop Production", TOKYO, "2", "2"] in rows
    assert rows[-1] == ["total", "", "5", "2"]
    assert WITHOUT_DATA in " ".join(outcome.stdout.split())


def test_json_is_one_document(ops_data: OpsData) -> None:
    document = json.loads(ops_data("--json").stdout)
    assert (document["sync"]["name"], document["sync"]["status"], document["sync"]["explanation"]) == (
        "explorer",
        "Successful",
        "",
    )
    assert document["instances"][2] == {
        "account_id": SHOP,
        "account_name": "Shop Production",
        "region": TOKYO,
        "number": 2,
        "managed": 2,
    }
    assert document["total"] == {"number": 5, "managed": 2}
    assert [account["account_id"] for account in document["silent_accounts"]] == [ADMINISTRATOR, SHOP_TEST]


def test_it_reads_and_nothing_else(aws: Sandbox, ops_data: OpsData) -> None:
    ops_data()
    assert {f"{call.service}:{call.operation}" for call in aws.calls} == {
        "sts:GetCallerIdentity",
        "ssm:ListResourceDataSync",
        "ssm:GetOpsSummary",
        "organizations:ListRoots",
        "organizations:ListAccounts",
    }


def test_a_sync_of_one_account_lists_no_organization(ops_data: OpsData, aws: Sandbox) -> None:
    outcome = ops_data("own")
    assert outcome.status == 3
    assert "own: of this account." in outcome.stdout
    assert outcome.stdout.endswith("\nThe sync has no data.\n")
    assert "organizations" not in {call.service for call in aws.calls}


def test_thousands_of_accounts_without_data_are_not_all_named(
    aws: Sandbox, act_as: Callable[[str], None], run: Run
) -> None:
    members = tuple(
        Account(id=str(800000000000 + number), name=f"Crowd {number}", email=f"crowd-{number}@example.com")
        for number in range(20)
    )
    reset(aws, accounts=(*Scenario.named("realistic").accounts, *members), resource_data_syncs=(EXPLORER,))
    act_as(ADMINISTRATOR)
    outcome = run("report", "ops-data", "--region", TOKYO)
    assert "22 of 26 active accounts" in outcome.stdout
    assert "and 12 more, which --json names" in outcome.stdout
    assert len(json.loads(run("report", "ops-data", "--region", TOKYO, "--json").stdout)["silent_accounts"]) == 22


# Which sync


@pytest.mark.parametrize(
    ("arguments", "syncs", "problem", "choices"),
    [
        (["nothing"], (EXPLORER, OWN, BUCKET), 'no sync is named "nothing"', "explorer, own"),
        ([], (OWN, QUICK_SETUP), "no sync is of the organization", "AWS-QuickSetup-abc, own"),
        ([], (EXPLORER, SECOND, OWN), "several syncs are of the organization", "explorer, second"),
    ],
    ids=["unknown", "none", "several"],
)
def test_an_error_names_the_choices(
    ops_data: OpsData, arguments: list[str], syncs: tuple[ResourceDataSync, ...], problem: str, choices: str
) -> None:
    outcome = ops_data(*arguments, syncs=syncs)
    assert (outcome.status, outcome.stdout) == (1, "")
    where = f"in account {ADMINISTRATOR} and Region {TOKYO}"
    assert outcome.stderr == f"report.py ops-data: {problem} {where}. Name one of these: {choices}.\n"


def test_quick_setup_s_own_is_taken_when_it_is_named(ops_data: OpsData) -> None:
    assert ops_data("AWS-QuickSetup-abc").stdout.startswith("AWS-QuickSetup-abc: of the entire organization")


def test_the_management_account_does_not_see_the_administrator_s(ops_data: OpsData, act_as: Any, run: Run) -> None:
    ops_data()
    act_as(MANAGEMENT)
    outcome = run("report", "ops-data", "--region", TOKYO)
    assert (outcome.status, outcome.stdout) == (3, "")
    where = f"In account {MANAGEMENT}, Region {TOKYO}, as arn:aws:iam::{MANAGEMENT}:user/Administrator"
    assert outcome.stderr.startswith(f"{where}: no resource data sync of Explorer. Only the account that created")


def test_an_account_without_explorer_learns_what_makes_a_sync(ops_data: OpsData) -> None:
    outcome = ops_data(syncs=(BUCKET,))
    assert (outcome.status, outcome.stdout) == (3, "")
    assert outcome.stderr.startswith(f"In {SESSION}: no resource data sync of Explorer.")
    assert outcome.stderr.endswith("or create one with modules/explorer.\n")


# What is wrong


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("OrganizationNotExists", "no longer exists"),
        ("NoPermissions", "--aws-service-name accountdiscovery.ssm.amazonaws.com"),
        ("InvalidOrganizationalUnit", "an organizational unit that does not exist"),
        ("TrustedAccessDisabled", "aws organizations enable-aws-service-access --service-principal ssm.amazonaws.com"),
    ],
)
def test_a_problem_is_explained_and_fails(ops_data: OpsData, state: str, expected: str) -> None:
    outcome = ops_data("explorer", syncs=(EXPLORER,), session_factory=with_sync(state=state))
    assert outcome.status == 1
    assert f"\n{state}: " in outcome.stdout
    assert expected in outcome.stdout
    assert "5 EC2 instances" in outcome.stdout, "what it brought before"


def test_another_state_is_no_problem(ops_data: OpsData) -> None:
    outcome = ops_data(syncs=(EXPLORER,), session_factory=with_sync(state="InSync"))
    assert outcome.status == 0
    assert "InSync" not in outcome.stdout


def test_a_failed_sync_has_the_message_of_aws(ops_data: OpsData) -> None:
    at = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
    session = with_sync(LastStatus="Failed", LastSyncStatusMessage="Out of order.", LastSuccessfulSyncTime=at)
    outcome = ops_data(syncs=(EXPLORER,), session_factory=session)
    assert outcome.status == 1
    assert "Its last status is Failed; it last succeeded at 2026-01-02T03:04:00Z." in outcome.stdout
    assert 'AWS says: "Out of order."' in outcome.stdout


def test_a_sync_that_has_not_run_yet(ops_data: OpsData) -> None:
    session = with_sync(LastStatus="", LastSuccessfulSyncTime=None)
    outcome = ops_data(syncs=(EXPLORER,), session_factory=session)
    assert "Its last status is not known yet; it has not succeeded yet." in outcome.stdout


def test_an_answer_without_entities_is_none(ops_data: OpsData) -> None:
    def session(**options: Any) -> Session:
        made = botocore_session(**options)
        made.get_component("event_emitter").register(
            "after-call.ssm.GetOpsSummary", lambda parsed, **_rest: parsed.pop("Entities")
        )
        return made

    outcome = ops_data(session_factory=session)
    assert outcome.status == 3
    assert "\nThe sync has no data.\n6 of 6 active accounts" in outcome.stdout


def test_denied_account_lists_are_reported(aws: Sandbox, act_as: Callable[[str], None], run: Run) -> None:
    reset(aws, resource_data_syncs=(EXPLORER,))
    act_as(ADMINISTRATOR)
    aws.faults.inject(Fault("organizations", "ListRoots", "access_denied", times=1000))
    outcome = run("report", "ops-data", "--region", TOKYO)
    assert outcome.status == 0
    assert f"\n{SHOP}, {TOKYO}: 2 instances, 2 managed\n" in outcome.stdout
    assert "Which accounts of the organization have no data could not be checked: " in outcome.stdout
