"""The options about patches: exploitation, snapshots, deadlines."""

from __future__ import annotations

from systems_manager_organization.cli.common_options import list_option
from systems_manager_organization.cli.options import Option, text_option
from systems_manager_organization.compliance.analysis.exploitation import KNOWN, LIKELY
from systems_manager_organization.compliance.model.deadlines import FROM_NODE, PRESETS, SEVERITIES, STARTS
from systems_manager_organization.compliance.output.options.definitions import choice_option

_LIKELY_FROM = "0.1"
_DAYS = f"({'|'.join(SEVERITIES)})=[1-9][0-9]{{0,3}}d"
_PRESETS = ", ".join(PRESETS)

EXPLOITATION = (
    text_option(
        "kev", "CISA's catalog of known exploited vulnerabilities, a file in JSON or CSV; with --patches", "a file name"
    ),
    text_option("epss", "FIRST's EPSS scores, a file in CSV, also compressed by gzip; with --patches", "a file name"),
    Option(
        "likely_from",
        "the EPSS score from which exploitation counts as likely",
        r"0?\.[0-9]{1,5}|0|1(\.0)?",
        "a number from 0 to 1, such as 0.1",
        default=_LIKELY_FROM,
        cli_only=True,
    ),
    choice_option(
        "exploited",
        "only patches that are known to be exploited, by --kev, or likely, by --epss or --kev",
        (KNOWN, LIKELY),
    ),
)
TIME = (
    text_option(
        "snapshot",
        "keeps a snapshot of the report in this folder, or s3://BUCKET/PREFIX, and reads the earlier ones",
        "a folder, or s3://BUCKET/PREFIX",
    ),
    Option(
        "since",
        "what has changed since the snapshot of this day, or of so many days before this report, with --snapshot",
        r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])|[1-9]\d{0,3}d",
        'a day, such as "2026-01-31", or a number of days, such as "7d"',
        cli_only=True,
    ),
    list_option(
        "deadline",
        f"days in which to install a patch, by its vendor's severity, or a preset ({_PRESETS}); with --patches "
        "and --snapshot",
        f"(?i:{_DAYS}|{'|'.join(PRESETS)})".replace(".", r"\."),
        f'days by severity, such as "critical=15d,high=30d", or one of {_PRESETS}',
    ),
    choice_option(
        "deadline_start",
        "what a deadline counts from: the first snapshot with the patch on this node, or on any of the organization",
        STARTS,
        default=FROM_NODE,
    ),
)
