"""Reads the parts of a scenario, each with the rule that its values keep."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sandbox.clock import START
from sandbox.scenarios import parts
from sandbox.services.ssm.patches import Patches, Severities

if TYPE_CHECKING:
    from sandbox.scenarios.yaml_reader import Reader

# https://docs.aws.amazon.com/organizations/latest/APIReference/API_Account.html
ACCOUNT_ID = re.compile(r"[0-9]{12}")
EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
REGION = re.compile(r"[a-z]{2}(-gov)?-(north|south|east|west|central|northeast|southeast|northwest|southwest)-[0-9]")
SERVICE_PRINCIPAL = re.compile(r"[a-z0-9.-]+\.amazonaws\.com")
INSTANCE_ID = re.compile(r"(i|mi)-[0-9a-f]{17}")
ROLE_NAME = re.compile(r"[\w+=,.@-]{1,64}", re.ASCII)
ROLE_PATH = re.compile(r"/|/[!-~]+/")
ARN = re.compile(r"arn:aws:\S+")
# PatchGroup in botocore's model `ssm`.
PATCH_GROUP = re.compile(r"[\w .:/=+\-@]{1,256}")
# EnvironmentId in botocore's model `cloud9` allows more; AWS draws these.
ENVIRONMENT_ID = re.compile(r"[0-9a-f]{32}")
NOT_EMPTY = re.compile(r"(?s).+")

# StatusSummary in the model of ssm-quicksetup, 2018-05-10.
DEPLOYMENT_STATUSES = (
    "INITIALIZING",
    "DEPLOYING",
    "SUCCEEDED",
    "DELETING",
    "STOPPING",
    "FAILED",
    "STOPPED",
    "DELETE_FAILED",
    "STOP_FAILED",
    "NONE",
)


def read_account(reader: Reader) -> parts.Account:
    with reader:
        return parts.Account(**_account_texts(reader))


def read_member_account(reader: Reader) -> parts.Account:
    with reader:
        access_role = reader.choice("access_role", parts.ACCESS_ROLES, "trusting")
        return parts.Account(**_account_texts(reader), access_role=access_role)


def read_organizational_unit(reader: Reader) -> parts.OrganizationalUnit:
    with reader:
        return parts.OrganizationalUnit(
            name=reader.text("name", re.compile(r"(?s).{1,128}"), "1 to 128 characters"),
            accounts=reader.each("accounts", read_member_account),
            organizational_units=reader.each("organizational_units", read_organizational_unit),
        )


def read_delegated_administrator(reader: Reader) -> parts.DelegatedAdministrator:
    with reader:
        return parts.DelegatedAdministrator(
            account_id=_account_id(reader), service_principal=_service(reader, "service_principal")
        )


def read_role(reader: Reader) -> parts.Role:
    with reader:
        return parts.Role(
            account_id=_account_id(reader),
            name=reader.text("name", ROLE_NAME, "a role name of 1 to 64 letters, digits or +=,.@_-"),
            path=reader.text("path", ROLE_PATH, "a path such as / or /service-role/", "/"),
            trusted_principals=reader.texts("trusted_principals", NOT_EMPTY, "principals"),
            managed_policies=reader.texts("managed_policies", NOT_EMPTY, "names of AWS managed policies"),
        )


def read_service_linked_role(reader: Reader) -> parts.ServiceLinkedRole:
    with reader:
        return parts.ServiceLinkedRole(account_id=_account_id(reader), service_name=_service(reader, "service_name"))


def read_service_setting(reader: Reader) -> parts.ServiceSetting:
    with reader:
        return parts.ServiceSetting(
            account_id=_account_id(reader),
            region=_region(reader),
            setting_id=reader.text("setting_id", re.compile(r"/ssm/\S+"), "a path such as /ssm/…"),
            value=reader.text("value", NOT_EMPTY, "some text"),
        )


def read_configuration_manager(reader: Reader) -> parts.ConfigurationManager:
    with reader:
        return parts.ConfigurationManager(
            account_id=_account_id(reader),
            region=_region(reader),
            name=reader.text("name", re.compile(r"[ A-Za-z0-9._-]{1,120}"), "1 to 120 letters, digits, spaces or ._-"),
            type=reader.text("type", re.compile(r"AWSQuickSetupType-\w+"), "AWSQuickSetupType-…"),
            parameters=reader.text_map("parameters"),
            status=reader.choice("status", DEPLOYMENT_STATUSES, "SUCCEEDED"),
        )


def read_instance(reader: Reader) -> parts.Instance:
    with reader:
        return parts.Instance(
            account_id=_account_id(reader),
            region=_region(reader),
            id=reader.text("id", INSTANCE_ID, "i- or mi- and 17 hexadecimal digits"),
            platform=reader.text("platform", NOT_EMPTY, "some text"),
            platform_version=reader.text("platform_version", NOT_EMPTY, "some text; quote numbers"),
            agent_version=reader.text("agent_version", re.compile(r"\d+(\.\d+){3}"), "a version of four numbers"),
            instance_profile=reader.optional_text("instance_profile", NOT_EMPTY, "the name of an instance profile"),
            status=reader.choice("status", parts.INSTANCE_STATUSES, "Active"),
            patches=_read_patches(reader.optional_child("patches")),
            patch_group=reader.text("patch_group", PATCH_GROUP, "1 to 256 letters, digits, spaces or _.:/=+-@", ""),
            scanned_at=reader.moment("scanned_at", START),
            operation=reader.choice("operation", ("Scan", "Install"), "Scan"),
        )


def _read_patches(reader: Reader) -> Patches:
    with reader:
        return Patches(
            installed=reader.count("installed"),
            installed_other=reader.count("installed_other"),
            not_applicable=reader.count("not_applicable"),
            missing=_read_severities(reader.optional_child("missing")),
            failed=_read_severities(reader.optional_child("failed")),
            installed_pending_reboot=_read_severities(reader.optional_child("installed_pending_reboot")),
            installed_rejected=_read_severities(reader.optional_child("installed_rejected")),
        )


def _read_severities(reader: Reader) -> Severities:
    with reader:
        return Severities(*(reader.count(name) for name in Severities._fields))


def read_cloud9_environment(reader: Reader) -> parts.Cloud9Environment:
    with reader:
        account_id = _account_id(reader)
        return parts.Cloud9Environment(
            account_id=account_id,
            region=_region(reader),
            id=reader.text("id", ENVIRONMENT_ID, "32 hexadecimal digits"),
            name=reader.text("name", re.compile(r"(?s).{1,60}"), "1 to 60 characters"),
            type=reader.choice("type", ("ec2", "ssh"), "ec2"),
            owner_arn=reader.text("owner_arn", ARN, "an ARN", f"arn:aws:iam::{account_id}:user/Administrator"),
        )


def read_enabled_region(reader: Reader) -> parts.EnabledRegion:
    with reader:
        return parts.EnabledRegion(account_id=_account_id(reader), region=_region(reader))


def read_resource_data_sync(reader: Reader) -> parts.ResourceDataSync:
    with reader:
        return parts.ResourceDataSync(
            account_id=_account_id(reader),
            region=_region(reader),
            name=reader.text("name", re.compile(r"(?s).{1,64}"), "1 to 64 characters"),
            type=reader.choice("type", ("SyncFromSource", "SyncToDestination"), "SyncFromSource"),
            organization=reader.flag("organization", default=False),
        )


def _account_texts(reader: Reader) -> dict[str, str]:
    return {
        "id": _account_id(reader, "id"),
        "name": reader.text("name", NOT_EMPTY, "some text"),
        "email": reader.text("email", EMAIL, "an e-mail address"),
        "status": reader.choice("status", ("ACTIVE", "SUSPENDED"), "ACTIVE"),
    }


def _account_id(reader: Reader, key: str = "account_id") -> str:
    return reader.text(key, ACCOUNT_ID, "12 digits, in quotes")


def _region(reader: Reader) -> str:
    return reader.text("region", REGION, "a Region such as us-east-1")


def _service(reader: Reader, key: str) -> str:
    return reader.text(key, SERVICE_PRINCIPAL, "a service principal such as ssm.amazonaws.com")
