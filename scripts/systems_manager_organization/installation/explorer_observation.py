"""`observe.py resource-data-sync`: the status of Explorer's resource data sync of the organization."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from systems_manager_organization.cli.application import Command
from systems_manager_organization.cli.common_options import SYNC_NAME
from systems_manager_organization.cli.options import COMMON_KEYS, Option
from systems_manager_organization.cli.terminal import render_strings
from systems_manager_organization.explorer.resource_data_sync import BROKEN, DIFFERENT, ResourceDataSync
from systems_manager_organization.explorer.resource_data_syncs import FAILED, list_explorer_syncs
from systems_manager_organization.installation.existing.resources import describe_sync, explain_existing, find_stack
from systems_manager_organization.installation.observed_settings import (
    SETTINGS,
    no_longer_wanted,
    observe_settings,
    parse_settings,
)
from systems_manager_organization.installation.setting_kinds import KINDS
from systems_manager_organization.settings.records import INSTALLATION, RECORD_REGION, Records, load_records
from systems_manager_organization.settings.setting import read_all

if TYPE_CHECKING:
    from collections.abc import Mapping

    from systems_manager_organization.aws.session import AwsSession
    from systems_manager_organization.cli.application import Connect
    from systems_manager_organization.cli.options import Query
    from systems_manager_organization.cli.terminal import Terminal
    from systems_manager_organization.explorer.resource_data_syncs import Sync

SCHEMA_VERSION = "1"

EXIT_OK, EXIT_FAILED, EXIT_NOT_FOUND = 0, 1, 3


def observe(query: Query, connect: Connect) -> dict[str, str]:
    """A map of strings for the external data source, "" for missing values:

    - `schema_version`: "1"
    - `account_id`: the account whose credentials were used
    - `exists`: "true" or "false"; all but `others` is for the query's sync
    - `status`: Successful, Failed or InProgress
    - `state`: its problem: OrganizationNotExists, NoPermissions, InvalidOrganizationalUnit or
      TrustedAccessDisabled; "" for other states, which accounts show when the sync works
    - `message`: AWS's message about the status
    - `last_successful_sync`: time, RFC 3339, UTC
    - `explanation`: what the state means, and what to do
    - `source`: JSON object `{all_ops_data_sources_enabled, include_future_regions, organizational_unit_ids, regions}`
      as in `Source`; "" as well for a sync of this account alone
    - `existing`: JSON object from the key of an ExistingResource of the query's stack or sync to
      `{message, creation_mark}`, the error message for a plan that creates it, or would change the sync of others
    - `others`: JSON list of `{name, owner}` of the other syncs that Explorer has here, by name
    - `settings`, `no_longer_wanted`: JSON, as of `observe.py organization`
    """
    with connect() as aws:
        return _observe(aws, query)


def show(query: Query, connect: Connect, terminal: Terminal) -> int:
    """The same on the command line. Returns 0; 1 when the sync has a problem; 3 when there is none of this name."""
    with connect() as aws:
        result = _observe(aws, query)
        others = ", ".join(other["name"] for other in json.loads(result["others"])) or "none"
        terminal.echo(f"In {aws.description}. Other resource data syncs of Explorer there: {others}.", err=True)
    terminal.write(render_strings(result, terminal.stdout.isatty()))
    if result["exists"] == "false":
        return EXIT_NOT_FOUND
    return EXIT_FAILED if result["status"] == FAILED or result["state"] else EXIT_OK


def _observe(aws: AwsSession, query: Query) -> dict[str, str]:
    settings = parse_settings(query["settings"])
    syncs = list_explorer_syncs(aws)
    records = (
        load_records(aws, query["record_region"] or query["region"], query["installation"], KINDS)
        if query["installation"]
        else Records("")
    )
    named = next((sync for sync in syncs if sync.name == query["sync_name"]), None)
    others = [{"name": sync.name, "owner": sync.owner} for sync in syncs if sync is not named]
    values = read_all(KINDS, aws, settings)
    return {
        "schema_version": SCHEMA_VERSION,
        "account_id": aws.account_id,
        "exists": "true" if named else "false",
        **_describe(named),
        "existing": json.dumps(_explain_existing(aws, query, named, values, records)),
        "others": json.dumps(others),
        "settings": json.dumps(observe_settings(values, records, settings)),
        "no_longer_wanted": json.dumps(no_longer_wanted(records, settings)),
    }


def _explain_existing(
    aws: AwsSession, query: Query, sync: Sync | None, values: Mapping[str, str], records: Records
) -> dict[str, dict[str, str]]:
    key, remark = f"{ResourceDataSync.name}/{query['sync_name']}", ""
    found = find_stack(aws, query["stack_name"]) if query["stack_name"] else None
    is_taken = bool(query["stack_name"])
    if values.get(key) in (BROKEN, DIFFERENT) and key not in records.own:
        # With the desired source it would be used as it is: here the apply would change it.
        is_taken = True
        remark = " ".join(
            f'If this module created it, and its state was lost, set installation = "{name}".'
            for name in sorted(records.records_of_others(key, ""))
        )
    if sync and is_taken and not found:
        found = replace(describe_sync(sync.name, sync.owner, aws.region), remark=remark)
    return explain_existing([found] if found else [], query["installation"])


def _describe(sync: Sync | None) -> dict[str, str]:
    return {
        "status": sync.status if sync else "",
        "state": sync.state if sync else "",
        "message": sync.message if sync else "",
        "last_successful_sync": sync.last_successful_sync if sync else "",
        "explanation": sync.explanation if sync else "",
        "source": str(sync.source) if sync and sync.source else "",
    }


COMMAND = Command(
    name="resource-data-sync",
    summary="The status of Explorer's resource data sync of the organization in the account and Region.",
    description="""\
Calls ssm:ListResourceDataSync, in the account that has the sync: no other account lists it. With --settings also the
operations that read these, and ssm:GetParametersByPath; with --stack-name cloudformation:DescribeStacks. On the command
line it exits with 1 when the sync has a problem, and with 3 when the account and Region has none of this name.
No version of the AWS provider has a data source for it, and its resource aws_ssm_resource_data_sync knows no source;
one that has LastStatus and the State of SyncSource would replace this command.""",
    example="""resource-data-sync --account-id 222222222222 --region us-east-1 \\
    --sync-name organization --installation main --record-region us-east-1""",
    options=(
        *COMMON_KEYS,
        SYNC_NAME,
        replace(INSTALLATION, required=False),
        replace(RECORD_REGION, required=False),
        SETTINGS,
        Option(
            "stack_name",
            "the stack that is to create the sync; default: none",
            "[A-Za-z][A-Za-z0-9-]{0,127}",
            "the name of a CloudFormation stack",
        ),
    ),
    run=observe,
    cli_handler=show,
)
