"""`observe.py existing-resources`: what a module besides the root module would create, and exists already."""

from __future__ import annotations

import json
from contextlib import nullcontext, suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from systems_manager_organization.cli.application import Command
from systems_manager_organization.cli.options import COMMON_KEYS
from systems_manager_organization.errors import ScriptError
from systems_manager_organization.installation.existing.finders import FINDERS
from systems_manager_organization.installation.existing.keys import find_keys_without_alias
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
    - `unused_keys`: JSON object from the id of a KMS key that exists beside the one in the state to a warning
    """
    resources = parse_resources(query["resources"], FINDERS)
    inputs, keys = resources.pop("inputs", {}), resources.pop("keys", {})
    existing: list[ExistingResource] = []
    unused_keys: dict[str, str] = {}
    is_created = any(resources.values())
    if is_created or keys:
        # A plan that creates none of them requires no credentials.
        with nullcontext() if is_created else suppress(ScriptError), connect() as aws:
            started_keys = aws.start(find_keys_without_alias, aws, query["installation"], keys)
            found = [
                (aws.start(find, aws, name), f"To create another one instead, set {inputs.get(key, 'name')}.")
                for key, find in FINDERS.items()
                for name in resources.get(key, [])
            ]
            for started, alternative in found:
                resource = started.result()
                if resource:
                    existing.append(replace(resource, alternative=resource.alternative or alternative))
            created_keys, unused_keys = started_keys.result()
            # With an alias that exists, its key is imported.
            if not any(resource.key.startswith("key-alias/") for resource in existing):
                existing += created_keys
    return {
        "schema_version": SCHEMA_VERSION,
        "account_id": query["account_id"],
        "existing": json.dumps(explain_existing(existing, query["installation"])),
        "unused_keys": json.dumps(unused_keys),
    }


COMMAND = Command(
    name="existing-resources",
    summary="Existing resources with the names that Terraform uses in an account and Region.",
    description="""\
Calls what describes each kind that --resources names, such as iam:GetRole or s3:HeadBucket, and reads the tags of what
exists. The data sources of the AWS provider fail where there is none. With `keys` (descriptions of KMS keys, and the
ids of those in the state) also tag:GetResources, kms:DescribeKey and kms:ListAliases: which keys of the installation
have no alias and are in no state. Where these calls are denied there are none.""",
    example="""existing-resources --account-id 333333333333 --region us-east-1 \\
    --resources '{"role_names": ["managed-node"]}'""",
    options=(*COMMON_KEYS, replace(INSTALLATION, required=False), RESOURCES),
    run=observe,
)
