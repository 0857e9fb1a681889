"""Cloud9 environments are found and deleted, each in its own account and Region."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sandbox import Scenario, ScenarioError
from sandbox.services.cloud9.models import cloud9_backend_of
from sandbox_tests.cases.quick_setup import HOST_MANAGEMENT, PATCH_POLICY, changed, create, message, statuses, wait
from sandbox_tests.cases.stack_sets import results_of, stack_set_name

if TYPE_CHECKING:
    from sandbox import Sandbox

MANAGEMENT, MEMBER, WORKSHOP = "111111111111", "222222222222", "444444444444"
ORGANIZATION: dict[str, Any] = {
    "description": "Environments.",
    "management_account": {"id": MANAGEMENT, "name": "Management", "email": "management@example.com"},
    "accounts": [{"id": MEMBER, "name": "Member", "email": "member@example.com"}],
}


def _environment(number: int, **more: str) -> dict[str, str]:
    return {"account_id": MEMBER, "region": "eu-west-1", "id": f"{number:032x}", "name": f"number {number}", **more}


def _with(*environments: dict[str, str]) -> Scenario:
    return Scenario.parse({**ORGANIZATION, "cloud9_environments": list(environments)})


def test_environments_are_listed_in_pages(sandbox: Sandbox, client_error: Any) -> None:
    sandbox.reset(_with(*(_environment(number) for number in range(27))))
    cloud9 = sandbox.client("cloud9", MEMBER, "eu-west-1")
    first = cloud9.list_environments()
    second = cloud9.list_environments(nextToken=first["nextToken"])
    assert [len(first["environmentIds"]), len(second["environmentIds"])] == [25, 2]
    assert "nextToken" not in second
    assert len(cloud9.list_environments(maxResults=10)["environmentIds"]) == 10
    assert len(cloud9.list_environments(maxResults=0)["environmentIds"]) == 25
    for account_id, region in ((MEMBER, "us-east-1"), (MANAGEMENT, "eu-west-1")):
        assert sandbox.client("cloud9", account_id, region).list_environments()["environmentIds"] == []
    with client_error("BadRequestException"):
        cloud9.list_environments(nextToken="forged")


def test_environments_are_described(sandbox: Sandbox, client_error: Any) -> None:
    sandbox.reset(_with(_environment(1), _environment(2, type="ssh", owner_arn=f"arn:aws:iam::{MEMBER}:user/Owner")))
    cloud9 = sandbox.client("cloud9", MEMBER, "eu-west-1")
    ids = [f"{2:032x}", f"{1:032x}"]
    described = cloud9.describe_environments(environmentIds=ids)["environments"]
    assert [(one["name"], one["type"], one["ownerArn"]) for one in described] == [
        ("number 2", "ssh", f"arn:aws:iam::{MEMBER}:user/Owner"),
        ("number 1", "ec2", f"arn:aws:iam::{MEMBER}:user/Administrator"),
    ]
    assert described[0]["arn"] == f"arn:aws:cloud9:eu-west-1:{MEMBER}:environment:{2:032x}"
    with client_error("NotFoundException"):
        cloud9.describe_environments(environmentIds=[ids[0], f"{3:032x}"])


def test_at_most_twenty_five_are_described(sandbox: Sandbox, client_error: Any) -> None:
    sandbox.reset(_with(*(_environment(number) for number in range(26))))
    cloud9, ids = sandbox.client("cloud9", MEMBER, "eu-west-1"), [f"{number:032x}" for number in range(26)]
    assert len(cloud9.describe_environments(environmentIds=ids[:25])["environments"]) == 25
    with client_error("ValidationException"):
        cloud9.describe_environments(environmentIds=ids)
    sandbox.violations.clear()


def test_a_deleted_environment_is_gone(sandbox: Sandbox, client_error: Any) -> None:
    sandbox.reset(_with(_environment(1), _environment(2)))
    assert [one["id"] for one in sandbox.snapshot()["cloud9_environments"][f"{MEMBER} eu-west-1"]] == [
        f"{1:032x}",
        f"{2:032x}",
    ]
    cloud9 = sandbox.client("cloud9", MEMBER, "eu-west-1")
    cloud9.delete_environment(environmentId=f"{1:032x}")
    assert cloud9.list_environments()["environmentIds"] == [f"{2:032x}"]
    with client_error("NotFoundException"):
        cloud9.delete_environment(environmentId=f"{1:032x}")
    sandbox.reset(Scenario.named("bare"))
    assert sandbox.snapshot()["cloud9_environments"] == {}


def test_regions_without_an_endpoint(sandbox: Sandbox, client_error: Any) -> None:
    with client_error("BadRequestException"):
        sandbox.client("cloud9", region="mx-central-1").list_environments()
    with pytest.raises(ScenarioError, match="no endpoint in the Region mx-central-1"):
        sandbox.reset(_with(_environment(1, region="mx-central-1")))
    sandbox.reset(Scenario.named("bare"))


# What it does to Quick Setup


@pytest.mark.scenario("cloud9")
@pytest.mark.usefixtures("roles")
def test_associations_of_a_patch_policy_fail_with_a_cloud9_environment(
    sandbox: Sandbox, quick_setup: Any, cloudformation: Any
) -> None:
    arn = create(quick_setup, changed(PATCH_POLICY, TargetRegions="us-east-1,eu-west-1"))
    wait(sandbox, quick_setup, arn)
    sandbox.clock.advance(60)
    assert statuses(quick_setup, arn) == ("SUCCEEDED", "FAILED")
    failed = quick_setup.list_configurations(Filters=[{"Key": "Account", "Values": [WORKSHOP]}])["ConfigurationsList"]
    assert {row["Region"]: row["StatusSummaries"][1]["Status"] for row in failed} == {
        "eu-west-1": "SUCCEEDED",
        "us-east-1": "FAILED",
    }
    assert set(results_of(cloudformation, stack_set_name(cloudformation)).values()) == {("SUCCEEDED", None)}

    (environment,) = sandbox.snapshot()["cloud9_environments"][f"{WORKSHOP} us-east-1"]
    sandbox.client("cloud9", WORKSHOP).delete_environment(environmentId=environment["id"])
    sandbox.clock.advance(24 * 60 * 60)
    assert statuses(quick_setup, arn) == ("SUCCEEDED", "SUCCEEDED")


@pytest.mark.scenario("cloud9")
def test_other_types_succeed_with_a_cloud9_environment(sandbox: Sandbox, quick_setup: Any) -> None:
    manager = wait(sandbox, quick_setup, create(quick_setup, HOST_MANAGEMENT))
    assert manager["StatusSummaries"][0]["Status"] == "SUCCEEDED"


@pytest.mark.usefixtures("roles")
def test_a_patch_policy_succeeds_with_an_ssh_environment(sandbox: Sandbox, quick_setup: Any) -> None:
    cloud9_backend_of(MEMBER, "us-east-1").add_environment("0" * 32, "own server", "ssh", f"arn:aws:iam::{MEMBER}:root")
    manager = wait(sandbox, quick_setup, create(quick_setup, PATCH_POLICY))
    assert manager["StatusSummaries"][0]["Status"] == "SUCCEEDED", message(manager)
