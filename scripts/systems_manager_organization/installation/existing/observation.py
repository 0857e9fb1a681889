"""`observe.py existing-resources`: what a module besides the root module would create, and exists already."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from systems_manager_organization.cli.application import Command
from systems_manager_organization.cli.options import COMMON_KEYS
from systems_manager_organization.installation.existing.finders import FINDERS
from systems_manager_organization.installation.existing.resources import RESOURCES, explain_existing, parse_resources
from systems_manager_organization.settings.records import INSTALLATION

if TYPE_CHECKING:
    from systems_manager_organization.cli.application import Connect
    from systems_manager_organization.cli.options import Query
    from systems_manager_organization.installation.existing.resources import ExistingResource

SCHEMA_VERSION = "1"


def observe(query: Query, connect: Connect) -> dict[str, str]:
    """A map of strings for the external data source:

    - `schema_version`: "1"
    - `account_id`: the account of the query
    - `existing`: JSON object from the key of an ExistingResource to `{message, creation_mark}`, the error message for a
      plan that creates it again
    """
    resources = parse_resources(query["resources"], FINDERS)
    inputs = resources.pop("inputs", {})
    existing: list[ExistingResource] = []
    # A plan that creates none of them needs no credentials.
    if any(resources.values()):
        with connect() as aws:
            found = [
                (aws.start(find, aws, name), f"To create another one instead, set {inputs.get(key, 'name')}.")
                for key, find in FINDERS.items()
                for name in resources.get(key, [])
            ]
            for started, alternative in found:
                resource = started.result()
                if resource:
                    existing.append(replace(resource, alternative=resource.alternative or alternative))
    return {
        "schema_version": SCHEMA_VERSION,
        "account_id": query["account_id"],
        "existing": json.dumps(explain_existing(existing, query["installation"])),
    }


COMMAND = Command(
    name="existing-resources",
    summary="Existing resources with the names that Terraform uses in an account and Region.",
    description="""\
Calls what describes each kind that --resources names, such as iam:GetRole or s3:HeadBucket, and reads the tags of what
exists. The data sources of the AWS provider fail where there is none.""",
    example="""existing-resources --account-id 333333333333 --region us-east-1 \\
    --resources '{"role_names": ["managed-node"]}'""",
    options=(*COMMON_KEYS, replace(INSTALLATION, required=False), RESOURCES),
    run=observe,
)
