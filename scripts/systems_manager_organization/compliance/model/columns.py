"""The columns of a report, the same from every source."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

# Highest first. https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_SeveritySummary.html
SEVERITIES = ("CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL", "UNSPECIFIED")

COMPLIANT = "COMPLIANT"
NON_COMPLIANT = "NON_COMPLIANT"
NOT_REPORTING = "NOT_REPORTING"
# Worst first: the compliance of a node that does not report is unknown.
STATUSES = (NON_COMPLIANT, NOT_REPORTING, COMPLIANT)

READ = "READ"
NOT_READ = "NOT_READ"


class Column(NamedTuple):
    """A column. `type` is DuckDB's and Athena's name of it; `description` has unit and shape."""

    name: str
    type: Literal["varchar", "integer", "double"]
    description: str


def text_column(name: str, description: str) -> Column:
    return Column(name, "varchar", description)


def _count(name: str, description: str) -> Column:
    return Column(name, "integer", description)


# The account and Region of a row.
ACCOUNT_REGION = (
    text_column("account_id", "the account, 12 digits"),
    text_column("account_name", "its name in Organizations"),
    text_column("organizational_unit", "path of the unit that it is in, from the root: Root/Workloads/Production"),
    text_column("region", "the Region"),
)

# One row for each managed node that Systems Manager knows.
# https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_InstancePatchState.html
NODES = (
    *ACCOUNT_REGION,
    text_column("node_id", "the managed node: i-… of an EC2 instance, mi-… of another machine"),
    text_column("computer_name", "its host name; empty if unknown"),
    text_column("platform_type", "Linux, Windows or MacOS; empty if unknown"),
    text_column("platform_name", "its operating system, as AWS names it; empty if unknown"),
    text_column("platform_version", "the version of its operating system; empty if unknown"),
    text_column("status", f"{COMPLIANT}; {NON_COMPLIANT}; or {NOT_REPORTING}: never scanned, or too long ago"),
    text_column("severity", f"the highest among its noncompliant patches: {', '.join(SEVERITIES)}; empty without any"),
    *(_count(f"noncompliant_{name.lower()}", f"noncompliant patches of severity {name}") for name in SEVERITIES),
    _count("missing", "patches that are missing"),
    _count("failed", "patches that could not be installed"),
    _count("installed", "patches of the baseline that are installed"),
    _count("installed_other", "installed patches that are not in the baseline"),
    _count("installed_pending_reboot", "patches that wait for a reboot"),
    _count("installed_rejected", "installed patches that the baseline rejects"),
    _count("not_applicable", "patches of the baseline that do not apply"),
    _count(
        "available_security_updates", "security updates of Windows that exist and that the baseline does not approve"
    ),
    _count("critical_noncompliant", "noncompliant patches that the baseline reports as critical"),
    _count("security_noncompliant", "noncompliant security patches"),
    _count("other_noncompliant", "other noncompliant patches"),
    text_column("patch_group", "its patch group; empty without one"),
    text_column("baseline_id", "the patch baseline of the last operation; empty when there was none"),
    text_column("operation", "the last operation: Scan or Install; empty when there was none"),
    text_column("operation_ended_at", "when that ended, in UTC: 2026-01-31T23:59:59Z; empty when there was none"),
)

# One row for each account in each Region of the scope. Nodes are only where it was read.
ACCOUNT_REGIONS = (
    *ACCOUNT_REGION,
    text_column("state", f"{READ} or {NOT_READ}"),
    text_column("code", "why it was not read: ROLE_NOT_ASSUMED; empty if it was read"),
    text_column("reason", "the same in a sentence, with AWS's message; empty if it was read"),
    _count("nodes", "managed nodes in it; 0 where it was not read"),
)

# One row for each patch of each node, in the states that were asked for.
PATCHES = (
    *ACCOUNT_REGION,
    text_column("node_id", "the managed node"),
    text_column("computer_name", "its host name; empty if unknown"),
    text_column("platform_type", "Linux, Windows or MacOS; empty if unknown"),
    text_column("patch_id", "KB number of Windows; otherwise the package, without its version: kernel.x86_64"),
    text_column("title", "the package with its version, or the title of the update; empty where AWS has none"),
    text_column("state", "MISSING, FAILED, INSTALLED_PENDING_REBOOT, INSTALLED_REJECTED or AVAILABLE_SECURITY_UPDATE"),
    text_column("classification", "as the vendor has it: Security, Bugfix, …; empty if unknown"),
    text_column("vendor_severity", "the vendor's: Critical, Important, Medium, Low, …; empty if unknown"),
    text_column("compliance_level", f"the baseline's: {', '.join(SEVERITIES)}; empty if unknown, as from the API"),
    text_column("cve_ids", "ids of CVEs with commas between; `unknown` where AWS has none, which is not: no CVE"),
    text_column("installed_at", "when it was installed, in UTC: 2026-01-31T23:59:59Z; empty if it is not"),
    text_column("accepted_until", "the last day of the exception that accepts it: 2026-12-31; empty without one"),
    text_column("accepted_by", "the owner of that exception"),
    text_column("accepted_reason", "its reason"),
    text_column("first_seen", "day of the first snapshot that has it on the node: 2026-01-31; empty without snapshots"),
    text_column("known_exploited", "yes: CISA's catalog has a CVE of it; no; unknown without CVEs; empty if not asked"),
    text_column("known_exploited_due", "the catalog's due date, the soonest of its CVEs; empty without one"),
    Column("epss", "double", "the highest EPSS score of its CVEs, 0 to 1; NULL if unknown"),
    text_column("due_at", "the last day to install it, in UTC: 2026-01-31; empty without a deadline"),
    text_column("due_by", "what that follows from: severity or kev; empty without a deadline"),
    text_column("deadline", "OVERDUE, DUE_SOON (within seven days) or LATER; empty without one, and when accepted"),
)

# One row for each EC2 instance that is not terminated, and for each hybrid node, where these were read.
INSTANCES = (
    *ACCOUNT_REGION,
    text_column("node_id", "i-… of an EC2 instance, mi-… of another machine"),
    text_column("name", "its tag Name; empty without one"),
    text_column("platform_type", "Linux, Windows or MacOS"),
    text_column("state", "EC2's state: running, stopped, …; empty of a hybrid node"),
    text_column("launched_at", "when it was launched last, or registered, in UTC: 2026-01-31T23:59:59Z"),
    text_column("status", "MANAGED: Systems Manager lists it; otherwise UNMANAGED"),
    text_column("cause", "why it is not managed, as report.py nodes has it; empty of a managed one"),
    text_column("evidence", "what proves the cause"),
    text_column("remedy", "what to do"),
    text_column("tags", 'those of its tags that are asked for, as JSON: ["Team=shop"]'),
)

# What was read and could not be parsed: a malformed object in the bucket; and what else could not be read.
PROBLEMS = (
    text_column("code", "the kind of problem: MALFORMED_OBJECT"),
    text_column("subject", "what it is about: the key of an object, a node"),
    text_column("message", "the problem and its consequence"),
)

TABLES = {"nodes": NODES, "account_regions": ACCOUNT_REGIONS, "problems": PROBLEMS}

# Why an account and Region was not read.
ACCOUNT_NOT_ACTIVE = "ACCOUNT_NOT_ACTIVE"
ROLE_NOT_ASSUMED = "ROLE_NOT_ASSUMED"
ACCESS_DENIED = "ACCESS_DENIED"
REGION_DISABLED = "REGION_DISABLED"
THROTTLED = "THROTTLED"
SERVICE_ERROR = "SERVICE_ERROR"
SYNC_NOT_DEPLOYED = "SYNC_NOT_DEPLOYED"
PARTITION_MISSING = "PARTITION_MISSING"

MALFORMED_OBJECT = "MALFORMED_OBJECT"
PATCHES_NOT_READ = "PATCHES_NOT_READ"
INSTANCES_NOT_READ = "INSTANCES_NOT_READ"
OWNER_NOT_READ = "OWNER_NOT_READ"
ACCOUNT_LEFT_ORGANIZATION = "ACCOUNT_LEFT_ORGANIZATION"

Node: TypeAlias = "tuple[str | int, ...]"
"""The values of `NODES`, in their order."""
