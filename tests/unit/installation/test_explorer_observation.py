"""`observe.py resource-data-sync`."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from sandbox import Scenario
from sandbox.scenarios.scenario import ResourceDataSync
from unit.quick_setup_cases import modifying

if TYPE_CHECKING:
    from collections.abc import Callable

    from botocore.session import Session

    from sandbox import Sandbox
    from unit.conftest import Run

MANAGEMENT = "111111111111"
QUERY = {"sync_name": "organization"}
SYNC = ResourceDataSync(MANAGEMENT, "us-east-1", "organization", organization=True)
NOTHING = {
    "schema_version": "1",
    "account_id": MANAGEMENT,
    "exists": "false",
    "status": "",
    "state": "",
    "message": "",
    "last_successful_sync": "",
    "explanation": "",
    "source": "",
    "existing": "{}",
    "others": "[]",
    "settings": "{}",
    "no_longer_wanted": "{}",
}


def reset(aws: Sandbox, *syncs: ResourceDataSync) -> None:
    aws.reset(replace(Scenario.named("bare"), resource_data_syncs=syncs))


def showing(**source: Any) -> Callable[..., Session]:
    """Sessions to which AWS shows this of every sync: what begins with L of itself, the rest of its SyncSource."""

    def change(parsed: dict[str, Any]) -> None:
        for sync in parsed["ResourceDataSyncItems"]:
            sync.update({key: value for key, value in source.items() if key.startswith("L")})
            sync["SyncSource"].update({key: value for key, value in source.items() if not key.startswith("L")})

    return modifying("ssm.ListResourceDataSync", change)


def test_there_is_none(aws: Sandbox, run: Run, api_calls: Callable[[], list[str]]) -> None:
    before = aws.snapshot()
    outcome = run("observe", "resource-data-sync", query=QUERY)
    assert (outcome.status, outcome.stderr, outcome.result) == (0, "", NOTHING)
    assert api_calls() == ["sts:GetCallerIdentity", "ssm:ListResourceDataSync"]
    assert aws.snapshot() == before


def test_a_person_sees_where_it_looked_and_nothing_there_is_no_success(aws: Sandbox, run: Run) -> None:
    arguments = ("--account-id", MANAGEMENT, "--region", "us-east-1", "--sync-name", "organization")
    session = f"In account {MANAGEMENT}, Region us-east-1, as arn:aws:iam::{MANAGEMENT}:user/Administrator."
    reset(aws, replace(SYNC, name="other"))
    outcome = run("observe", "resource-data-sync", *arguments)
    assert (outcome.status, outcome.result["exists"]) == (3, "false")
    assert outcome.stderr == f"{session} Other resource data syncs of Explorer there: other.\n"
    reset(aws, SYNC)
    statuses = [
        run("observe", "resource-data-sync", *arguments, session_factory=session).status
        for session in (showing(), showing(State="NoPermissions"), showing(LastStatus="Failed"))
    ]
    assert statuses == [0, 1, 1]


def test_a_stack_or_sync_of_the_name_has_its_creator(aws: Sandbox, run: Run) -> None:
    query = {
        **QUERY,
        "installation": "ours",
        "record_region": "us-east-1",
        "stack_name": "ExplorerDataSync-organization",
    }

    def existing() -> dict[str, str]:
        parsed = json.loads(run("observe", "resource-data-sync", query=query).result["existing"])
        return {key: found["message"] for key, found in parsed.items()}

    assert existing() == {}
    reset(aws, SYNC)
    (message,) = existing().values()
    assert 'resource data sync "organization" (created manually, of the organization) already exists' in message
    assert "delete-resource-data-sync --sync-type SyncFromSource --sync-name organization --region us-east-1" in message
    assert "adopt" not in message

    for creator, words in (
        ("", "created manually"),
        ("theirs/2026", "Installation theirs"),
        ("ours/2026", "the state lost"),
    ):
        reset(aws)
        create_stack(aws, creator)
        assert existing().keys() == {"cloudformation-stack"}
        (message,) = existing().values()
        assert 'stack "ExplorerDataSync-organization" already exists. ' in message
        assert words in message
        assert "To generate the import or moved blocks" in message
        assert ("set name." in message) is not creator.startswith("ours")


def test_a_stack_whose_creation_failed_is_replaced(aws: Sandbox, run: Run) -> None:
    query = {
        **QUERY,
        "installation": "ours",
        "record_region": "us-east-1",
        "stack_name": "ExplorerDataSync-organization",
    }
    create_stack(aws, "ours/2026")

    def fail(parsed: dict[str, Any]) -> None:
        parsed["Stacks"][0]["StackStatus"] = "ROLLBACK_COMPLETE"

    session = modifying("cloudformation.DescribeStacks", fail)
    outcome = run("observe", "resource-data-sync", query=query, session_factory=session)
    assert json.loads(outcome.result["existing"]) == {}
    query["installation"] = "another"
    (found,) = json.loads(
        run("observe", "resource-data-sync", query=query, session_factory=session).result["existing"]
    ).values()
    assert "Its status is ROLLBACK_COMPLETE." in found["message"]
    assert "adopt" not in found["message"]


def create_stack(aws: Sandbox, creator: str) -> None:
    aws.client("cloudformation").create_stack(
        StackName="ExplorerDataSync-organization",
        TemplateBody=json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}),
        Tags=[{"Key": "systems-manager-organization:created", "Value": creator}] if creator else [],
    )


def test_a_sync_of_the_entire_organization_and_others(aws: Sandbox, run: Run) -> None:
    neighbours = [
        replace(SYNC, name=name, organization=organization)
        for name, organization in (("own", False), ("AWS-QuickSetup-Explorer", True))
    ]
    elsewhere = replace(SYNC, region="eu-west-1", name="elsewhere")
    to_a_bucket = replace(SYNC, name="inventory", type="SyncToDestination", organization=False)
    reset(aws, *neighbours, SYNC, elsewhere, to_a_bucket)
    moment = datetime(2026, 3, 1, 10, 30, 15, 999, tzinfo=timezone(timedelta(hours=9)))
    session = showing(
        LastStatus="Successful",
        LastSuccessfulSyncTime=moment,
        SourceRegions=["us-west-2", "eu-west-1"],
        IncludeFutureRegions=True,
        EnableAllOpsDataSources=False,
    )
    result = run("observe", "resource-data-sync", query=QUERY, session_factory=session).result
    assert all(isinstance(value, str) for value in result.values())
    source, others = json.loads(result.pop("source")), json.loads(result.pop("others"))
    assert result == {
        **{key: value for key, value in NOTHING.items() if key not in ("source", "others")},
        "exists": "true",
        "status": "Successful",
        "last_successful_sync": "2026-03-01T01:30:15Z",
    }
    assert source == {
        "all_ops_data_sources_enabled": False,
        "include_future_regions": True,
        "organizational_unit_ids": [],
        "regions": ["eu-west-1", "us-west-2"],
    }
    assert others == [
        {"name": "AWS-QuickSetup-Explorer", "owner": "Quick Setup's, of the organization"},
        {"name": "own", "owner": "created manually, of this account"},
    ]


def test_the_same_source_is_the_same_text(aws: Sandbox, run: Run) -> None:
    reset(aws, SYNC)
    texts = set()
    for turn in (1, -1):
        units = [{"OrganizationalUnitId": f"ou-ab12-{n:08}"} for n in (1, 2)][::turn]
        organization = {"OrganizationSourceType": "OrganizationalUnits", "OrganizationalUnits": units}
        session = showing(AwsOrganizationsSource=organization, SourceRegions=["us-east-1", "eu-west-1"][::turn])
        texts.add(run("observe", "resource-data-sync", query=QUERY, session_factory=session).result["source"])
    (text,) = texts
    assert json.loads(text)["organizational_unit_ids"] == ["ou-ab12-00000001", "ou-ab12-00000002"]


def test_missing_fields_are_null_or_empty(aws: Sandbox, run: Run) -> None:
    def forget(parsed: dict[str, Any]) -> None:
        for sync in parsed["ResourceDataSyncItems"]:
            source = {"SourceType": "AwsOrganizations"}
            sync.clear()
            sync.update({"SyncName": "organization", "SyncSource": source})

    reset(aws, SYNC)
    session = modifying("ssm.ListResourceDataSync", forget)
    result = run("observe", "resource-data-sync", query=QUERY, session_factory=session).result
    assert json.loads(result.pop("source"))["all_ops_data_sources_enabled"] is None
    assert result == {**{key: value for key, value in NOTHING.items() if key != "source"}, "exists": "true"}


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("OrganizationNotExists", "delete the sync"),
        ("NoPermissions", "AWSServiceRoleForAmazonSSM_AccountDiscovery"),
        ("InvalidOrganizationalUnit", "organizational unit that does not exist"),
        ("TrustedAccessDisabled", "enable-aws-service-access --service-principal ssm.amazonaws.com"),
    ],
)
def test_problem_states_are_explained(aws: Sandbox, run: Run, state: str, expected: str) -> None:
    reset(aws, SYNC)
    session = showing(LastStatus="Failed", LastSyncStatusMessage="It\ndid not work.", State=state)
    result = run("observe", "resource-data-sync", query=QUERY, session_factory=session).result
    assert (result["status"], result["state"], result["message"]) == ("Failed", state, "It did not work.")
    assert expected in result["explanation"]


def test_other_states_are_no_problem(aws: Sandbox, run: Run) -> None:
    """Accounts show others than the four that AWS documents, and no check must take them for a problem."""
    reset(aws, SYNC)
    result = run("observe", "resource-data-sync", query=QUERY, session_factory=showing(State="InSync")).result
    assert (result["state"], result["explanation"]) == ("", "")


def test_a_sync_of_the_account_alone_has_no_source_of_the_organization(aws: Sandbox, run: Run) -> None:
    reset(aws, replace(SYNC, organization=False))
    result = run("observe", "resource-data-sync", query=QUERY).result
    assert (result["exists"], result["source"]) == ("true", "")


def test_output_on_a_terminal(aws: Sandbox, run: Run) -> None:
    reset(aws, SYNC, replace(SYNC, name="other"))
    arguments = ("--account-id", MANAGEMENT, "--region", "us-east-1", "--sync-name", "organization")
    outcome = run("observe", "resource-data-sync", *arguments, terminal=True)
    assert outcome.status == 0
    for line in (
        "exists: true",
        "state: (none)",
        "others: 1",
        "  name=other  owner=created manually, of the organization",
    ):
        assert line in outcome.stdout.splitlines()


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("name", ["", "x" * 65, "a\nb"])
def test_an_invalid_name_is_an_error(run: Run, name: str) -> None:
    outcome = run("observe", "resource-data-sync", query={"sync_name": name})
    assert (outcome.status, outcome.stdout) == (1, "")
    assert "sync_name is " in outcome.stderr
    assert "must be the name of a resource data sync" in outcome.stderr
