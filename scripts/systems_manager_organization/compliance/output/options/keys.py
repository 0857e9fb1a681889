"""The options of a report, in the order of its help."""

from __future__ import annotations

from systems_manager_organization.cli.common_options import YES, list_option
from systems_manager_organization.cli.options import OPTIONAL_COMMON_KEYS, REGION_PATTERN, Option, flag, text_option
from systems_manager_organization.compliance.model.columns import SEVERITIES, STATUSES
from systems_manager_organization.compliance.model.filters import PLATFORMS
from systems_manager_organization.compliance.model.patches import ALL, STATES
from systems_manager_organization.compliance.output import patches, summary
from systems_manager_organization.compliance.output.options.definitions import choice_option
from systems_manager_organization.compliance.output.options.patch_keys import EXPLOITATION, TIME
from systems_manager_organization.compliance.sources import catalog

TABLE, JSON, CSV, PARQUET = "table", "json", "csv", "parquet"
MARKDOWN, JUNIT, OCSF = "markdown", "junit", "ocsf"
DEFAULT_GROUPING = "account"
# What --fail-on knows beside severities.
UNMANAGED, NOT_REPORTING = "unmanaged", "not-reporting"
OVERDUE, EXPLOITED = "overdue", "exploited"

_FORMATS = (TABLE, JSON, CSV, PARQUET, MARKDOWN, JUNIT, OCSF)
_GROUPINGS = (*summary.GROUPINGS, summary.NODE, patches.PATCH)
_PATCHES = (*(state.choice for state in STATES), ALL)
_STALE_AFTER_DAYS, _GRACE_HOURS = "7", "24"
_CONDITIONS = (*SEVERITIES, UNMANAGED, NOT_REPORTING, OVERDUE, EXPLOITED)

COVERAGE = (
    flag("coverage", "counts the EC2 instances that are not managed too, and says why; for api"),
    Option(
        "grace_hours",
        "hours after its launch or registration in which a node that was never scanned is new; with --coverage",
        "[1-9][0-9]{0,3}",
        "whole hours, 1 or more",
        default=_GRACE_HOURS,
        cli_only=True,
    ),
)
OWNERS = (
    text_option("owners", "a file in JSON: whose nodes are, the first entry that matches", "a file name"),
    Option(
        "owner_tag",
        "the tag that has the owner of a node without an entry; for api and s3",
        r"[^=*?\[\]\x00-\x1f\x7f]{1,128}",
        'the key of a tag, such as "Team"',
        cli_only=True,
    ),
    Option(
        "account_owner_tag",
        "the tag of an account that has the owner of its nodes without another",
        r"[^*?\[\]\x00-\x1f\x7f]{1,128}",
        'the key of a tag, such as "Team"',
        cli_only=True,
    ),
    list_option(
        "owner",
        "only nodes of these owners, with globs; with --owners, --owner-tag or --account-owner-tag",
        r"[^,\[\x00-\x1f\x7f]{1,256}",
        'names of owners, such as "shop,bank-*"',
    ),
    list_option(
        "tags",
        "only nodes with one of these tags, with globs in the value; for api and s3",
        r"[^,=*?\[\]\x00-\x1f\x7f]{1,128}=[^,\x00-\x1f\x7f]{0,256}",
        'tags as KEY=VALUE, such as "Stage=test*"',
    ),
)
SECURITY_HUB = (
    flag(
        "to_security_hub",
        "imports a finding for each noncompliant node to Security Hub CSPM of its account and Region; says first what "
        "it sends; for api",
    ),
    YES,
)
FAILURES = (
    list_option(
        "fail_on",
        "exits with 2 when a node has a noncompliant patch of this severity, or of a higher one; or when there is "
        "something else of these",
        f"(?i:{'|'.join(_CONDITIONS)})",
        f"some of {', '.join(_CONDITIONS)}",
    ),
    Option(
        "fail_below",
        "exits with 2 when a lower percentage of the nodes is compliant; with --coverage of all, managed or not",
        r"100(\.0)?|[0-9]{1,2}(\.[0-9])?",
        "a percentage from 0 to 100, such as 97.5",
        cli_only=True,
    ),
)
KEYS = (
    *OPTIONAL_COMMON_KEYS,
    *catalog.KEYS,
    text_option(
        "organizational_unit",
        "only the accounts of this organizational unit and of all below it",
        'the id of an organizational unit, or its path from the root, for example "Root/Workloads"',
    ),
    list_option("accounts", "only these accounts", "[0-9]{12}", 'account ids, for example "111111111111,222222222222"'),
    list_option(
        "regions",
        "only these Regions; default: with --source api those that are enabled in the credentials' account, otherwise "
        "those with a resource data sync",
        REGION_PATTERN,
        'names of Regions, for example "us-east-1,eu-west-1"',
    ),
    choice_option("platform", "only nodes of this platform", PLATFORMS),
    choice_option("severity", "only nodes with a noncompliant patch of this severity, or of a higher one", SEVERITIES),
    choice_option("status", "only nodes of this status", STATUSES),
    Option(
        "stale_after",
        "days after which a node without another scan counts as not reporting",
        "[1-9][0-9]{0,3}",
        "whole days, 1 or more",
        default=_STALE_AFTER_DAYS,
        cli_only=True,
    ),
    *OWNERS,
    *COVERAGE,
    list_option(
        "patches",
        "reads the patches in these states one by one, of the nodes that have any. csv and parquet "
        "then have a row for each patch of each node, or with --by patch for each patch",
        f"(?i:{'|'.join(_PATCHES)})",
        f"some of {', '.join(_PATCHES)}",
    ),
    text_option("exceptions", "a file in JSON: patches that are accepted until a day; with --patches", "a file name"),
    *EXPLOITATION,
    *TIME,
    choice_option(
        "by",
        f"what there is a row for, the worst first; default: {DEFAULT_GROUPING}, with --patches patch",
        _GROUPINGS,
    ),
    choice_option(
        "format",
        "csv and parquet have the nodes, json has everything, markdown is for the summary of a job, junit has a suite "
        "for each account and Region, ocsf an event for each node and patch on a line of its own",
        _FORMATS,
        default=TABLE,
    ),
    text_option(
        "output", "the file to write to; one that is there is replaced; default: standard output", "a file name"
    ),
    text_option("html", "writes the report as a page of its own to this file as well", "a file name"),
    *SECURITY_HUB,
    *FAILURES,
    flag("resume", "continues an interrupted report, without reading its accounts and Regions again"),
)
