"""`observe.py node-role`: the role and instance profile that modules/patch-policy-node-role would create."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from systems_manager_organization.cli.application import Command
from systems_manager_organization.cli.options import COMMON_KEYS
from systems_manager_organization.installation.existing_resources import (
    RESOURCES,
    explain_existing,
    find_instance_profiles,
    find_roles,
    parse_resources,
)
from systems_manager_organization.settings.records import INSTALLATION

if TYPE_CHECKING:
    from systems_manager_organization.cli.application import Connect
    from systems_manager_organization.cli.options import Query

SCHEMA_VERSION = "1"

_ANOTHER = "To create others instead, set name."


def observe(query: Query, connect: Connect) -> dict[str, str]:
    """A map of strings for the external data source:

    - `schema_version`: "1"
    - `account_id`: the account whose credentials were used
    - `existing`: JSON object from the key of an ExistingResource to the error message for a plan that creates it again
    """
    resources = parse_resources(query["resources"])
    with connect() as aws:
        existing = [
            *find_roles(aws, resources.get("role_names", []), _ANOTHER),
            *find_instance_profiles(aws, resources.get("instance_profile_names", []), _ANOTHER),
        ]
        return {
            "schema_version": SCHEMA_VERSION,
            "account_id": aws.account_id,
            "existing": json.dumps(explain_existing(existing, query["installation"])),
        }


COMMAND = Command(
    name="node-role",
    summary="Existing roles and instance profiles with the names that Terraform uses in an account.",
    description="""\
Calls iam:GetRole and GetInstanceProfile. The data sources of the AWS provider fail where there is none.""",
    example="""node-role --account-id 333333333333 --region us-east-1 \\
    --resources '{"role_names": ["managed-node"]}'""",
    options=(*COMMON_KEYS, replace(INSTALLATION, required=False), RESOURCES),
    run=observe,
)
