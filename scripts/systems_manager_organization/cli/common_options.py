"""Names and options of several commands."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from systems_manager_organization.cli.options import REGION_PATTERN, Option, flag
from systems_manager_organization.findings import SEVERITIES_RULE

if TYPE_CHECKING:
    from systems_manager_organization.aws.session import AwsSession
    from systems_manager_organization.cli.options import Query

# https://docs.aws.amazon.com/quick-setup/latest/APIReference/API_ConfigurationDefinitionInput.html
HOST_MANAGEMENT = "AWSQuickSetupType-SSMHostMgmt"
PATCH_POLICY = "AWSQuickSetupType-PatchPolicy"

NAME = Option(
    "name",
    "a configuration manager's name, or its ARN, whose Region is then that of the command",
    r"[^\x00-\x1f\x7f]{1,256}",
    "the name or the ARN of a configuration manager",
    required=True,
    cli_only=True,
    positional=True,
)

MEMBER_ROLE_NAME = Option(
    "member_role_name",
    "a role of every member account, with its path, to read the accounts; default: they are not read",
    r"[A-Za-z0-9_+=,.@/-]{1,512}",
    'the name of an IAM role, for example "OrganizationAccountAccessRole"',
)

# https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreateResourceDataSync.html
SYNC_NAME = Option(
    "sync_name",
    "the resource data sync",
    r"[^\x00-\x1f\x7f]{1,64}",
    "the name of a resource data sync: 1 to 64 characters on one line",
    required=True,
)

YES = flag("yes", "does not ask for confirmation")

ORGANIZATIONAL_UNIT_PATTERN = "ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}"


def list_pattern(item: str, *, empty: bool) -> str:
    """The pattern of a JSON list of strings, each of which has the pattern `item`."""
    several = rf'\[\s*"{item}"(\s*,\s*"{item}")*\s*\]'
    return rf"\[\s*\]|{several}" if empty else several


def list_option(name: str, description: str, item: str, rule: str) -> Option:
    """An option with several values, each of which has the pattern `item`; also as a JSON list. See `split_list`."""
    pattern = rf"{item}(\s*,\s*{item})*|{list_pattern(item, empty=False)}"
    return Option(name, description, pattern, rule, cli_only=True, several=True)


def split_list(value: str) -> tuple[str, ...]:
    """Distinct items of a JSON list or of a comma-separated list."""
    found = json.loads(value) if value.startswith("[") else value.split(",")
    return tuple(dict.fromkeys(item.strip() for item in found if item.strip()))


REGIONS = list_option("regions", "Regions", REGION_PATTERN, 'names of Regions, for example "us-east-1,eu-west-1"')

READ_REGIONS = replace(REGIONS, description="the Regions to read; default: that of the credentials")

SEVERITIES = Option(
    "severities",
    "severities that are not the default, by code",
    r"(?s)\{.*\}",
    SEVERITIES_RULE,
    default="{}",
)


def regions_to_read(query: Query, aws: AwsSession) -> list[str]:
    """The value of READ_REGIONS; without it, the Region of the credentials."""
    return [*split_list(query["regions"])] or [aws.region]
