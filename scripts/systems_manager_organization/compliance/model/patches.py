"""The patches of nodes, one by one: their states, and their values as AWS spells them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from systems_manager_organization.compliance.model.node import time_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

ALL, UNKNOWN = "all", "unknown"


class State(NamedTuple):
    """A state: what users call it, AWS's name in answers and filters, and the column of `columns.NODES` that counts it.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/patch-manager-compliance-states.html
    """

    choice: str
    aws_name: str
    column: str


STATES = (
    State("missing", "Missing", "missing"),
    State("failed", "Failed", "failed"),
    State("pending-reboot", "InstalledPendingReboot", "installed_pending_reboot"),
    State("rejected", "InstalledRejected", "installed_rejected"),
    State("not-approved", "AvailableSecurityUpdate", "available_security_updates"),
)

# SQL over a patch and its platform: which severity of its vendor it has, as a position of `deadlines.SEVERITIES`.
RANK = """
CASE
  WHEN lower(vendor_severity) = 'critical' THEN 0
  WHEN lower(vendor_severity) IN ('important', 'high') THEN 1
  WHEN lower(vendor_severity) IN ('moderate', 'medium') THEN 2
  WHEN lower(vendor_severity) = 'low' THEN 3
  ELSE 4
END
"""
# What names a patch beside its id: the id of a package has no version, so that it is another patch each month; a KB
# number names one update.
IDENTITY = "CASE WHEN platform_type = 'Windows' THEN '' ELSE title END"

# https://cveproject.github.io/cve-schema/schema/docs/
CVE = re.compile(r"CVE-\d{4}-\d{4,19}")
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}")


class NodePatches(NamedTuple):
    """A node whose patches are read. `states`: those that its counts say it has patches in."""

    account_id: str
    region: str
    node_id: str
    states: tuple[State, ...]


class Patch(NamedTuple):
    """A patch of a node, with the fields of `columns.PATCHES` that sources know."""

    patch_id: str
    title: str
    state: str
    classification: str
    vendor_severity: str
    compliance_level: str
    cve_ids: str
    installed_at: str


def states_of(choices: Sequence[str]) -> tuple[State, ...]:
    """The states that are asked for, in their order."""
    return tuple(state for state in STATES if ALL in choices or state.choice in choices)


def normalized(state: str) -> str:
    """`INSTALLED_PENDING_REBOOT` and `InstalledPendingReboot` alike: AWS's model has one, its answers the other."""
    return state.replace("_", "").upper()


def state_text(state: str) -> str:
    """`INSTALLED_PENDING_REBOOT`, as AWS's model has it, for `InstalledPendingReboot`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", state).upper()


def cve_text(text: str) -> str:
    """The ids of a list with commas, which may be cut off at its end; `UNKNOWN` when AWS has none."""
    ids = (item.strip().upper() for item in text.split(","))
    return ",".join(dict.fromkeys(item for item in ids if CVE.fullmatch(item))) or UNKNOWN


def installed_text(time: float | datetime | str | None) -> str:
    """The time in UTC; empty for the year 1970, which AWS has for what is not installed."""
    text = time if isinstance(time, str) else time_text(time) if time else ""
    return f"{text[:19]}Z" if _TIME.match(text) and not text.startswith("1970-01-01") else ""
