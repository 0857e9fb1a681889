"""Checks of Quick Setup: what its lists and its StackSets show of configurations that are deployed."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from tools.probe.model import (
    AS_ASSUMED,
    NO_EVIDENCE,
    REFUTED,
    ROOT_PREFIX,
    Definition,
    Observation,
    Organization,
    deployment_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

_FAILED, _SUSPENDED = "FAILED", "SKIPPED_SUSPENDED_ACCOUNT"
_BUCKET_PREFIX = "aws-quicksetup-patchpolicy"
_GLOBAL_REGION = "us-east-1"


def configuration_rows(organization: Organization) -> Iterator[Observation]:
    """Whether ListConfigurations has a row for each stack instance of the target accounts."""
    id_ = "list-configurations-rows"
    for definition in organization.definitions:
        account_regions = {
            (instance["Account"], instance["Region"])
            for stack_set in organization.stack_sets(definition)
            if not _of_administration(stack_set.name)
            for instance in stack_set.instances
            # StackSets lists a suspended account, and deploys nothing to it.
            if _detailed_status(instance) != _SUSPENDED
        }
        if len(account_regions) < 2:
            continue
        rows = Counter((row.get("Account"), row.get("Region")) for row in definition.rows)
        data = {
            "manager": definition.manager_name,
            "type": definition.type,
            "rows": len(definition.rows),
            "stack_instances": len(account_regions),
            "instances_without_row": len(account_regions - set(rows)),
            "rows_without_instance": len(set(rows) - account_regions),
        }
        seen = f"{definition.type}: {len(definition.rows)} rows for {len(account_regions)} stack instances."
        yield Observation(id_, REFUTED if account_regions - set(rows) else AS_ASSUMED, seen, data)


def failed_configurations(organization: Organization) -> Iterator[Observation]:
    """The status and the messages of configuration managers of which an account and Region failed."""
    for definition in organization.definitions:
        failed = [
            instance
            for stack_set in organization.stack_sets(definition)
            for instance in stack_set.instances
            if _detailed_status(instance) == _FAILED
        ]
        if not failed:
            continue
        account_regions = {(instance["Account"], instance["Region"]) for instance in failed}
        rows = [row for row in definition.rows if (row.get("Account"), row.get("Region")) in account_regions]
        messages = sorted({deployment_of(row).get("StatusMessage", "").strip() for row in rows})
        data: dict[str, Any] = {
            "type": definition.type,
            "status": definition.status,
            "message": definition.message,
            "failed_instances": len(failed),
            "failed_rows": len(rows),
            "row_messages": messages,
        }
        yield Observation(
            "quick-setup-one-failure-fails-all",
            AS_ASSUMED if definition.status == _FAILED else REFUTED,
            f"{definition.type}: {len(failed)} stack instances failed, and the manager is {definition.status}.",
            data,
        )
        if rows:
            yield Observation(
                "quick-setup-status-has-no-message",
                REFUTED if any(messages) else AS_ASSUMED,
                f"{definition.type}: rows that failed have {'a message' if any(messages) else 'no message'}.",
                data,
            )


def configuration_id(organization: Organization) -> Iterator[Observation]:
    """Whether the id of a definition is the `QSConfigurationId` of its StackSets and its bucket."""
    id_ = "definition-id-is-configuration-id"
    for definition in organization.definitions:
        for stack_set in organization.stack_sets(definition):
            found = stack_set.parameters.get("QSConfigurationId")
            if found is not None:
                verdict = AS_ASSUMED if found == definition.id else REFUTED
                yield Observation(id_, verdict, f"{stack_set.name}: the parameter is {found}.", {"parameter": found})
    policies = [found for found in organization.definitions if found.type == "PatchPolicy"]
    if not policies:
        return
    names = [bucket["Name"] for bucket in organization.client("s3").list_buckets()["Buckets"]]
    prefix = f"{_BUCKET_PREFIX}-{organization.account_id}-"
    buckets = sorted(name for name in names if name.startswith(prefix))
    for definition in policies:
        if prefix + definition.id in buckets:
            yield Observation(id_, AS_ASSUMED, f"The bucket {prefix}{definition.id} exists.")
        elif buckets:
            yield Observation(
                id_,
                NO_EVIDENCE,
                f"No bucket has the id {definition.id}, and others exist: they may be of deleted patch policies.",
                {"buckets": buckets},
            )


def stack_parameters(organization: Organization) -> Iterator[Observation]:
    """The Regions of the management account's and the administrator's stacks, and the Region of global resources."""
    for definition in organization.definitions:
        for stack_set in organization.stack_sets(definition):
            region = stack_set.parameters.get("QSGlobalResourcesRegion")
            if region is not None and _GLOBAL_REGION in definition.regions:
                verdict = AS_ASSUMED if region == _GLOBAL_REGION else REFUTED
                seen = f"{stack_set.name}: QSGlobalResourcesRegion is {region}."
                yield Observation("global-resources-region", verdict, seen, {"targets": definition.regions})
            if _of_administration(stack_set.name) and stack_set.instances:
                regions = sorted({instance["Region"] for instance in stack_set.instances})
                yield Observation(
                    "management-stack-regions",
                    AS_ASSUMED if regions == definition.regions else REFUTED,
                    f"{stack_set.name} is deployed to {', '.join(regions)}.",
                    {"targets": definition.regions},
                )


def managers(organization: Organization) -> Iterator[Observation]:
    """What exists side by side: equal names, units of Default Host Management, spellings of its parameter."""
    names = Counter(definition.manager_name for definition in organization.definitions)
    equal = sum(count > 1 for count in names.values())
    if equal:
        yield Observation("quick-setup-manager-names", AS_ASSUMED, f"{equal} names are those of several managers.")
    for definition in organization.definitions:
        if definition.type == "DHMC" and definition.status == "SUCCEEDED":
            yield from _default_host_management(definition)


def _default_host_management(definition: Definition) -> Iterator[Observation]:
    units = [unit for unit in definition.units if not unit.startswith(ROOT_PREFIX)]
    if units:
        yield Observation("dhmc-units", REFUTED, f"DHMC is deployed to {len(units)} units.")
    spelled = [key for key in definition.parameters if key.lower() == "updatessmagent"]
    if spelled:
        yield Observation(
            "parameter-names-are-mapped",
            AS_ASSUMED if spelled == ["UpdateSSMAgent"] else NO_EVIDENCE,
            f"DHMC is deployed with {', '.join(spelled)}.",
        )


def stack_set_operations(organization: Organization) -> Iterator[Observation]:
    """Whether operations are listed with the newest first."""
    for definition in organization.definitions:
        for stack_set in organization.stack_sets(definition):
            operations = organization.listed(
                "cloudformation", "list_stack_set_operations", "Summaries", StackSetName=stack_set.name
            )
            times = [operation["CreationTimestamp"] for operation in operations]
            if len(set(times)) > 1:
                verdict = AS_ASSUMED if times == sorted(times, reverse=True) else REFUTED
                seen = f"{stack_set.name}: {len(times)} operations."
                yield Observation("cloudformation-default-pages", verdict, seen)


def administrators(organization: Organization) -> Iterator[Observation]:
    """Whether an account is registered for Quick Setup and not for Systems Manager."""
    found = organization.listed(
        "organizations",
        "list_delegated_administrators",
        "DelegatedAdministrators",
        ServicePrincipal="ssm-quicksetup.amazonaws.com",
    )
    for account in found:
        services = organization.listed(
            "organizations", "list_delegated_services_for_account", "DelegatedServices", AccountId=account["Id"]
        )
        principals = sorted(service["ServicePrincipal"] for service in services)
        alone = "ssm.amazonaws.com" not in principals
        yield Observation(
            "registering-registers-others",
            AS_ASSUMED if alone else NO_EVIDENCE,
            "It is not registered for Systems Manager." if alone else "It is registered for both, by AWS or by hand.",
            {"services": principals},
        )


def _of_administration(stack_set: str) -> bool:
    return "-MA-" in stack_set or "-DA-" in stack_set


def _detailed_status(instance: dict[str, Any]) -> str:
    return str(instance.get("StackInstanceStatus", {}).get("DetailedStatus", ""))
