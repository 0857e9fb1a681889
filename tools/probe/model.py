"""What a check is, what it observes, and the organization that it looks at."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

AS_ASSUMED, REFUTED, NO_EVIDENCE, FAILED, NOT_RUN = "as assumed", "refuted", "no evidence", "error", "not run"

# AWS's name for the whole organization in a list of targets begins so.
ROOT_PREFIX = "r-"
QUICK_SETUP_TYPE = "AWSQuickSetupType-"
# https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSQuickSetupDeploymentRolePolicy.html
STACK_SET_PREFIX = "AWS-QuickSetup-"
IN_PROGRESS = frozenset({"INITIALIZING", "DEPLOYING", "STOPPING", "DELETING"})


@dataclass(frozen=True)
class Observation:
    """What a check saw of one assumption.

    Attributes:
        assumption: an id of tools/assumptions/register.yaml.
        verdict: AS_ASSUMED, REFUTED or NO_EVIDENCE.
        message: what was seen, in a sentence.
        data: what AWS answered, as far as it matters.
    """

    assumption: str
    verdict: str
    message: str
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Check:
    """A small check.

    Attributes:
        settles: ids of the assumptions that it observes.
        calls: the operations that it calls.
        writes: what it creates and removes, for the person who is to allow it; "" if it only reads.
    """

    name: str
    settles: tuple[str, ...]
    calls: tuple[str, ...]
    run: Callable[[Organization], Iterator[Observation]]
    writes: str = ""


@dataclass(frozen=True)
class Definition:
    """A configuration definition, with its configuration manager.

    Attributes:
        id: AWS's id of the definition.
        rows: what ListConfigurations returns for it.
    """

    id: str
    type: str
    manager_name: str
    status: str
    message: str
    parameters: dict[str, str]
    rows: list[dict[str, Any]]

    @property
    def units(self) -> list[str]:
        return [unit for unit in self.parameters.get("TargetOrganizationalUnits", "").split(",") if unit]

    @property
    def regions(self) -> list[str]:
        return sorted(region for region in self.parameters.get("TargetRegions", "").split(",") if region)


@dataclass(frozen=True)
class StackSet:
    """A StackSet of Quick Setup, with its instances."""

    name: str
    parameters: dict[str, str]
    instances: list[dict[str, Any]]


class Organization:
    """An organization, seen with the credentials of its management account. Reads each thing once."""

    def __init__(
        self,
        client: Callable[[str], Any],
        *,
        region: str,
        wait: Callable[[float], None],
        target: str = "",
    ) -> None:
        self.client = client
        self.region = region
        self.wait = wait
        # The organizational unit that a check may deploy to.
        self.target = target

    @cached_property
    def account_id(self) -> str:
        return str(self.client("sts").get_caller_identity()["Account"])

    def listed(self, service: str, operation: str, key: str, **parameters: Any) -> list[dict[str, Any]]:
        """All items of a list, of all pages."""
        pages = self.client(service).get_paginator(operation).paginate(**parameters)
        return [item for page in pages for item in page.get(key, [])]

    @cached_property
    def definitions(self) -> list[Definition]:
        """The configuration definitions of the account and Region whose deployment is not in progress."""
        quick_setup = self.client("ssm-quicksetup")
        managers = self.listed("ssm-quicksetup", "list_configuration_managers", "ConfigurationManagersList")
        return [
            definition
            for summary in managers
            for definition in self._definitions_of(
                quick_setup.get_configuration_manager(ManagerArn=summary["ManagerArn"])
            )
        ]

    def _definitions_of(self, manager: dict[str, Any]) -> Iterator[Definition]:
        deployment = deployment_of(manager)
        if deployment.get("Status", "NONE") in IN_PROGRESS:
            return
        rows = self.listed(
            "ssm-quicksetup", "list_configurations", "ConfigurationsList", ManagerArn=manager["ManagerArn"]
        )
        for definition in manager["ConfigurationDefinitions"]:
            yield Definition(
                id=definition["Id"],
                type=definition["Type"].removeprefix(QUICK_SETUP_TYPE),
                manager_name=manager.get("Name", ""),
                status=deployment.get("Status", "NONE"),
                message=deployment.get("StatusMessage", "").strip(),
                parameters=definition["Parameters"],
                rows=[row for row in rows if row.get("ConfigurationDefinitionId") == definition["Id"]],
            )

    @cached_property
    def _stack_sets(self) -> list[StackSet]:
        cloudformation = self.client("cloudformation")
        names = [
            summary["StackSetName"]
            for summary in self.listed("cloudformation", "list_stack_sets", "Summaries", Status="ACTIVE")
            if summary["StackSetName"].startswith(STACK_SET_PREFIX)
        ]
        return [
            StackSet(
                name,
                {
                    parameter["ParameterKey"]: parameter.get("ParameterValue", "")
                    for parameter in cloudformation.describe_stack_set(StackSetName=name)["StackSet"].get(
                        "Parameters", []
                    )
                },
                self.listed("cloudformation", "list_stack_instances", "Summaries", StackSetName=name),
            )
            for name in names
        ]

    def stack_sets(self, definition: Definition) -> list[StackSet]:
        """The StackSets that deploy a definition."""
        return [found for found in self._stack_sets if found.name.endswith(f"-{definition.id}")]


def deployment_of(item: dict[str, Any]) -> dict[str, Any]:
    """The summary of the deployment's status, of a configuration manager or a configuration."""
    summaries = item.get("StatusSummaries", [])
    return next((summary for summary in summaries if summary["StatusType"] == "Deployment"), {})
