"""The kinds of settings as cases: what each changes, and how an inspector reads and changes it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox import Fault
from sandbox.services.ssm.service_settings import DEFAULT_HOST_MANAGEMENT as HOST_MANAGEMENT_SETTING
from systems_manager_organization.aws.session import AwsSession, botocore_session
from systems_manager_organization.clock import Clock

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox import Sandbox

ADMINISTRATOR = "222222222222"
RAM = "ram.amazonaws.com"
INSTALLATION = "20261128T101248Z-a1b2c3"
RECORD = f"/systems-manager-organization/settings/{INSTALLATION}"


@dataclass(frozen=True)
class Case:
    """One setting in the organization `bare`.

    `previous`, `target` and `other` are its values in the script; `set_to` changes it without the script. Reading
    `target` takes `verify_actions` after `read_action`.
    """

    key: str
    read_action: str
    apply_action: str
    revert_action: str
    previous: str
    target: str
    other: str
    read: Callable[[Sandbox], str]
    set_to: Callable[[Sandbox, str], None]
    subject: str = ""
    specification: str = ""
    verify_actions: tuple[str, ...] = ()
    prepare: Callable[[Sandbox], object] = lambda _sandbox: None

    def desired(self, sandbox: Sandbox, **members: object) -> dict[str, Any]:
        """The setting as Terraform has it."""
        return {
            "key": self.key,
            "subject": self.subject,
            "value": resolved(sandbox, self.target),
            "previous": resolved(sandbox, self.previous),
            "specification": self.specification,
            "change": "as the plan shows it",
            "retained": False,
            **members,
        }


def settings_query(*settings: dict[str, Any], **keys: str) -> dict[str, str]:
    return {"installation": INSTALLATION, "record_region": "us-east-1", "settings": json.dumps(settings), **keys}


def open_session(region: str = "us-east-1") -> AwsSession:
    """A session of the management account, which never waits."""
    query = {"account_id": "111111111111", "region": region, "profile": "", "role_arn": ""}
    clock = Clock(now=lambda: 0.0, sleep=lambda _seconds: None)
    return AwsSession(query, session_factory=botocore_session, clock=clock, warn=lambda _text: None)


def recorded(sandbox: Sandbox) -> dict[str, Any]:
    """What the parameter records, by key; empty where there is none."""
    parameters = sandbox.client("ssm").get_parameters_by_path(Path="/systems-manager-organization", Recursive=True)
    for parameter in parameters["Parameters"]:
        if parameter["Name"] == RECORD:
            settings: dict[str, Any] = json.loads(parameter["Value"])["settings"]
            return settings
    return {}


def record(sandbox: Sandbox, settings: object, *, name: str = RECORD, schema: int = 1) -> None:
    value = json.dumps({"schema": schema, "settings": settings})
    sandbox.client("ssm").put_parameter(Name=name, Value=value, Type="String", Overwrite=True)


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


def trusted(sandbox: Sandbox, principal: str = "ssm.amazonaws.com") -> str:
    found = sandbox.client("organizations").list_aws_service_access_for_organization()["EnabledServicePrincipals"]
    return "enabled" if principal in [enabled["ServicePrincipal"] for enabled in found] else "disabled"


def set_trusted(sandbox: Sandbox, value: str, principal: str = "ssm.amazonaws.com") -> None:
    organizations = sandbox.client("organizations")
    change = organizations.enable_aws_service_access if value == "enabled" else organizations.disable_aws_service_access
    change(ServicePrincipal=principal)


def shared(sandbox: Sandbox) -> str:
    if trusted(sandbox, RAM) == "disabled":
        return "disabled"
    return "enabled" if linked_role(sandbox, "AWSServiceRoleForResourceAccessManager") == "present" else "incomplete"


def set_shared(sandbox: Sandbox, value: str) -> None:
    if value == "enabled":
        sandbox.client("ram").enable_sharing_with_aws_organization()
    else:
        set_trusted(sandbox, value, RAM)


def set_stack_sets(sandbox: Sandbox, value: str) -> None:
    cloudformation = sandbox.client("cloudformation")
    if value == "ENABLED":
        cloudformation.activate_organizations_access()
    else:
        cloudformation.deactivate_organizations_access()


def parent(sandbox: Sandbox) -> str:
    return str(sandbox.client("organizations").list_parents(ChildId=ADMINISTRATOR)["Parents"][0]["Id"])


def move_account(sandbox: Sandbox, value: str) -> None:
    sandbox.client("organizations").move_account(
        AccountId=ADMINISTRATOR, SourceParentId=parent(sandbox), DestinationParentId=value
    )


def linked_role(sandbox: Sandbox, name: str = "AWSServiceRoleForSSMQuickSetup") -> str:
    iam = sandbox.client("iam")
    try:
        iam.get_role(RoleName=name)
    except iam.exceptions.NoSuchEntityException:
        return "absent"
    return "present"


def registered(sandbox: Sandbox) -> str:
    found = sandbox.client("organizations").list_delegated_administrators(ServicePrincipal="ssm.amazonaws.com")
    return next((account["Id"] for account in found["DelegatedAdministrators"]), "none")


def host_management_role(sandbox: Sandbox) -> str:
    setting = sandbox.client("ssm").get_service_setting(SettingId=HOST_MANAGEMENT_SETTING)["ServiceSetting"]
    return "none" if setting["Status"] == "Default" else str(setting["SettingValue"])


def set_host_management_role(sandbox: Sandbox, value: str) -> None:
    sandbox.client("ssm").update_service_setting(SettingId=HOST_MANAGEMENT_SETTING, SettingValue=value)


def register(sandbox: Sandbox, value: str) -> None:
    organizations, current = sandbox.client("organizations"), registered(sandbox)
    if current != "none":
        organizations.deregister_delegated_administrator(AccountId=current, ServicePrincipal="ssm.amazonaws.com")
    if value != "none":
        organizations.register_delegated_administrator(AccountId=value, ServicePrincipal="ssm.amazonaws.com")


TRUSTED_ACCESS = Case(
    "trusted-access/ssm.amazonaws.com",
    "organizations:ListAWSServiceAccessForOrganization",
    "organizations:EnableAWSServiceAccess",
    "organizations:DisableAWSServiceAccess",
    "disabled",
    "enabled",
    "disabled",
    trusted,
    set_trusted,
)
STACK_SETS_ACCESS = Case(
    "stack-sets-access/organization",
    "cloudformation:DescribeOrganizationsAccess",
    "cloudformation:ActivateOrganizationsAccess",
    "cloudformation:DeactivateOrganizationsAccess",
    "DISABLED",
    "ENABLED",
    "DISABLED",
    lambda sandbox: str(sandbox.client("cloudformation").describe_organizations_access()["Status"]),
    set_stack_sets,
)
RESOURCE_SHARING = Case(
    "resource-sharing/organization",
    "organizations:ListAWSServiceAccessForOrganization",
    "ram:EnableSharingWithAwsOrganization",
    "organizations:DisableAWSServiceAccess",
    "disabled",
    "enabled",
    "disabled",
    shared,
    set_shared,
    verify_actions=("iam:GetRole",),
)
SERVICE_LINKED_ROLE = Case(
    "service-linked-role/ssm-quicksetup.amazonaws.com",
    "iam:GetRole",
    "iam:CreateServiceLinkedRole",
    "",
    "absent",
    "present",
    "",
    linked_role,
    lambda sandbox, _value: sandbox.client("iam").create_service_linked_role(
        AWSServiceName="ssm-quicksetup.amazonaws.com"
    ),
)
# `resolved` replaces these by ids of the sandbox.
ACCOUNT_PLACEMENT = Case(
    "account-placement/administrator",
    "organizations:ListParents",
    "organizations:MoveAccount",
    "organizations:MoveAccount",
    "ROOT",
    "SystemsManager",
    "Elsewhere",
    parent,
    move_account,
    subject=ADMINISTRATOR,
)
DELEGATED_ADMINISTRATOR = Case(
    "delegated-administrator/ssm.amazonaws.com",
    "organizations:ListDelegatedAdministrators",
    "organizations:RegisterDelegatedAdministrator",
    "organizations:DeregisterDelegatedAdministrator",
    "none",
    ADMINISTRATOR,
    "333333333333",
    registered,
    register,
    prepare=lambda sandbox: set_trusted(sandbox, "enabled"),
)
DEFAULT_HOST_MANAGEMENT_ROLE = Case(
    "default-host-management-role/us-east-1",
    "ssm:GetServiceSetting",
    "ssm:UpdateServiceSetting",
    "ssm:ResetServiceSetting",
    "none",
    "service-role/Ours",
    "service-role/ByHand",
    host_management_role,
    set_host_management_role,
)
CASES = [
    TRUSTED_ACCESS,
    STACK_SETS_ACCESS,
    RESOURCE_SHARING,
    SERVICE_LINKED_ROLE,
    ACCOUNT_PLACEMENT,
    DELEGATED_ADMINISTRATOR,
    DEFAULT_HOST_MANAGEMENT_ROLE,
]
RESTORABLE = [case for case in CASES if case.revert_action]


def resolved(sandbox: Sandbox, value: str) -> str:
    if value == "ROOT":
        return root_id(sandbox)
    return unit_id(sandbox, value) if value in ("SystemsManager", "Elsewhere") else value


def fault(call: str, **options: Any) -> Fault:
    service, operation = call.split(":")
    return Fault(service=service, operation=operation, **options)
