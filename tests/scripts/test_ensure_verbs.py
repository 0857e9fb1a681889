"""What is each verb's own."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from scripts.cases import (
    ACCOUNT_PLACEMENT,
    ADMINISTRATOR,
    FORMER_ROLE,
    ROLE,
    STACK_SETS_ACCESS,
    TRUSTED_ACCESS,
    explorer_role,
    make_explorer_roles,
    parent,
    root_id,
    set_trusted,
)
from systems_manager_organization.connection import boto3_session

if TYPE_CHECKING:
    from collections.abc import Callable

    from boto3.session import Session

    from sandbox import Sandbox
    from scripts.conftest import Run


def test_trusted_access_adds_to_what_is_enabled(aws: Sandbox, run: Run) -> None:
    set_trusted(aws, "enabled")
    run("ensure", "trusted-access", query={"service_principal": "ssm-quicksetup.amazonaws.com"})
    found = aws.client("organizations").list_aws_service_access_for_organization()["EnabledServicePrincipals"]
    assert {principal["ServicePrincipal"] for principal in found} == {
        "ssm.amazonaws.com",
        "ssm-quicksetup.amazonaws.com",
    }


def test_trusted_access_is_found_on_a_later_page(aws: Sandbox, run: Run, asked: Callable[[], list[str]]) -> None:
    for name in ("config", "guardduty", "macie", "ssm"):
        aws.client("organizations").enable_aws_service_access(ServicePrincipal=f"{name}.amazonaws.com")

    def session(**options: str | None) -> Session:
        made = boto3_session(**options)
        operation = "organizations.ListAWSServiceAccessForOrganization"
        made.events.register(f"provide-client-params.{operation}", lambda params, **_event: params.update(MaxResults=1))
        return made

    outcome = run("ensure", "trusted-access", query={"service_principal": "ssm.amazonaws.com"}, session_factory=session)
    assert outcome.stdout == "Trusted access of ssm.amazonaws.com: already enabled.\n"
    assert 1 < asked().count(TRUSTED_ACCESS.describe) <= 4


def test_disabled_permanently_is_restored_as_disabled(aws: Sandbox, run: Run) -> None:
    run("ensure", "stack-sets-access", query={})
    restore = {"action": "restore", "on_destroy": "restore", "before": "DISABLED_PERMANENTLY"}
    assert run("ensure", "stack-sets-access", query=restore).status == 0
    assert STACK_SETS_ACCESS.read(aws) == "DISABLED"


def test_an_account_that_does_not_exist_cannot_be_placed(aws: Sandbox, run: Run) -> None:
    query = {**ACCOUNT_PLACEMENT.prepare(aws), "placed_account_id": "999999999999"}
    outcome = run("ensure", "account-placement", query=query)
    assert (outcome.status, outcome.stdout) == (1, "")
    assert 'placed_account_id is "999999999999", but the organization of account 111111111111' in outcome.stderr


def test_an_account_that_left_the_organization_is_left_alone(aws: Sandbox, run: Run) -> None:
    query = {**ACCOUNT_PLACEMENT.prepare(aws), "placed_account_id": "999999999999"}
    restore = {**query, "action": "restore", "on_destroy": "restore", "before": root_id(aws)}
    outcome = run("ensure", "account-placement", query=restore)
    assert (outcome.status, outcome.stderr) == (0, "")
    assert "left alone, because it is not set and no longer ou-" in outcome.stdout


def test_an_organizational_unit_that_does_not_exist_is_said(aws: Sandbox, run: Run) -> None:
    query = {"placed_account_id": ADMINISTRATOR, "organizational_unit_id": "ou-abcd-11111111"}
    outcome = run("ensure", "account-placement", query=query)
    assert outcome.status == 1
    assert "organizations:MoveAccount failed" in outcome.stderr
    assert "name another" in outcome.stderr
    assert parent(aws) == root_id(aws)


@pytest.mark.parametrize(
    ("service_name", "role_name"),
    [
        ("accountdiscovery.ssm.amazonaws.com", "AWSServiceRoleForAmazonSSM_AccountDiscovery"),
        ("opsdatasync.ssm.amazonaws.com", "AWSServiceRoleForSystemsManagerOpsDataSync"),
        ("resource-explorer-2.amazonaws.com", "AWSServiceRoleForResourceExplorer"),
        ("ssm-quicksetup.amazonaws.com", "AWSServiceRoleForSSMQuickSetup"),
        ("ssm.amazonaws.com", "AWSServiceRoleForAmazonSSM"),
    ],
)
def test_each_service_names_its_role_in_its_own_way(aws: Sandbox, run: Run, service_name: str, role_name: str) -> None:
    outcome = run("ensure", "service-linked-role", query={"service_name": service_name})
    assert outcome.stdout == f"Service-linked role {role_name}: present (was absent).\n"
    assert aws.client("iam").get_role(RoleName=role_name)["Role"]["Path"] == f"/aws-service-role/{service_name}/"


NEVER_SET = {"explorer_enabling_role_arn": ROLE, "action": "restore", "on_destroy": "restore", "before": ""}


def test_a_role_that_was_never_set_is_unset_again(aws: Sandbox, run: Run) -> None:
    make_explorer_roles(aws)
    run("ensure", "quick-setup-settings", query={"explorer_enabling_role_arn": ROLE})
    outcome = run("ensure", "quick-setup-settings", query=NEVER_SET)
    assert (outcome.status, outcome.stderr) == (0, "")
    assert outcome.stdout.endswith(f": not set again (was {ROLE}).\n")
    assert explorer_role(aws) == ""


def test_a_role_that_aws_does_not_unset_is_left(aws: Sandbox, run: Run) -> None:
    def refuse(**_event: object) -> tuple[SimpleNamespace, dict[str, Any]]:
        return SimpleNamespace(status_code=400), {"Error": {"Code": "ValidationException", "Message": "Not an ARN"}}

    def session(**options: str | None) -> Session:
        made = boto3_session(**options)
        made.events.register("before-call.ssm-quicksetup.UpdateServiceSettings", refuse)  # type: ignore[arg-type]
        return made

    make_explorer_roles(aws)
    run("ensure", "quick-setup-settings", query={"explorer_enabling_role_arn": ROLE})
    outcome = run("ensure", "quick-setup-settings", query=NEVER_SET, session_factory=session)
    assert (outcome.status, outcome.stderr) == (0, "")
    assert outcome.stdout.endswith(f"left {ROLE}, because it was not set before and Quick Setup takes no empty one.\n")

    former = run("ensure", "quick-setup-settings", query={**NEVER_SET, "before": FORMER_ROLE}, session_factory=session)
    assert former.status == 1
    assert "ssm-quicksetup:UpdateServiceSettings failed" in former.stderr
    assert "ValidationException: Not an ARN." in former.stderr
