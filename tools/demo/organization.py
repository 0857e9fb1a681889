"""Reads from AWS: the steps of the procedure, and each configuration by account and Region."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox import Sandbox

_STACK_SETS = "member.org.stacksets.cloudformation.amazonaws.com"
_HOST_MANAGEMENT = "/ssm/managed-instance/default-ec2-instance-management-role"


@dataclass(frozen=True)
class Step:
    """One step of the procedure: its name, its result, and whether it is done."""

    name: str
    result: str
    done: bool


@dataclass(frozen=True)
class Configuration:
    """A configuration manager: its deployment `states` by account, one for each of `regions`."""

    name: str
    regions: list[str]
    states: dict[str, list[str]]


class Observer:
    """Reads as an inspector, whose calls the sandbox does not record."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._management = sandbox.scenario.management_account.id

    def steps(self, administrator: str) -> list[Step]:
        """The steps of the procedure, with `administrator` as the administrator account."""
        return [
            self._trusted_access(),
            self._stack_sets_access(),
            self._organizational_unit(administrator),
            self._delegated_administrator(administrator),
            *(self._deployed(manager) for manager in self._managers),
            self._management_account_setting(),
            self._explorer(administrator),
        ]

    def configurations(self) -> list[Configuration]:
        """Every configuration manager, by account and Region of the whole organization."""
        return [self._configuration(manager) for manager in self._managers]

    @cached_property
    def _organizations(self) -> Any:
        return self._sandbox.client("organizations")

    @cached_property
    def _quick_setup(self) -> Any:
        return self._sandbox.client("ssm-quicksetup")

    @cached_property
    def _accounts(self) -> list[dict[str, Any]]:
        pages = self._organizations.get_paginator("list_accounts").paginate()
        return sorted(
            (account for page in pages for account in page["Accounts"]), key=lambda account: str(account["Id"])
        )

    @property
    def _managers(self) -> list[dict[str, Any]]:
        return sorted(
            self._quick_setup.list_configuration_managers()["ConfigurationManagersList"],
            key=lambda manager: manager["Name"],
        )

    def _trusted_access(self) -> Step:
        pages = self._organizations.get_paginator("list_aws_service_access_for_organization").paginate()
        enabled = [service["ServicePrincipal"] for page in pages for service in page["EnabledServicePrincipals"]]
        return Step("Trusted access", ", ".join(sorted(enabled)), {"ssm.amazonaws.com", _STACK_SETS} <= set(enabled))

    def _stack_sets_access(self) -> Step:
        status = self._sandbox.client("cloudformation").describe_organizations_access()["Status"]
        return Step("StackSets for the organization", status.lower(), status == "ENABLED")

    def _organizational_unit(self, administrator: str) -> Step:
        (parent,) = self._organizations.list_parents(ChildId=administrator)["Parents"]
        if parent["Type"] != "ORGANIZATIONAL_UNIT":
            return Step("Dedicated organizational unit", f"{administrator} is in the root", done=False)
        unit = self._organizations.describe_organizational_unit(OrganizationalUnitId=parent["Id"])["OrganizationalUnit"]
        inside = [
            account["Id"] for account in self._organizations.list_accounts_for_parent(ParentId=unit["Id"])["Accounts"]
        ]
        return Step(
            "Dedicated organizational unit",
            f"{unit['Name']} ({unit['Id']}) holds {', '.join(inside)}",
            inside == [administrator],
        )

    def _delegated_administrator(self, administrator: str) -> Step:
        found = self._organizations.list_delegated_administrators(ServicePrincipal="ssm.amazonaws.com")
        accounts = [account["Id"] for account in found["DelegatedAdministrators"]]
        return Step(
            "Delegated administrator", f"{', '.join(accounts)} for ssm.amazonaws.com", accounts == [administrator]
        )

    def _deployed(self, manager: dict[str, Any]) -> Step:
        statuses = {summary["StatusType"]: summary["Status"] for summary in manager["StatusSummaries"]}
        (definition,) = manager["ConfigurationDefinitionSummaries"]
        kind = definition["Type"].removeprefix("AWSQuickSetupType-")
        return Step(
            f"Quick Setup {kind}",
            f"{manager['Name']}: {statuses['Deployment'].lower()}",
            statuses["Deployment"] == "SUCCEEDED",
        )

    def _management_account_setting(self) -> Step:
        setting = self._sandbox.client("ssm").get_service_setting(SettingId=_HOST_MANAGEMENT)["ServiceSetting"]
        return Step(
            "Default host management, management account",
            f"{setting['SettingValue']} in us-east-1",
            setting["Status"] == "Customized",
        )

    def _explorer(self, administrator: str) -> Step:
        """The organization's resource data sync, in the administrator account."""
        client = self._sandbox.client("ssm", account_id=administrator)
        syncs = client.list_resource_data_sync(SyncType="SyncFromSource")["ResourceDataSyncItems"]
        statuses = [f"{sync['SyncName']}: {sync['LastStatus'].lower()}" for sync in syncs]
        return Step(
            f"Explorer, in {administrator}",
            ", ".join(statuses) or "no resource data sync",
            bool(syncs) and all(sync["LastStatus"] == "Successful" for sync in syncs),
        )

    def _configuration(self, manager: dict[str, Any]) -> Configuration:
        deployed = {
            (found["Account"], found["Region"]): found for found in self._configurations_of(manager["ManagerArn"])
        }
        regions = sorted({region for _, region in deployed})
        states = {
            str(account["Id"]): [self._state(account, deployed.get((account["Id"], region))) for region in regions]
            for account in self._accounts
        }
        return Configuration(manager["Name"], regions, states)

    def _configurations_of(self, arn: str) -> Iterator[dict[str, Any]]:
        for page in self._quick_setup.get_paginator("list_configurations").paginate(ManagerArn=arn):
            yield from page["ConfigurationsList"]

    def _state(self, account: dict[str, Any], deployed: dict[str, Any] | None) -> str:
        if deployed is not None:
            statuses = {summary["StatusType"]: summary["Status"] for summary in deployed["StatusSummaries"]}
            return str(statuses["Deployment"])
        if account["Id"] == self._management:
            return "management account: not targeted"
        return "suspended: skipped" if account["Status"] == "SUSPENDED" else "not deployed"
