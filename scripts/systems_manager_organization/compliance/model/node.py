"""The record of a managed node, and the status derived from it: the same for every source."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, NamedTuple

from systems_manager_organization.compliance.model.columns import COMPLIANT, NON_COMPLIANT, NOT_REPORTING, SEVERITIES

if TYPE_CHECKING:
    from systems_manager_organization.compliance.model.columns import Node

_TIME = "%Y-%m-%dT%H:%M:%SZ"
_FRACTION = re.compile(r"\.\d+")


@dataclass(frozen=True)
class AccountRegionResult:
    """The result of one account in one Region: the fields of `columns.ACCOUNT_REGIONS`, without the number of nodes."""

    account_id: str
    account_name: str
    organizational_unit: str
    region: str
    state: str
    code: str = ""
    reason: str = ""


class NodeRecord(NamedTuple):
    """AWS's data of a node; `columns` describes each field.

    `compliance` is AWS's status of compliance type Patch: `COMPLIANT`, `NON_COMPLIANT`, or "" when there is none.
    """

    node_id: str
    computer_name: str = ""
    platform_type: str = ""
    platform_name: str = ""
    platform_version: str = ""
    compliance: str = ""
    noncompliant: tuple[int, ...] = (0,) * len(SEVERITIES)
    missing: int = 0
    failed: int = 0
    installed: int = 0
    installed_other: int = 0
    installed_pending_reboot: int = 0
    installed_rejected: int = 0
    not_applicable: int = 0
    available_security_updates: int = 0
    critical_noncompliant: int = 0
    security_noncompliant: int = 0
    other_noncompliant: int = 0
    patch_group: str = ""
    baseline_id: str = ""
    operation: str = ""
    operation_ended_at: str = ""


def stale_cutoff(now: float, stale_after_days: int) -> str:
    """The earliest end of an operation that still counts, as `operation_ended_at` has it; `now` in epoch seconds."""
    return time_text(now - timedelta(days=stale_after_days).total_seconds())


def hours_before(now: str, hours: int) -> str:
    """Both as `time_text` has them."""
    return (datetime.strptime(now, _TIME) - timedelta(hours=hours)).strftime(_TIME)  # noqa: DTZ007 - both in UTC


def time_of(text: str) -> datetime:
    """The time of such a text, or of AWS's with fractions of a second, which are left out."""
    # Python 3.10 takes three or six digits alone, and Security Hub has up to nine.
    return datetime.fromisoformat(_FRACTION.sub("", text).replace("Z", "+00:00"))


def node_arn(partition: str, account_id: str, region: str, node_id: str) -> str:
    """An instance of EC2, or a managed node outside it."""
    service, kind = ("ec2", "instance") if is_in_ec2(node_id) else ("ssm", "managed-instance")
    return f"arn:{partition}:{service}:{region}:{account_id}:{kind}/{node_id}"


def is_in_ec2(node_id: str) -> bool:
    return node_id.startswith("i-")


def time_text(time: float | datetime) -> str:
    """`2026-01-31T23:59:59Z`: such texts compare as the times do. A number counts seconds since the epoch."""
    moment = time if isinstance(time, datetime) else datetime.fromtimestamp(int(time), timezone.utc)
    return moment.astimezone(timezone.utc).strftime(_TIME)


def node_of(result: AccountRegionResult, record: NodeRecord, oldest: str) -> Node:
    """The row of a node. `oldest`: the result of `stale_cutoff`."""
    identity, counts, rest = record[:5], record.noncompliant, record[7:]
    location = (result.account_id, result.account_name, result.organizational_unit, result.region)
    return (*location, *identity, _status(record, oldest), _severity(record), *counts, *rest)


def _status(record: NodeRecord, oldest: str) -> str:
    if record.operation_ended_at < oldest:
        return NOT_REPORTING
    return NON_COMPLIANT if _is_noncompliant(record) else COMPLIANT


def _is_noncompliant(record: NodeRecord) -> bool:
    # These states are the noncompliant ones:
    # https://docs.aws.amazon.com/systems-manager/latest/userguide/patch-manager-compliance-states.html
    noncompliant_patches = record.missing + record.failed + record.installed_pending_reboot + record.installed_rejected
    return record.compliance == NON_COMPLIANT or noncompliant_patches > 0 or any(record.noncompliant)


def _severity(record: NodeRecord) -> str:
    highest = next((name for name, number in zip(SEVERITIES, record.noncompliant, strict=True) if number), "")
    # Not every agent counts patches without a severity.
    return highest or (SEVERITIES[-1] if _is_noncompliant(record) else "")
