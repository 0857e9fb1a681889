"""`observe.py deployments`: the status of each configuration by account and Region."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from sandbox import Fault, Scenario
from sandbox.scenarios.scenario import Account
from sandbox_tests.cases.quick_setup import HOST_MANAGEMENT
from unit.quick_setup_cases import (
    ADMINISTRATOR,
    DENIED,
    MANAGEMENT,
    WORKLOAD,
    create,
    create_local,
    host_management,
    prepare,
    query_of,
    update,
    with_status,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox import Sandbox
    from unit.conftest import Outcome, Run

SUCCEEDED = {"state": "succeeded", "reason": ""}
NO_REASON = {"state": "failed", "reason": "AWS gives no reason."}
NEVER_REACHED = {
    "state": "not_deployed",
    "reason": "Deployments to organizational units never reach the management account.",
}
STACK_SETS_CALLS = {
    "cloudformation:ListStackSets",
    "cloudformation:ListStackSetOperations",
    "cloudformation:ListStackSetOperationResults",
}


def deployments(run: Run, query: dict[str, str], **options: Any) -> Outcome:
    """On the command line, with each account and Region."""
    keys = {"account_id": MANAGEMENT, "region": "us-east-1", **query}
    flags = [argument for key, value in keys.items() for argument in (f"--{key.replace('_', '-')}", value)]
    return run("observe", "deployments", *flags, "--json", **options)


def states_of(outcome: Outcome, name: str = "scan") -> dict[str, dict[str, dict[str, str]]]:
    assert outcome.stderr == ""
    (configuration,) = [configuration for configuration in json.loads(outcome.stdout) if configuration["name"] == name]
    found: dict[str, dict[str, dict[str, str]]] = {}
    for item in configuration["account_regions"]:
        found.setdefault(item["account_id"], {})[item["region"]] = {key: item[key] for key in ("state", "reason")}
    return found


@pytest.fixture
def scan(aws: Sandbox) -> str:
    """A patch policy of the whole organization, deployed."""
    prepare(aws)
    return create(aws)


def test_deployed_accounts_and_the_management_account(
    aws: Sandbox, run: Run, scan: str, api_calls: Callable[[], list[str]]
) -> None:
    before = aws.snapshot()
    outcome = deployments(run, query_of({"arn": scan}))
    assert states_of(outcome) == {
        MANAGEMENT: {"us-east-1": NEVER_REACHED},
        ADMINISTRATOR: {"us-east-1": SUCCEEDED},
        WORKLOAD: {"us-east-1": SUCCEEDED},
    }
    assert not STACK_SETS_CALLS & set(api_calls()), "StackSets is not called without a failure"
    assert aws.snapshot() == before


def test_a_configuration_of_the_administrator_account(aws: Sandbox, run: Run, act_as: Callable[[str], None]) -> None:
    prepare(aws)
    organizations = aws.client("organizations")
    organizations.enable_aws_service_access(ServicePrincipal="ssm-quicksetup.amazonaws.com")
    for principal in ("ssm", "ssm-quicksetup", "member.org.stacksets.cloudformation"):
        organizations.register_delegated_administrator(
            AccountId=ADMINISTRATOR, ServicePrincipal=f"{principal}.amazonaws.com"
        )
    aws.client("ssm-quicksetup", ADMINISTRATOR).create_configuration_manager(
        Name="hosts", ConfigurationDefinitions=[host_management("us-east-1")]
    )
    aws.clock.advance(240)
    act_as(ADMINISTRATOR)
    found = states_of(deployments(run, {"account_id": ADMINISTRATOR}), "hosts")
    assert found[MANAGEMENT] == {"us-east-1": NEVER_REACHED}
    assert found[ADMINISTRATOR] == found[WORKLOAD] == {"us-east-1": SUCCEEDED}


@pytest.mark.scenario("realistic")
def test_a_suspended_account(aws: Sandbox, run: Run) -> None:
    prepare(aws)
    found = states_of(deployments(run, query_of({"arn": create(aws)})))
    suspended = found.pop("777777777777")["us-east-1"]
    assert suspended["state"] == "not_deployed"
    assert "SUSPENDED" in suspended["reason"]
    assert len(found) == 6


def test_a_failure_has_the_reason_of_stack_sets(aws: Sandbox, run: Run, api_calls: Callable[[], list[str]]) -> None:
    prepare(aws)
    aws.fail_deployment("scan", WORKLOAD, "us-east-1", DENIED)
    found = states_of(deployments(run, query_of({"arn": create(aws)})))
    assert found[WORKLOAD]["us-east-1"] == {"state": "failed", "reason": DENIED}
    assert found[ADMINISTRATOR]["us-east-1"] == SUCCEEDED
    assert set(api_calls()) >= STACK_SETS_CALLS


def test_a_failure_of_an_earlier_operation_keeps_its_reason(aws: Sandbox, run: Run) -> None:
    """As for an account that was no part of the last operation."""
    prepare(aws)
    aws.fail_deployment("scan", WORKLOAD, "us-east-1", DENIED)
    arn = create(aws)
    aws.fail_deployment("scan", WORKLOAD, "us-east-1", None)
    update(aws, arn, RateControlConcurrency="50%")
    session = with_status("Deployment", "FAILED")
    found = states_of(deployments(run, query_of({"arn": arn}), session_factory=session))
    assert found[WORKLOAD]["us-east-1"]["reason"] == DENIED


def test_the_last_failure_counts(aws: Sandbox, run: Run) -> None:
    prepare(aws)
    aws.fail_deployment("scan", WORKLOAD, "us-east-1", DENIED)
    arn = create(aws)
    aws.fail_deployment("scan", WORKLOAD, "us-east-1", "LimitExceeded")
    update(aws, arn, RateControlConcurrency="50%")
    found = states_of(deployments(run, query_of({"arn": arn})))
    assert found[WORKLOAD]["us-east-1"]["reason"] == "LimitExceeded"


def test_each_configuration_has_the_reasons_of_its_own_stack_set(aws: Sandbox, run: Run) -> None:
    prepare(aws)
    aws.fail_deployment("scan", WORKLOAD, "us-east-1", DENIED)
    aws.fail_deployment("hosts", WORKLOAD, "us-east-1", "LimitExceeded")
    arns = {"scan": create(aws), "hosts": create(aws, "hosts", definition=HOST_MANAGEMENT)}
    outcome = deployments(run, query_of(*({"name": name, "arn": arn} for name, arn in arns.items())))
    reasons = {name: states_of(outcome, name)[WORKLOAD]["us-east-1"]["reason"] for name in arns}
    assert reasons == {"scan": DENIED, "hosts": "LimitExceeded"}


def test_the_reason_of_quick_setup_comes_first(aws: Sandbox, run: Run) -> None:
    prepare(aws)
    aws.fail_deployment("scan", WORKLOAD, "us-east-1", DENIED)
    arn = create(aws)
    session = with_status("Deployment", "FAILED", "Stack creation failed.")
    found = states_of(deployments(run, query_of({"arn": arn}), session_factory=session))
    assert found[WORKLOAD]["us-east-1"]["reason"] == f"Stack creation failed. {DENIED}"


@pytest.mark.parametrize("operation", sorted(STACK_SETS_CALLS))
def test_a_failure_if_stack_sets_denies_the_call(aws: Sandbox, run: Run, operation: str) -> None:
    prepare(aws)
    aws.fail_deployment("scan", WORKLOAD, "us-east-1", DENIED)
    arn = create(aws)
    aws.faults.inject(Fault("cloudformation", operation.partition(":")[2], "access_denied", times=1000))
    found = states_of(deployments(run, query_of({"arn": arn})))
    assert found[WORKLOAD]["us-east-1"] == NO_REASON


def test_a_failure_without_a_stack_set(run: Run, scan: str) -> None:
    session = with_status("Deployment", "FAILED")
    found = states_of(deployments(run, query_of({"arn": scan}), session_factory=session))
    assert found[WORKLOAD]["us-east-1"] == NO_REASON


def test_deploying_is_in_progress(aws: Sandbox, run: Run) -> None:
    prepare(aws)
    arn = create(aws, completed=False)
    found = states_of(deployments(run, query_of({"arn": arn})))
    assert found[WORKLOAD]["us-east-1"] == {"state": "in_progress", "reason": ""}
    assert found[MANAGEMENT]["us-east-1"] == NEVER_REACHED


STATES = {
    "INITIALIZING": "in_progress",
    "DEPLOYING": "in_progress",
    "STOPPING": "in_progress",
    "DELETING": "in_progress",
    "SUCCEEDED": "succeeded",
    "FAILED": "failed",
    "DELETE_FAILED": "failed",
    "STOP_FAILED": "failed",
    "STOPPED": "not_deployed",
    "NONE": "not_deployed",
    "": "not_deployed",
}


def test_every_status_of_quick_setup_is_one_of_four_states(run: Run, scan: str) -> None:
    for status, state in STATES.items():
        session = with_status("Deployment", status)
        found = states_of(deployments(run, query_of({"arn": scan}), session_factory=session))
        item = found[WORKLOAD]["us-east-1"]
        assert item["state"] == state, status
        assert bool(item["reason"]) == (state in ("failed", "not_deployed")), status


def test_an_account_that_came_later_is_not_deployed(run: Run, scan: str) -> None:
    found = states_of(deployments(run, query_of({"arn": scan, "regions": ["eu-west-1", "us-east-1"]})))
    assert found[WORKLOAD]["us-east-1"] == SUCCEEDED
    assert found[WORKLOAD]["eu-west-1"]["state"] == "not_deployed"
    assert "Quick Setup has no deployment there" in found[WORKLOAD]["eu-west-1"]["reason"]


def test_deployments_outside_the_targets(aws: Sandbox, run: Run, scan: str) -> None:
    unit = aws.client("organizations").create_organizational_unit(ParentId="r-sbox", Name="Empty")
    empty = {"arn": scan, "organizational_unit_ids": [unit["OrganizationalUnit"]["Id"]]}
    assert states_of(deployments(run, query_of(empty))) == {
        ADMINISTRATOR: {"us-east-1": SUCCEEDED},
        WORKLOAD: {"us-east-1": SUCCEEDED},
    }


def test_a_configuration_of_the_account_itself_needs_no_list_of_accounts(
    aws: Sandbox, run: Run, api_calls: Callable[[], list[str]]
) -> None:
    prepare(aws)
    arn = create_local(aws, "scan")
    query = query_of({"arn": arn, "organizational_unit_ids": [], "account_id": MANAGEMENT})
    assert states_of(deployments(run, query)) == {MANAGEMENT: {"us-east-1": SUCCEEDED}}
    assert not [call for call in api_calls() if call.startswith("organizations:")]


def test_accounts_are_listed_once_for_configurations_of_the_same_units(
    aws: Sandbox, run: Run, scan: str, api_calls: Callable[[], list[str]]
) -> None:
    hosts = create(aws, "hosts", definition=HOST_MANAGEMENT)
    query = query_of({"arn": scan}, {"arn": hosts, "name": "hosts", "regions": ["eu-west-1", "us-east-1"]})
    outcome = deployments(run, query)
    assert [configuration["name"] for configuration in json.loads(outcome.stdout)] == ["hosts", "scan"]
    assert states_of(outcome, "hosts")[WORKLOAD] == {"eu-west-1": SUCCEEDED, "us-east-1": SUCCEEDED}
    assert api_calls().count("organizations:ListAccounts") == 1


def test_a_deleted_configuration_manager(aws: Sandbox, run: Run, scan: str) -> None:
    aws.client("ssm-quicksetup").delete_configuration_manager(ManagerArn=scan)
    aws.clock.advance(120)
    found = states_of(deployments(run, query_of({"arn": scan})))
    assert found[WORKLOAD]["us-east-1"] == {
        "state": "not_deployed",
        "reason": "The configuration manager does not exist.",
    }


def test_a_deleted_organizational_unit_has_no_accounts(aws: Sandbox, run: Run, scan: str) -> None:
    unit = aws.client("organizations").create_organizational_unit(ParentId="r-sbox", Name="Late")["OrganizationalUnit"]
    aws.client("organizations").move_account(
        AccountId=WORKLOAD, SourceParentId="r-sbox", DestinationParentId=unit["Id"]
    )
    deleted = {"arn": scan, "regions": ["eu-west-1"], "organizational_unit_ids": ["ou-sbox-11111111", unit["Id"]]}
    found = states_of(deployments(run, query_of(deleted)))
    assert found[WORKLOAD]["eu-west-1"]["state"] == "not_deployed", "of the other unit"
    assert list(found[ADMINISTRATOR]) == ["us-east-1"]


def test_more_than_a_page_of_deployments(aws: Sandbox, run: Run) -> None:
    accounts = tuple(Account(f"{number:012}", "Member", f"{number}@example.com") for number in range(2, 36))
    aws.reset(replace(Scenario.named("bare"), accounts=accounts))
    prepare(aws)
    regions = ["eu-west-1", "us-east-1", "us-west-2"]
    arn = create(aws, "hosts", definition=host_management(",".join(regions)))
    found = states_of(deployments(run, query_of({"arn": arn, "name": "hosts", "regions": regions})), "hosts")
    states = [
        item for account_id, by_region in found.items() if account_id != MANAGEMENT for item in by_region.values()
    ]
    assert states == [SUCCEEDED] * 102


def test_failures_of_associations_are_separate(run: Run, scan: str) -> None:
    session = with_status("AsyncExecutions", "FAILED", "2 of 3 associations failed.")
    outcome = deployments(run, query_of({"arn": scan}), session_factory=session)
    assert states_of(outcome)[WORKLOAD]["us-east-1"] == SUCCEEDED
    found = [item for configuration in json.loads(outcome.stdout) for item in configuration["account_regions"]]
    assert {item["associations"] for item in found if item["account_id"] == WORKLOAD} == {"FAILED"}


def test_terraform_gets_the_status_and_exceptions(aws: Sandbox, run: Run, scan: str) -> None:
    aws.fail_deployment("scan", WORKLOAD, "us-east-1", DENIED)
    update(aws, scan)
    outcome = run("observe", "deployments", query=query_of({"arn": scan}))
    assert outcome.result.keys() == {"schema_version", "account_id", "deployments"}
    assert json.loads(outcome.result["deployments"]) == {
        "scan": {
            "status": "FAILED",
            "exceptions": [
                {
                    "state": "not_deployed",
                    "reason": NEVER_REACHED["reason"],
                    "count": 1,
                    "account_regions": [f"{MANAGEMENT} us-east-1"],
                },
                {"state": "failed", "reason": DENIED, "count": 1, "account_regions": [f"{WORKLOAD} us-east-1"]},
            ],
        }
    }
