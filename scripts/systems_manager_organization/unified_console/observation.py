"""`observe.py unified-console`: what collides with the unified console in its account, or does the same there.

Just-in-time node access is deployed in the same way, and has no associations that others have.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from systems_manager_organization.cli.application import Command
from systems_manager_organization.cli.options import COMMON_KEYS, Option
from systems_manager_organization.errors import QueryError
from systems_manager_organization.explorer.resource_data_syncs import FROM_SOURCE, list_explorer_syncs
from systems_manager_organization.findings import Finding
from systems_manager_organization.installation.existing.resources import (
    describe_managers,
    explain_existing,
    find_role,
)
from systems_manager_organization.preflight.collision_findings import COLLISION
from systems_manager_organization.preflight.overlap_findings import OVERLAPPING
from systems_manager_organization.preflight.sync_findings import MAX_SYNCS
from systems_manager_organization.quick_setup.configuration_managers import (
    configurations_in,
    get_descriptions,
    list_managers,
)
from systems_manager_organization.settings.records import INSTALLATION

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from systems_manager_organization.aws.session import AwsSession
    from systems_manager_organization.cli.application import Connect
    from systems_manager_organization.cli.options import Query

SCHEMA_VERSION = "1"
TYPE = "AWSQuickSetupType-SSM"

_RULE = 'a JSON object of the schedules\' parameters, for example {"AgentUpdateSchedule": "rate(14 days)"}'
_TYPE = Option(
    "type",
    "the type of the configuration",
    rf"{TYPE}|AWSQuickSetupType-JITNA",
    f"{TYPE} or AWSQuickSetupType-JITNA",
    default=TYPE,
)
_SCHEDULES = Option("schedules", "the schedules of the configuration", r"(?s)\{.*\}", _RULE, default="{}")

# All associations of the configuration itself, and no others: AWSQuickSetupType-SSM-CFN-TA.
_OWN = "AWS-QuickSetup-SSM-"
# By document: the parameter that turns it off, what two of them do, and the remedy.
_ASSOCIATIONS = {
    "AWS-GatherSoftwareInventory": (
        "InventoryCollectionSchedule",
        "A node takes one inventory association, and another one fails.",
        "Set inventory_interval_hours = null, or turn that one off (collect_inventory = false of Host Management).",
    ),
    "AWS-UpdateSSMAgent": (
        "AgentUpdateSchedule",
        "Both update SSM Agent on the same nodes.",
        "Set agent_update_interval_days = null, or turn that one off (update_ssm_agent = false of Host Management).",
    ),
    "AWSQuickSetupType-EnableDHMC": (
        "EnableDHMCSchedule",
        "Both enable Default Host Management Configuration, and the role that is set first is kept.",
        "Set default_host_management_interval_days = null, or delete that configuration.",
    ),
    "AWSQuickSetupType-EnableAREX": (
        "",
        "Both promote an aggregator index of Resource Explorer, and with different Regions they undo each other.",
        "Delete that configuration, or give it the home Region.",
    ),
}
# Names without account or configuration: AWSQuickSetupType-SSM-CFN-DA and -TA.
_ROLES = ("ManagedInstance-CrossAccountManagementRole", "ManagedInstance-CrossAccountExecutionRole")
# ASSUMPTION(unified-console-sync): the service creates it, and it counts.
_SYNC = "AWS-QuickSetup-ManagedNode"


def observe(query: Query, connect: Connect) -> dict[str, str]:
    """A map of strings for the external data source:

    - `schema_version`: "1"
    - `account_id`: the account whose credentials were used
    - `existing`: JSON object from TYPE/NAME of a configuration manager to `{message, creation_mark}`, the
      error message for a plan that creates it
    - `findings`: JSON list of `{code, subject, message, remedy}`
    """
    schedules, type_ = _parse(query["schedules"]), query["type"]
    with connect() as aws:
        managers = [manager for manager in list_managers(aws) if manager.type == type_]
        descriptions = get_descriptions(aws, [manager.arn for manager in managers])
        deployed = [found for description in descriptions.values() for found in configurations_in(description)]
        existing = list(describe_managers(deployed, descriptions))
        findings = list(_collisions(type_, [found.name for found in deployed]))
        if type_ == TYPE:
            findings = [
                *([] if managers else _taken_names(aws)),
                *findings,
                *_duplicates(aws, schedules),
                *_sync_quota(aws),
            ]
        return {
            "schema_version": SCHEMA_VERSION,
            "account_id": aws.account_id,
            "existing": json.dumps(explain_existing(existing, query["installation"])),
            "findings": json.dumps([asdict(finding) for finding in findings]),
        }


def _parse(text: str) -> Mapping[str, Any]:
    try:
        return dict(json.loads(text))
    except ValueError as error:
        raise QueryError(f"schedules is not JSON ({error}), but must be {_RULE}.") from error


def _collisions(type_: str, names: list[str]) -> Iterator[Finding]:
    if len(names) > 1:
        yield Finding(
            COLLISION,
            " and ".join(sorted(names)),
            f"All are of type {type_}, and an organization can have one only.",
            "Delete all but one.",
        )


def _taken_names(aws: AwsSession) -> Iterator[Finding]:
    for name in _ROLES:
        if find_role(aws, name):
            yield Finding(
                COLLISION,
                name,
                f"The role exists in account {aws.account_id}, and the unified console creates one of this name in "
                "every account: its stack fails.",
                "Delete the role, if nothing uses it.",
            )


def _duplicates(aws: AwsSession, schedules: Mapping[str, Any]) -> Iterator[Finding]:
    for document, (parameter, consequence, remedy) in _ASSOCIATIONS.items():
        if schedules.get(parameter) == "none":
            continue
        filters = [{"key": "Name", "value": document}]
        for association in aws.paginate(aws.ssm.list_associations, AssociationFilterList=filters):
            name = association.get("AssociationName", association["AssociationId"])
            if not name.startswith(_OWN):
                yield Finding(
                    OVERLAPPING,
                    name,
                    f"This association of account {aws.account_id} in {aws.region} runs {document}, as the unified "
                    f"console's does. {consequence}",
                    remedy,
                )


def _sync_quota(aws: AwsSession) -> Iterator[Finding]:
    names = [sync.name for sync in list_explorer_syncs(aws)]
    if len(names) >= MAX_SYNCS and _SYNC not in names:
        yield Finding(
            "DATA_SYNC_QUOTA",
            aws.account_id,
            f"The account has the maximum of {MAX_SYNCS} resource data syncs of Explorer in {aws.region} "
            f"({', '.join(names)}), and the unified console needs one.",
            f"Delete one that is not needed: aws ssm delete-resource-data-sync --sync-type {FROM_SOURCE} "
            f"--sync-name NAME --region {aws.region}",
        )


COMMAND = Command(
    name="unified-console",
    summary="What exists in the administrator account that collides with the unified console, or does the same.",
    description="""\
Calls ssm-quicksetup:ListConfigurationManagers and GetConfigurationManager, iam:GetRole, ssm:ListAssociations and
ListResourceDataSync, in the account and Region of the provider. Quick Setup deploys the same associations to every
account of a target, so those of the administrator account show what other accounts have. No data source of the AWS
provider lists associations or configuration managers; those that do would replace parts of this command.""",
    example="unified-console --account-id 222222222222 --region us-east-1",
    options=(*COMMON_KEYS, replace(INSTALLATION, required=False), _TYPE, _SCHEDULES),
    run=observe,
)
