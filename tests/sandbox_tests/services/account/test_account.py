"""The Regions of an account, and access by other accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sandbox import Scenario
from sandbox.services.account.regions import EVERY_REGION

if TYPE_CHECKING:
    from sandbox import Sandbox

MANAGEMENT, ADMINISTRATOR, MEMBER = "111111111111", "222222222222", "333333333333"
ORGANIZATION: dict[str, Any] = {
    "description": "A member with two opt-in Regions.",
    "management_account": {"id": MANAGEMENT, "name": "Management", "email": "management@example.com"},
    "accounts": [
        {"id": ADMINISTRATOR, "name": "Administrator", "email": "administrator@example.com"},
        {"id": MEMBER, "name": "Member", "email": "member@example.com"},
    ],
    "enabled_regions": [
        {"account_id": MEMBER, "region": "af-south-1"},
        {"account_id": MEMBER, "region": "ap-east-1"},
    ],
}


@pytest.fixture
def organization(sandbox: Sandbox) -> Sandbox:
    sandbox.reset(Scenario.parse(ORGANIZATION))
    return sandbox


def _statuses(account: Any, **arguments: Any) -> dict[str, str]:
    pages = account.get_paginator("list_regions").paginate(**arguments)
    return {region["RegionName"]: region["RegionOptStatus"] for page in pages for region in page["Regions"]}


def test_regions_of_the_callers_account(organization: Sandbox) -> None:
    statuses = _statuses(organization.client("account", MEMBER))
    assert list(statuses) == list(EVERY_REGION)
    assert {region for region, status in statuses.items() if status == "ENABLED"} == {"af-south-1", "ap-east-1"}
    default = [region for region, status in statuses.items() if status == "ENABLED_BY_DEFAULT"]
    assert len(default) == 17
    assert {"us-east-1", "eu-north-1", "ap-northeast-3"} <= set(default)
    assert "ENABLED" not in _statuses(organization.client("account", ADMINISTRATOR)).values()


def test_regions_are_filtered_and_come_in_pages(organization: Sandbox, client_error: Any) -> None:
    account = organization.client("account", MEMBER)
    assert set(_statuses(account, RegionOptStatusContains=["ENABLED"])) == {"af-south-1", "ap-east-1"}
    enabled = _statuses(account, RegionOptStatusContains=["ENABLED", "ENABLED_BY_DEFAULT"])
    assert len(enabled) == 19
    first = account.list_regions(MaxResults=30)
    assert len(first["Regions"]) == 30
    rest = account.list_regions(MaxResults=30, NextToken=first["NextToken"])
    assert len(rest["Regions"]) == len(EVERY_REGION) - 30
    assert "NextToken" not in rest
    with client_error("ValidationException"):
        account.list_regions(NextToken="forged")


@pytest.mark.parametrize(
    ("region", "status"), [("us-east-1", "ENABLED_BY_DEFAULT"), ("af-south-1", "ENABLED"), ("me-south-1", "DISABLED")]
)
def test_status_of_one_region(organization: Sandbox, region: str, status: str) -> None:
    found = organization.client("account", MEMBER).get_region_opt_status(RegionName=region)
    assert (found["RegionName"], found["RegionOptStatus"]) == (region, status)


def test_a_region_that_does_not_exist(organization: Sandbox, client_error: Any) -> None:
    with client_error("ValidationException"):
        organization.client("account", MEMBER).get_region_opt_status(RegionName="xx-nowhere-1")


def test_only_with_trusted_access_for_members(organization: Sandbox, client_error: Any) -> None:
    account, organizations = organization.client("account"), organization.client("organizations")
    with client_error("AccessDeniedException"):
        account.list_regions(AccountId=MEMBER)
    organizations.enable_aws_service_access(ServicePrincipal="account.amazonaws.com")
    assert _statuses(account, AccountId=MEMBER)["af-south-1"] == "ENABLED"
    assert account.get_region_opt_status(AccountId=MEMBER, RegionName="ap-east-1")["RegionOptStatus"] == "ENABLED"
    for account_id in (MANAGEMENT, "999999999999"):
        with client_error("AccessDeniedException"):
            account.list_regions(AccountId=account_id)


def test_only_administrators_can_read_other_accounts(organization: Sandbox, client_error: Any) -> None:
    organizations, account = organization.client("organizations"), organization.client("account", ADMINISTRATOR)
    organizations.enable_aws_service_access(ServicePrincipal="account.amazonaws.com")
    for account_id in (MEMBER, ADMINISTRATOR):
        with client_error("AccessDeniedException"):
            account.list_regions(AccountId=account_id)
    organizations.register_delegated_administrator(AccountId=ADMINISTRATOR, ServicePrincipal="account.amazonaws.com")
    assert _statuses(account, AccountId=MEMBER)["af-south-1"] == "ENABLED"
    for account_id in (ADMINISTRATOR, MANAGEMENT):
        with client_error("AccessDeniedException"):
            account.list_regions(AccountId=account_id)


def test_the_rest_of_account_management_is_motos(sandbox: Sandbox) -> None:
    account = sandbox.client("account", MEMBER)
    contact = {
        "AlternateContactType": "SECURITY",
        "EmailAddress": "security@example.com",
        "Name": "Security",
        "PhoneNumber": "+15550100",
        "Title": "Team",
    }
    account.put_alternate_contact(**contact)
    assert account.get_alternate_contact(AlternateContactType="SECURITY")["AlternateContact"] == contact
