"""`report.py unified-console`: where the unified console and just-in-time node access are ready, not only deployed.

Quick Setup reports a deployment that has created associations. What is used afterwards is created when these run.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from systems_manager_organization.cli.application import Command
from systems_manager_organization.cli.common_options import MEMBER_ROLE_NAME, READ_REGIONS, regions_to_read
from systems_manager_organization.cli.options import OPTIONAL_COMMON_KEYS, flag
from systems_manager_organization.organizations.account_regions import read_account_regions
from systems_manager_organization.organizations.default_host_management_role import NONE, default_host_management_role

if TYPE_CHECKING:
    from systems_manager_organization.aws.account_sessions import AccountSession
    from systems_manager_organization.cli.application import Connect
    from systems_manager_organization.cli.options import Query
    from systems_manager_organization.cli.terminal import Terminal

READY, IN_PROGRESS, FAILED, NOT_DEPLOYED = "ready", "in_progress", "failed", "not_deployed"
STATES = (READY, IN_PROGRESS, FAILED, NOT_DEPLOYED)
EXIT_OK, EXIT_FAILED, EXIT_IN_PROGRESS, EXIT_UNREADABLE = 0, 1, 2, 3

ACTIONS = ("ssm:GetServiceSetting", "ssm:ListAssociations")

# What each association that runs a runbook creates; the others run on nodes.
# AWSQuickSetupType-SSM-CFN-TA, AWSQuickSetupType-JITNA-CFN-DA and -TA.
_CREATES = {
    "AWS-QuickSetup-SSM-EnableExplorer": "Explorer",
    "AWS-QuickSetup-SSM-EnableDHMC": "Default Host Management Configuration",
    "AWS-QuickSetup-SSM-EnableAREX": "the index of Resource Explorer",
    "AWS-QuickSetup-EnableJITNA": "the role of access tokens",
    "AWS-QuickSetup-SSMJustInTimeNodeAccessPolicyPropagation": "copies of the deny-access policy",
}
_HOST_MANAGEMENT = "AWS-QuickSetup-SSM-EnableDHMC"
_PAGE = 50


@dataclass(frozen=True)
class Readiness:
    """What is there in an account and Region: `state` is one of STATES, `reasons` say what is missing."""

    account_id: str
    region: str
    state: str
    reasons: tuple[str, ...] = ()


def show(query: Query, connect: Connect, terminal: Terminal) -> int:
    """Lists the accounts and Regions. Returns 0, 1 when something failed, 2 when something has not run, or 3."""
    with connect() as aws:
        regions = regions_to_read(query, aws)
        read = read_account_regions(aws, query["member_role_name"], ACTIONS, sorted(regions), _read_region)
        # Quick Setup deploys to organizational units, and so never to the management account.
        management = aws.call(aws.organizations.describe_organization)["Organization"]["MasterAccountId"]
    if query["json"]:
        document = {"account_regions": [asdict(item) for item in read.found], "unreadable": read.errors}
        terminal.write(json.dumps(document, indent=2))
    else:
        for item in read.found:
            terminal.echo(f"{item.account_id} {item.region}: {' '.join([_words(item.state), *item.reasons])}")
        for error in read.errors:
            terminal.echo(f"Not read: {error}", err=True)
    counts = {state: sum(item.state == state for item in read.found) for state in STATES}
    terminal.echo(", ".join(f"{count} {_words(state)}" for state, count in counts.items()), err=True)
    if counts[FAILED]:
        return EXIT_FAILED
    if counts[IN_PROGRESS]:
        return EXIT_IN_PROGRESS
    lacking = [item for item in read.found if item.state == NOT_DEPLOYED and item.account_id != management]
    return EXIT_OK if counts[READY] and not lacking and not read.errors else EXIT_UNREADABLE


def _words(state: str) -> str:
    return state.replace("_", " ")


def _read_region(member: AccountSession, region: str) -> list[Readiness]:
    listed = member.paginate("ssm", region, "list_associations", MaxResults=_PAGE)
    runs = [(prefix, found) for found in listed for prefix in _CREATES if _name(found).startswith(f"{prefix}-")]
    failed = [
        f"{_name(found)} failed, which creates {_CREATES[prefix]}: aws ssm describe-association-executions "
        f"--association-id {found['AssociationId']} --region {region}"
        for prefix, found in runs
        if _status(found) == "Failed"
    ]
    waiting = [
        f"{_name(found)} has not run yet, which creates {_CREATES[prefix]}."
        for prefix, found in runs
        if _status(found) not in ("Failed", "Success")
    ]
    has_run = any(prefix == _HOST_MANAGEMENT and _status(found) == "Success" for prefix, found in runs)
    if has_run and default_host_management_role(member, region) == NONE:
        # It runs daily, and sets what has no value.
        waiting.append("Default Host Management Configuration is off: something has turned it off since.")
    state = FAILED if failed else IN_PROGRESS if waiting else READY if runs else NOT_DEPLOYED
    return [Readiness(member.account_id, region, state, (*failed, *waiting))]


def _name(association: dict[str, Any]) -> str:
    return str(association.get("AssociationName", ""))


def _status(association: dict[str, Any]) -> str:
    return str(association.get("Overview", {}).get("Status", ""))


COMMAND: Command[str] = Command(
    name="unified-console",
    summary="Where the unified console and just-in-time node access are ready, and not only deployed.",
    description="""\
A deployment that has succeeded has created associations. Those that enable Explorer, Default Host Management
Configuration, Resource Explorer's index and just-in-time node access run afterwards: a Region of an account is ready
when all of them have succeeded and the role of Default Host Management Configuration is set. Calls
ssm:ListAssociations and GetServiceSetting and organizations:DescribeOrganization; with --member-role-name also
organizations:ListRoots and ListAccounts, and sts:AssumeRole for every active account. Changes nothing. It exits with 0
when all are ready, but for the management account, to which nothing is deployed; 1 when an association failed; 2 when
one has not run; 3 when something could not be read or is not deployed.""",
    example="""unified-console --regions us-east-1 \\
    --member-role-name OrganizationAccountAccessRole""",
    options=(
        *OPTIONAL_COMMON_KEYS,
        MEMBER_ROLE_NAME,
        READ_REGIONS,
        flag("json", "prints JSON"),
    ),
    cli_handler=show,
)
