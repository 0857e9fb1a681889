"""The deployment status where ListConfigurations has a row for each account and Region, or one of the whole."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from sandbox import Fault, Scenario
from sandbox.scenarios.scenario import Account
from systems_manager_organization.aws.session import botocore_session
from unit.cases import INSTALLATION
from unit.quick_setup_cases import (
    ADMINISTRATOR,
    DENIED,
    MANAGEMENT,
    WORKLOAD,
    create,
    create_local,
    prepare,
    query_of,
    update,
    with_one_row,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from botocore.session import Session

    from sandbox import Sandbox
    from unit.conftest import Run

FORMER = "777777777777"
REGIONS = ("eu-west-1", "us-east-1")
SCAN: dict[str, Any] = {"name": "scan", "type": "AWSQuickSetupType-PatchPolicy", "regions": REGIONS}
ONE_STATUS = "AWS reports one status for all accounts and Regions, and StackSets could not be read."


def _deploy(aws: Sandbox) -> str:
    return create(aws, TargetRegions=",".join(REGIONS))


def all_well(aws: Sandbox) -> None:
    _deploy(aws)


def one_account_failed(aws: Sandbox) -> None:
    for region in REGIONS:
        aws.fail_deployment("scan", WORKLOAD, region, DENIED)
    _deploy(aws)


def one_region_failed(aws: Sandbox) -> None:
    for account_id in (ADMINISTRATOR, WORKLOAD):
        aws.fail_deployment("scan", account_id, "eu-west-1", "LimitExceeded")
    _deploy(aws)


def suspended_account(aws: Sandbox) -> None:
    members = Scenario.named("bare").accounts
    former = Account(FORMER, "Former", "former@example.com", status="SUSPENDED")
    aws.reset(replace(Scenario.named("bare"), accounts=(*members, former)))
    prepare(aws)
    _deploy(aws)


def counts(succeeded: int, failed: int, not_deployed: int) -> Counter[str]:
    return Counter(succeeded=succeeded, failed=failed, not_deployed=not_deployed)


ORGANIZATIONS = [
    pytest.param(all_well, counts(4, 0, 2), set(), id="all well"),
    pytest.param(one_account_failed, counts(2, 2, 2), {"DEPLOYMENT_FAILED"}, id="one account failed"),
    pytest.param(one_region_failed, counts(2, 2, 2), {"DEPLOYMENT_FAILED"}, id="one Region failed"),
    # A note: nothing is to be done.
    pytest.param(suspended_account, counts(4, 0, 4), set(), id="suspended account"),
]


def seen(run: Run, session_factory: Callable[..., Session]) -> dict[str, Any]:
    """What a plan gets, and what the two commands show."""
    keys = {"installation": INSTALLATION, "record_region": "us-east-1", "configurations": json.dumps([SCAN])}
    observed = run("observe", "organization", query=keys, session_factory=session_factory)
    shown = run("observe", "deployments", "--json", session_factory=session_factory)
    explained = run("report", "explain", "scan", "--json", session_factory=session_factory)
    assert observed.stderr + shown.stderr + explained.stderr == ""
    (explanation,) = json.loads(explained.stdout)
    shown_states = json.loads(shown.stdout)[0]["account_regions"]
    return {
        "deployments": json.loads(observed.result["deployments"]),
        "findings": [finding for finding in json.loads(observed.result["findings"]) if finding["severity"] != "note"],
        "account_regions": [
            {key: value for key, value in state.items() if key != "associations"} for state in shown_states
        ],
        "explanation": explanation,
        "status": shown.status,
    }


@pytest.mark.parametrize(("deploy", "expected", "codes"), ORGANIZATIONS)
def test_both_readings_are_the_same(
    aws: Sandbox, run: Run, deploy: Callable[[Sandbox], None], expected: Counter[str], codes: set[str]
) -> None:
    prepare(aws)
    deploy(aws)
    by_account_region, of_the_whole = seen(run, botocore_session), seen(run, with_one_row(aws))
    assert by_account_region == of_the_whole
    assert Counter(item["state"] for item in by_account_region["account_regions"]) == expected
    assert {finding["code"] for finding in by_account_region["findings"]} - {"EXISTS_ALREADY"} == codes


def states_of(
    run: Run, session_factory: Callable[..., Session], arn: str, **changes: Any
) -> dict[str, tuple[str, str]]:
    query = query_of({"arn": arn, **changes})["configurations"]
    outcome = run("observe", "deployments", "--configurations", query, "--json", session_factory=session_factory)
    (configuration,) = json.loads(outcome.stdout)
    return {f"{i['account_id']} {i['region']}": (i["state"], i["reason"]) for i in configuration["account_regions"]}


@pytest.mark.parametrize("operation", ["ListStackSets", "ListStackInstances"])
def test_without_stack_sets_nothing_is_falsely_not_deployed(aws: Sandbox, run: Run, operation: str) -> None:
    prepare(aws)
    arn = create(aws)
    aws.faults.inject(Fault("cloudformation", operation, "access_denied", times=1000))
    found = states_of(run, with_one_row(aws), arn)
    assert found[f"{WORKLOAD} us-east-1"] == ("succeeded", ONE_STATUS)
    assert found[f"{ADMINISTRATOR} us-east-1"] == ("succeeded", ONE_STATUS)
    assert found[f"{MANAGEMENT} us-east-1"][0] == "not_deployed"


def test_without_stack_sets_a_failure_has_the_message_of_the_manager(aws: Sandbox, run: Run) -> None:
    prepare(aws)
    aws.fail_deployment("scan", WORKLOAD, "us-east-1", DENIED)
    arn = create(aws)
    aws.faults.inject(Fault("cloudformation", "ListStackInstances", "access_denied", times=1000))
    state, reason = states_of(run, with_one_row(aws), arn)[f"{ADMINISTRATOR} us-east-1"]
    assert state == "failed"
    assert reason.startswith("Deployment to these StackSets failed")
    assert reason.endswith(ONE_STATUS)


def test_a_stack_set_that_is_not_shown_is_one_that_could_not_be_read(aws: Sandbox, run: Run) -> None:
    """As a delegated administrator's, which are in the management account."""
    prepare(aws)
    arn = create(aws)

    def hide(parsed: dict[str, Any]) -> None:
        parsed["Summaries"] = []

    def session(**options: Any) -> Session:
        made = with_one_row(aws)(**options)
        made.get_component("event_emitter").register(
            "after-call.cloudformation.ListStackSets", lambda parsed, **_event: hide(parsed)
        )
        return made

    assert states_of(run, session, arn)[f"{WORKLOAD} us-east-1"] == ("succeeded", ONE_STATUS)


def test_an_account_that_came_later(aws: Sandbox, run: Run) -> None:
    prepare(aws)
    arn = create(aws)
    for session in (botocore_session, with_one_row(aws)):
        found = states_of(run, session, arn, regions=REGIONS)
        assert found[f"{WORKLOAD} us-east-1"] == ("succeeded", "")
        assert found[f"{WORKLOAD} eu-west-1"][0] == "not_deployed"


def test_a_deployment_in_progress_asks_no_stack_sets(
    aws: Sandbox, run: Run, api_calls: Callable[[], list[str]]
) -> None:
    prepare(aws)
    arn = create(aws, completed=False)
    assert states_of(run, with_one_row(aws), arn)[f"{WORKLOAD} us-east-1"] == ("in_progress", "")
    assert not [call for call in api_calls() if call.startswith("cloudformation:List")]


def test_the_account_itself(aws: Sandbox, run: Run, api_calls: Callable[[], list[str]]) -> None:
    """One row is then the same in both readings, unless there are several Regions."""
    prepare(aws)
    arn = create_local(aws, "scan")
    local = {"organizational_unit_ids": [], "account_id": MANAGEMENT}
    for session in (botocore_session, with_one_row(aws)):
        assert states_of(run, session, arn, **local) == {f"{MANAGEMENT} us-east-1": ("succeeded", "")}
    assert not [call for call in api_calls() if call.startswith("cloudformation:List")]
    aws.fail_deployment("scan", MANAGEMENT, "eu-west-1", "LimitExceeded")
    update(aws, arn, TargetRegions=",".join(REGIONS))
    for session in (botocore_session, with_one_row(aws)):
        assert states_of(run, session, arn, **local, regions=REGIONS) == {
            f"{MANAGEMENT} eu-west-1": ("failed", "LimitExceeded"),
            f"{MANAGEMENT} us-east-1": ("succeeded", ""),
        }


def test_nodes_that_failed_somewhere(aws: Sandbox, run: Run) -> None:
    prepare(aws)
    create(aws)

    def change(parsed: dict[str, Any]) -> None:
        failed = {"StatusType": "AsyncExecutions", "Status": "FAILED", "StatusMessage": "2 of 3 failed."}
        others = [summary for summary in parsed["StatusSummaries"] if summary["StatusType"] != "AsyncExecutions"]
        parsed["StatusSummaries"] = [*others, failed]

    def session(**options: Any) -> Session:
        made = with_one_row(aws)(**options)
        made.get_component("event_emitter").register(
            "after-call.ssm-quicksetup.GetConfigurationManager", lambda parsed, **_event: change(parsed)
        )
        return made

    output = run("report", "explain", "scan", session_factory=session).stdout
    assert 'Associations failed on nodes. AWS says: "2 of 3 failed."' in output
