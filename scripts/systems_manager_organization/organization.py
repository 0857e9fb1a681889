"""`observe.py organization`: what the module has to know about the organization before it plans."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from systems_manager_organization.account_placement import parent_of
from systems_manager_organization.command_line import Verb
from systems_manager_organization.left_over import Remains, remains
from systems_manager_organization.managers import Manager, managers_of
from systems_manager_organization.query import COMMON_KEYS, Key, account_id_key

if TYPE_CHECKING:
    from systems_manager_organization.command_line import Connect
    from systems_manager_organization.connection import Connection
    from systems_manager_organization.query import Query

SCHEMA_VERSION = "1"


def observe(query: Query, connect: Connect) -> dict[str, str]:
    """All strings, as the external data source wants them:

    - `schema_version`: "1"
    - `account_id`: the account whose credentials were used
    - `stack_sets_access`: ENABLED, DISABLED or DISABLED_PERMANENTLY
    - `explorer_enabling_role_arn`: of Quick Setup's service settings, or ""
    - `placed_account_parent_id`: id of the root or organizational unit that holds the query's `placed_account_id`; ""
      when none was asked for or the organization has no such account
    - `left_over_configurations`: JSON object from each name of the query's `configuration_names` to
      `{unfinished, cleared}`, as in `Remains`
    - `configuration_managers`: JSON list of `{arn, name, type, deployment_status, async_executions_status}`, sorted by
      name and ARN
    """
    placed_account_id = query["placed_account_id"]
    with connect() as aws:
        access = aws.start(aws.call, aws.cloudformation.describe_organizations_access)
        settings = aws.start(aws.call, aws.quick_setup.get_service_settings)
        managers = aws.start(managers_of, aws)
        parent = aws.start(parent_of, aws, placed_account_id) if placed_account_id else None
        left = _remains(aws, json.loads(query["configuration_names"]), managers.result())
        return {
            "schema_version": SCHEMA_VERSION,
            "account_id": aws.account_id,
            "stack_sets_access": access.result()["Status"],
            "explorer_enabling_role_arn": settings.result()["ServiceSettings"].get("ExplorerEnablingRoleArn", ""),
            "placed_account_parent_id": parent.result() if parent else "",
            "configuration_managers": json.dumps([asdict(manager) for manager in managers.result()]),
            "left_over_configurations": json.dumps({name: asdict(found) for name, found in left.items()}),
        }


def _remains(aws: Connection, names: list[str], managers: list[Manager]) -> dict[str, Remains]:
    asked = {
        name: aws.start(remains, aws, [manager.arn for manager in managers if manager.name == name]) for name in names
    }
    return {name: answer.result() for name, answer in asked.items()}


VERB = Verb(
    name="organization",
    summary="What the module has to know about the organization before it plans.",
    description="""\
Calls cloudformation:DescribeOrganizationsAccess, ssm-quicksetup:GetServiceSettings and ListConfigurationManagers,
organizations:ListParents when --placed-account-id is given, and ssm-quicksetup:GetConfigurationManager for the managers
that --configuration-names names. AWS provider 5 has a data source for none of them, later
releases of provider 6 for the last one (aws_organizations_entity_path). Four data sources would replace this verb.""",
    keys=(
        *COMMON_KEYS,
        account_id_key("placed_account_id", "an account whose parent is to be found"),
        Key(
            "configuration_names",
            "names of configurations, to tell what applies left over of them",
            r'\[\]|\["[ A-Za-z0-9._-]{1,120}"(,"[ A-Za-z0-9._-]{1,120}")*\]',
            "a JSON list of names of configuration managers",
            default="[]",
        ),
    ),
    run=observe,
)
