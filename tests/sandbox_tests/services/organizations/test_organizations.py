"""AWS Organizations keeps AWS's rules."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from botocore.session import Session

from sandbox.services.organizations.responses import FOR_EVERY_MEMBER

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox import Sandbox

MANAGEMENT, ADMINISTRATOR, MEMBER = "111111111111", "222222222222", "333333333333"
ROOT = "r-sbox"
SYSTEMS_MANAGER = "ssm.amazonaws.com"
STACK_SETS = "member.org.stacksets.cloudformation.amazonaws.com"


@pytest.fixture
def organizations(sandbox: Sandbox) -> Any:
    return sandbox.client("organizations")


@pytest.fixture
def create_unit(organizations: Any) -> Callable[..., str]:
    def create(name: str, parent_id: str = ROOT) -> str:
        unit = organizations.create_organizational_unit(ParentId=parent_id, Name=name)["OrganizationalUnit"]
        return str(unit["Id"])

    return create


def test_callers_are_those_of_the_model() -> None:
    model = Session().get_service_model("organizations")
    documented = {
        name
        for name in model.operation_names
        if "call this operation from any account" in re.sub(r"<[^>]+>", "", model.operation_model(name).documentation)
    }
    # The other operation is on one handshake, which the sandbox does not have.
    assert documented - {"DescribeHandshake"} == FOR_EVERY_MEMBER


def test_members_can_only_describe_the_organization(sandbox: Sandbox, client_error: Any) -> None:
    member = sandbox.client("organizations", MEMBER)
    assert member.describe_organization()["Organization"]["MasterAccountId"] == MANAGEMENT
    with client_error("AccessDeniedException"):
        member.list_accounts()
    with client_error("AccessDeniedException"):
        member.create_organizational_unit(ParentId=ROOT, Name="Mine")


def test_a_delegated_administrator_may_read_but_not_write(
    sandbox: Sandbox, organizations: Any, client_error: Any
) -> None:
    organizations.enable_aws_service_access(ServicePrincipal=SYSTEMS_MANAGER)
    organizations.register_delegated_administrator(AccountId=ADMINISTRATOR, ServicePrincipal=SYSTEMS_MANAGER)
    administrator = sandbox.client("organizations", ADMINISTRATOR)
    assert len(administrator.list_accounts()["Accounts"]) == 3
    with client_error("AccessDeniedException"):
        administrator.move_account(AccountId=MEMBER, SourceParentId=ROOT, DestinationParentId=ROOT)


def test_lists_come_in_pages(organizations: Any, client_error: Any) -> None:
    first = organizations.list_accounts(MaxResults=2)
    second = organizations.list_accounts(MaxResults=2, NextToken=first["NextToken"])
    assert [account["Id"] for account in first["Accounts"] + second["Accounts"]] == [MANAGEMENT, ADMINISTRATOR, MEMBER]
    assert "NextToken" not in second
    with client_error("InvalidInputException", "INVALID_NEXT_TOKEN"):
        organizations.list_accounts(NextToken="forged")


def test_organizational_unit_names_are_unique_within_a_parent(
    organizations: Any, create_unit: Callable[..., str], client_error: Any
) -> None:
    unit = create_unit("Workloads")
    nested = create_unit("Workloads", unit)
    described = organizations.describe_organizational_unit(OrganizationalUnitId=nested)["OrganizationalUnit"]
    assert described["Path"] == f"o-sandbox0001/{ROOT}/{unit}/{nested}/"
    with client_error("DuplicateOrganizationalUnitException"):
        create_unit("Workloads")
    other = create_unit("Other")
    with client_error("DuplicateOrganizationalUnitException"):
        organizations.update_organizational_unit(OrganizationalUnitId=other, Name="Workloads")
    organizations.update_organizational_unit(OrganizationalUnitId=other, Name="Other")


def test_organizational_units_nest_five_deep(create_unit: Callable[..., str], client_error: Any) -> None:
    parent = ROOT
    for level in range(5):
        parent = create_unit(f"Level {level}", parent)
    with client_error("ConstraintViolationException", "OU_DEPTH_LIMIT_EXCEEDED"):
        create_unit("Too deep", parent)
    with client_error("ParentNotFoundException"):
        create_unit("Nowhere", "ou-sbox-00000000")


def test_only_an_empty_unit_can_be_deleted(
    organizations: Any, create_unit: Callable[..., str], client_error: Any
) -> None:
    unit = create_unit("Workloads")
    nested = create_unit("Nested", unit)
    with client_error("OrganizationalUnitNotEmptyException"):
        organizations.delete_organizational_unit(OrganizationalUnitId=unit)
    organizations.move_account(AccountId=MEMBER, SourceParentId=ROOT, DestinationParentId=nested)
    with client_error("OrganizationalUnitNotEmptyException"):
        organizations.delete_organizational_unit(OrganizationalUnitId=nested)
    organizations.move_account(AccountId=MEMBER, SourceParentId=nested, DestinationParentId=ROOT)
    organizations.delete_organizational_unit(OrganizationalUnitId=nested)
    organizations.delete_organizational_unit(OrganizationalUnitId=unit)
    with client_error("OrganizationalUnitNotFoundException"):
        organizations.describe_organizational_unit(OrganizationalUnitId=unit)


@pytest.mark.parametrize(
    ("account_id", "source", "destination", "code"),
    [
        (MEMBER, "unit", ROOT, "SourceParentNotFoundException"),
        (MEMBER, ROOT, "ou-sbox-00000000", "DestinationParentNotFoundException"),
        (MEMBER, ROOT, ROOT, "DuplicateAccountException"),
        ("999999999999", ROOT, "unit", "AccountNotFoundException"),
    ],
)
def test_invalid_moves(
    organizations: Any,
    create_unit: Callable[..., str],
    client_error: Any,
    account_id: str,
    source: str,
    destination: str,
    code: str,
) -> None:
    unit = create_unit("Workloads")
    with client_error(code):
        organizations.move_account(
            AccountId=account_id,
            SourceParentId=unit if source == "unit" else source,
            DestinationParentId=unit if destination == "unit" else destination,
        )


def test_moving_an_account(organizations: Any, create_unit: Callable[..., str]) -> None:
    unit = create_unit("Workloads")
    organizations.move_account(AccountId=MEMBER, SourceParentId=ROOT, DestinationParentId=unit)
    assert organizations.list_parents(ChildId=MEMBER)["Parents"] == [{"Id": unit, "Type": "ORGANIZATIONAL_UNIT"}]
    assert organizations.list_parents(ChildId=unit)["Parents"] == [{"Id": ROOT, "Type": "ROOT"}]
    assert organizations.list_children(ParentId=unit, ChildType="ACCOUNT")["Children"] == [
        {"Id": MEMBER, "Type": "ACCOUNT"}
    ]
    found = organizations.list_accounts_for_parent(ParentId=unit)["Accounts"]
    assert [account["Paths"] for account in found] == [[f"o-sandbox0001/{ROOT}/{unit}/{MEMBER}/"]]


def test_a_child_that_does_not_exist_has_no_parent(organizations: Any, client_error: Any) -> None:
    with client_error("ChildNotFoundException"):
        organizations.list_parents(ChildId="999999999999")


def test_trusted_access_is_for_known_services(sandbox: Sandbox, organizations: Any, client_error: Any) -> None:
    with client_error("InvalidInputException", "UNRECOGNIZED_SERVICE_PRINCIPAL"):
        organizations.enable_aws_service_access(ServicePrincipal="stacksets.cloudformation.amazonaws.com")
    for _ in range(2):
        organizations.enable_aws_service_access(ServicePrincipal=SYSTEMS_MANAGER)
    enabled = organizations.list_aws_service_access_for_organization()["EnabledServicePrincipals"]
    assert [service["ServicePrincipal"] for service in enabled] == [SYSTEMS_MANAGER]
    assert sandbox.client("iam").get_role(RoleName="AWSServiceRoleForAmazonSSM_AccountDiscovery")


def test_enabling_the_principal_of_stack_sets_does_not_activate_them(sandbox: Sandbox, organizations: Any) -> None:
    organizations.enable_aws_service_access(ServicePrincipal=STACK_SETS)
    assert sandbox.client("cloudformation").describe_organizations_access()["Status"] == "DISABLED"


@pytest.mark.scenario("realistic")
def test_invalid_registrations(organizations: Any, client_error: Any) -> None:
    def register(account_id: str, service_principal: str = SYSTEMS_MANAGER) -> None:
        organizations.register_delegated_administrator(AccountId=account_id, ServicePrincipal=service_principal)

    with client_error("ConstraintViolationException", "SERVICE_ACCESS_NOT_ENABLED"):
        register(ADMINISTRATOR)
    organizations.enable_aws_service_access(ServicePrincipal=SYSTEMS_MANAGER)
    with client_error("ConstraintViolationException", "CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR"):
        register(MANAGEMENT)
    with client_error("ConstraintViolationException", "CANNOT_REGISTER_SUSPENDED_ACCOUNT_AS_DELEGATED_ADMINISTRATOR"):
        register("777777777777")
    with client_error("AccountNotFoundException"):
        register("999999999999")
    with client_error("InvalidInputException", "UNRECOGNIZED_SERVICE_PRINCIPAL"):
        register(ADMINISTRATOR, "nothing.amazonaws.com")
    register(ADMINISTRATOR)
    with client_error("AccountAlreadyRegisteredException"):
        register(ADMINISTRATOR)
    with client_error("ConstraintViolationException", "DELEGATED_ADMINISTRATOR_EXISTS_FOR_THIS_SERVICE"):
        register("333333333333")


@pytest.mark.scenario("realistic")
def test_stack_sets_take_five_delegated_administrators(organizations: Any, client_error: Any) -> None:
    organizations.enable_aws_service_access(ServicePrincipal=STACK_SETS)
    members = ["222222222222", "333333333333", "444444444444", "555555555555", "666666666666"]
    for account_id in members[:4]:
        organizations.register_delegated_administrator(AccountId=account_id, ServicePrincipal=STACK_SETS)
    created = organizations.create_account(Email="sixth@example.com", AccountName="Sixth")["CreateAccountStatus"]
    status = organizations.describe_create_account_status(CreateAccountRequestId=created["Id"])["CreateAccountStatus"]
    organizations.register_delegated_administrator(AccountId=members[4], ServicePrincipal=STACK_SETS)
    with client_error("ConstraintViolationException", "MAX_DELEGATED_ADMINISTRATORS_FOR_SERVICE_LIMIT_EXCEEDED"):
        organizations.register_delegated_administrator(AccountId=status["AccountId"], ServicePrincipal=STACK_SETS)


def test_deregistration_comes_first(sandbox: Sandbox, organizations: Any, client_error: Any) -> None:
    organizations.enable_aws_service_access(ServicePrincipal=SYSTEMS_MANAGER)
    organizations.register_delegated_administrator(AccountId=ADMINISTRATOR, ServicePrincipal=SYSTEMS_MANAGER)
    services = organizations.list_delegated_services_for_account(AccountId=ADMINISTRATOR)["DelegatedServices"]
    assert [service["ServicePrincipal"] for service in services] == [SYSTEMS_MANAGER]
    with client_error("ConstraintViolationException", "DELEGATED_ADMINISTRATOR_EXISTS_FOR_THIS_SERVICE"):
        organizations.disable_aws_service_access(ServicePrincipal=SYSTEMS_MANAGER)
    with client_error("ConstraintViolationException", "CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG"):
        organizations.remove_account_from_organization(AccountId=ADMINISTRATOR)
    organizations.deregister_delegated_administrator(AccountId=ADMINISTRATOR, ServicePrincipal=SYSTEMS_MANAGER)
    with client_error("AccountNotRegisteredException"):
        organizations.deregister_delegated_administrator(AccountId=ADMINISTRATOR, ServicePrincipal=SYSTEMS_MANAGER)
    with client_error("AccountNotRegisteredException"):
        organizations.list_delegated_services_for_account(AccountId=ADMINISTRATOR)
    organizations.disable_aws_service_access(ServicePrincipal=SYSTEMS_MANAGER)
    assert sandbox.snapshot()["trusted_access"] == []


def test_an_account_is_created_in_the_background(sandbox: Sandbox, organizations: Any, client_error: Any) -> None:
    request = organizations.create_account(
        Email="new@example.com", AccountName="New", RoleName="Access", Tags=[{"Key": "a", "Value": "b"}]
    )["CreateAccountStatus"]
    assert request["State"] == "IN_PROGRESS"
    assert len(organizations.list_accounts()["Accounts"]) == 3
    status = organizations.describe_create_account_status(CreateAccountRequestId=request["Id"])["CreateAccountStatus"]
    assert status["State"] == "SUCCEEDED"
    account_id = status["AccountId"]
    assert organizations.list_tags_for_resource(ResourceId=account_id)["Tags"] == [{"Key": "a", "Value": "b"}]
    role = sandbox.client("iam", account_id).list_attached_role_policies(RoleName="Access")
    assert [policy["PolicyName"] for policy in role["AttachedPolicies"]] == ["AdministratorAccess"]
    with client_error("ConstraintViolationException", "WAIT_PERIOD_ACTIVE"):
        organizations.remove_account_from_organization(AccountId=account_id)
    sandbox.clock.advance(4 * 24 * 60 * 60)
    organizations.remove_account_from_organization(AccountId=account_id)
    with client_error("AWSOrganizationsNotInUseException"):
        sandbox.client("organizations", account_id).describe_organization()


def test_an_email_address_is_one_account_s(organizations: Any, client_error: Any) -> None:
    request = organizations.create_account(Email="Workload@example.com", AccountName="Again")["CreateAccountStatus"]
    status = organizations.describe_create_account_status(CreateAccountRequestId=request["Id"])["CreateAccountStatus"]
    assert (status["State"], status["FailureReason"]) == ("FAILED", "EMAIL_ALREADY_EXISTS")
    assert organizations.list_create_account_status(States=["FAILED"])["CreateAccountStatuses"] == [status]
    with client_error("CreateAccountStatusNotFoundException"):
        organizations.describe_create_account_status(CreateAccountRequestId="car-0123456789abcdef")
    with client_error("InvalidInputException", "INVALID_ROLE_NAME"):
        organizations.create_account(Email="x@example.com", AccountName="X", RoleName="AWSServiceRoleForX")


def test_closing_accounts(organizations: Any, client_error: Any) -> None:
    with client_error("ConstraintViolationException", "CANNOT_CLOSE_MANAGEMENT_ACCOUNT"):
        organizations.close_account(AccountId=MANAGEMENT)
    organizations.close_account(AccountId=MEMBER)
    account = organizations.describe_account(AccountId=MEMBER)["Account"]
    assert (account["Status"], account["State"]) == ("SUSPENDED", "CLOSED")
    with client_error("AccountAlreadyClosedException"):
        organizations.close_account(AccountId=MEMBER)
    with client_error("MasterCannotLeaveOrganizationException"):
        organizations.remove_account_from_organization(AccountId=MANAGEMENT)
    with client_error("OrganizationNotEmptyException"):
        organizations.delete_organization()


def test_an_organization_can_be_deleted_and_recreated(organizations: Any, client_error: Any) -> None:
    with client_error("AlreadyInOrganizationException"):
        organizations.create_organization(FeatureSet="ALL")
    for account_id in (ADMINISTRATOR, MEMBER):
        organizations.remove_account_from_organization(AccountId=account_id)
    organizations.delete_organization()
    with client_error("AWSOrganizationsNotInUseException"):
        organizations.describe_organization()
    created = organizations.create_organization(FeatureSet="CONSOLIDATED_BILLING")["Organization"]
    assert created["FeatureSet"] == "CONSOLIDATED_BILLING"
    with client_error("ConstraintViolationException", "ORGANIZATION_NOT_IN_ALL_FEATURES_MODE"):
        organizations.enable_aws_service_access(ServicePrincipal=SYSTEMS_MANAGER)


@pytest.mark.parametrize(
    "service_principal", ["config.amazonaws.com", "securityhub.amazonaws.com", "sso.amazonaws.com"]
)
def test_other_services_have_delegated_administrators(organizations: Any, service_principal: str) -> None:
    organizations.enable_aws_service_access(ServicePrincipal=service_principal)
    organizations.register_delegated_administrator(AccountId=MEMBER, ServicePrincipal=service_principal)
    (service,) = organizations.list_delegated_services_for_account(AccountId=MEMBER)["DelegatedServices"]
    assert service["ServicePrincipal"] == service_principal


def test_some_services_have_no_delegated_administrator(organizations: Any, client_error: Any) -> None:
    organizations.enable_aws_service_access(ServicePrincipal="ram.amazonaws.com")
    with client_error("InvalidInputException", "UNRECOGNIZED_SERVICE_PRINCIPAL"):
        organizations.register_delegated_administrator(AccountId=MEMBER, ServicePrincipal="ram.amazonaws.com")
