"""The verbs of ensure.py as cases: what each changes, and how an onlooker reads and changes it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox import Fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox import Sandbox

ADMINISTRATOR = "222222222222"
FORMER_ROLE = "arn:aws:iam::111111111111:role/Former"
ROLE = "arn:aws:iam::111111111111:role/Explorer"


@dataclass(frozen=True)
class Case:
    """One verb against the organization `bare`, once `prepare` has made its query and what it needs.

    `before`, `wanted` and `other` are values of the thing as the verb tells them; `set_to` is somebody else's change.
    """

    verb: str
    describe: str
    act: str
    undo: str
    before: str
    wanted: str
    other: str
    prepare: Callable[[Sandbox], dict[str, str]]
    read: Callable[[Sandbox], str]
    set_to: Callable[[Sandbox, str], None]


def root_id(sandbox: Sandbox) -> str:
    return str(sandbox.client("organizations").list_roots()["Roots"][0]["Id"])


def unit_id(sandbox: Sandbox, name: str) -> str:
    organizations = sandbox.client("organizations")
    root = root_id(sandbox)
    units = organizations.list_organizational_units_for_parent(ParentId=root)["OrganizationalUnits"]
    for unit in units:
        if unit["Name"] == name:
            return str(unit["Id"])
    return str(organizations.create_organizational_unit(ParentId=root, Name=name)["OrganizationalUnit"]["Id"])


def trusted(sandbox: Sandbox) -> str:
    found = sandbox.client("organizations").list_aws_service_access_for_organization()["EnabledServicePrincipals"]
    return "enabled" if "ssm.amazonaws.com" in [principal["ServicePrincipal"] for principal in found] else "disabled"


def set_trusted(sandbox: Sandbox, value: str) -> None:
    organizations = sandbox.client("organizations")
    change = organizations.enable_aws_service_access if value == "enabled" else organizations.disable_aws_service_access
    change(ServicePrincipal="ssm.amazonaws.com")


def set_stack_sets(sandbox: Sandbox, value: str) -> None:
    cloudformation = sandbox.client("cloudformation")
    if value == "ENABLED":
        cloudformation.activate_organizations_access()
    else:
        cloudformation.deactivate_organizations_access()


def parent(sandbox: Sandbox) -> str:
    return str(sandbox.client("organizations").list_parents(ChildId=ADMINISTRATOR)["Parents"][0]["Id"])


def place(sandbox: Sandbox, value: str) -> None:
    sandbox.client("organizations").move_account(
        AccountId=ADMINISTRATOR, SourceParentId=parent(sandbox), DestinationParentId=value
    )


def linked_role(sandbox: Sandbox) -> str:
    iam = sandbox.client("iam")
    try:
        iam.get_role(RoleName="AWSServiceRoleForAmazonSSM")
    except iam.exceptions.NoSuchEntityException:
        return "absent"
    return "present"


def set_explorer_role(sandbox: Sandbox, value: str) -> None:
    sandbox.client("ssm-quicksetup").update_service_settings(ExplorerEnablingRoleArn=value)


def explorer_role(sandbox: Sandbox) -> str:
    settings = sandbox.client("ssm-quicksetup").get_service_settings()["ServiceSettings"]
    return str(settings.get("ExplorerEnablingRoleArn", ""))


def make_explorer_roles(sandbox: Sandbox) -> dict[str, str]:
    statement = {"Effect": "Allow", "Principal": {"Service": "ssm.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    for name in ("Former", "Explorer", "Other"):
        sandbox.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=document)
    set_explorer_role(sandbox, FORMER_ROLE)
    return {"explorer_enabling_role_arn": ROLE}


TRUSTED_ACCESS = Case(
    "trusted-access",
    "organizations:ListAWSServiceAccessForOrganization",
    "organizations:EnableAWSServiceAccess",
    "organizations:DisableAWSServiceAccess",
    "disabled",
    "enabled",
    "disabled",
    lambda _sandbox: {"service_principal": "ssm.amazonaws.com"},
    trusted,
    set_trusted,
)
STACK_SETS_ACCESS = Case(
    "stack-sets-access",
    "cloudformation:DescribeOrganizationsAccess",
    "cloudformation:ActivateOrganizationsAccess",
    "cloudformation:DeactivateOrganizationsAccess",
    "DISABLED",
    "ENABLED",
    "DISABLED",
    lambda _sandbox: {},
    lambda sandbox: str(sandbox.client("cloudformation").describe_organizations_access()["Status"]),
    set_stack_sets,
)
# The ids are the sandbox's own: `resolved` puts them in place of these words.
ACCOUNT_PLACEMENT = Case(
    "account-placement",
    "organizations:ListParents",
    "organizations:MoveAccount",
    "organizations:MoveAccount",
    "ROOT",
    "SystemsManager",
    "Elsewhere",
    lambda sandbox: {
        "placed_account_id": ADMINISTRATOR,
        "organizational_unit_id": unit_id(sandbox, "SystemsManager"),
    },
    parent,
    place,
)
SERVICE_LINKED_ROLE = Case(
    "service-linked-role",
    "iam:GetRole",
    "iam:CreateServiceLinkedRole",
    "",
    "absent",
    "present",
    "",
    lambda _sandbox: {"service_name": "ssm.amazonaws.com"},
    linked_role,
    lambda _sandbox, _value: None,
)
QUICK_SETUP_SETTINGS = Case(
    "quick-setup-settings",
    "ssm-quicksetup:GetServiceSettings",
    "ssm-quicksetup:UpdateServiceSettings",
    "ssm-quicksetup:UpdateServiceSettings",
    FORMER_ROLE,
    ROLE,
    "arn:aws:iam::111111111111:role/Other",
    make_explorer_roles,
    explorer_role,
    set_explorer_role,
)
CASES = [TRUSTED_ACCESS, STACK_SETS_ACCESS, ACCOUNT_PLACEMENT, SERVICE_LINKED_ROLE, QUICK_SETUP_SETTINGS]
RESTORABLE = [case for case in CASES if case.undo]


def resolved(sandbox: Sandbox, value: str) -> str:
    if value == "ROOT":
        return root_id(sandbox)
    return unit_id(sandbox, value) if value in ("SystemsManager", "Elsewhere") else value


def fault(call: str, **options: Any) -> Fault:
    service, operation = call.split(":")
    return Fault(service=service, operation=operation, **options)
