"""The check that creates a configuration manager: whether API calls alone are enough for a deployment to a unit."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from tools.probe.model import AS_ASSUMED, IN_PROGRESS, NO_EVIDENCE, REFUTED, Observation, Organization, deployment_of

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "systems-manager-organization-probe"
WRITES = (
    f"creates a configuration manager {NAME}-<letters> of the type Resource Scheduler, for a tag that no instance has, "
    "in one Region of the unit TARGET, and deletes it. Quick Setup deploys it to the accounts in the unit: two roles, "
    "associations and a calendar, which the deletion removes, and AWS-EnableExplorer, which switches OpsData sources "
    "on and creates AWSServiceRoleForAmazonSSM there; both remain. Use a unit without accounts, or a test account."
)
_CALENDAR = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n"
_POLL, _POLLS = 20.0, 90


def create_for_unit(organization: Organization) -> Iterator[Observation]:
    """Create a configuration manager for a unit, and delete it."""
    id_ = "invalid-target-ou-passes"
    prepared = _prepared(organization)
    if not (prepared["stack_sets"] == "ENABLED" and prepared["trusted_access"]):
        yield Observation(
            id_, NO_EVIDENCE, "StackSets is not activated, or Systems Manager has no trusted access.", prepared
        )
        return
    quick_setup, name = organization.client("ssm-quicksetup"), f"{NAME}-{secrets.token_hex(3)}"
    try:
        created = quick_setup.create_configuration_manager(
            Name=name, ConfigurationDefinitions=[_definition(organization, name)]
        )
    except ClientError as error:
        if "Invalid target OU" not in str(error):
            raise
        yield Observation(id_, REFUTED, f"AWS refuses the unit: {error}", prepared)
        return
    try:
        manager = _wait(organization, created["ManagerArn"])
    finally:
        quick_setup.delete_configuration_manager(ManagerArn=created["ManagerArn"])
        _wait_until_deleted(organization, created["ManagerArn"])
    deployment = deployment_of(manager)
    yield Observation(
        id_,
        AS_ASSUMED,
        f"AWS accepts the unit, and the deployment is {deployment.get('Status')}.",
        {**prepared, "message": deployment.get("StatusMessage", "")},
    )


def _prepared(organization: Organization) -> dict[str, Any]:
    principals = {
        service["ServicePrincipal"]
        for service in organization.listed(
            "organizations", "list_aws_service_access_for_organization", "EnabledServicePrincipals"
        )
    }
    return {
        "stack_sets": organization.client("cloudformation").describe_organizations_access()["Status"],
        "trusted_access": "ssm.amazonaws.com" in principals,
        "managers_before": len(organization.definitions),
    }


def _definition(organization: Organization, name: str) -> dict[str, Any]:
    return {
        "Type": "AWSQuickSetupType-Scheduler",
        "Parameters": {
            "TargetTagKey": name,
            "TargetTagValue": "true",
            "ICalendarString": _CALENDAR,
            "TargetOrganizationalUnits": organization.target,
            "TargetRegions": organization.region,
        },
    }


def _wait(organization: Organization, arn: str) -> dict[str, Any]:
    manager: dict[str, Any] = {}
    for _ in range(_POLLS):
        manager = organization.client("ssm-quicksetup").get_configuration_manager(ManagerArn=arn)
        if deployment_of(manager).get("Status") not in IN_PROGRESS:
            break
        organization.wait(_POLL)
    return manager


def _wait_until_deleted(organization: Organization, arn: str) -> None:
    quick_setup = organization.client("ssm-quicksetup")
    for _ in range(_POLLS):
        try:
            status = deployment_of(quick_setup.get_configuration_manager(ManagerArn=arn)).get("Status")
        except quick_setup.exceptions.ResourceNotFoundException:
            return
        if status == "DELETE_FAILED":
            raise CleanUpError(f"The configuration manager {arn} could not be deleted: delete it in the console.")
        organization.wait(_POLL)
    raise CleanUpError(f"The configuration manager {arn} is still being deleted: look whether it is gone.")


class CleanUpError(Exception):
    """What a check created is still there; the message says what to do."""
