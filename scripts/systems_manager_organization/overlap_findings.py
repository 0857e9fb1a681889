"""Configurations that get into each other's way: in the same organizational units and Regions."""

from __future__ import annotations

from itertools import combinations, product
from typing import TYPE_CHECKING

from systems_manager_organization.accounts import ancestors_of, is_root
from systems_manager_organization.findings import Finding
from systems_manager_organization.left_over import TAG
from systems_manager_organization.managers import configurations_in, described, managers_of
from systems_manager_organization.names import PATCH_POLICY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from systems_manager_organization.configurations import Configuration
    from systems_manager_organization.connection import Connection

HOST_MANAGEMENT = "AWSQuickSetupType-SSMHostMgmt"

OVERLAPPING, SCAN_CONFLICT = "OVERLAPPING_CONFIGURATION", "SCAN_CONFLICT"
OVERLAP_CODES = (OVERLAPPING, SCAN_CONFLICT)


# What two of a kind do to each other; where AWS says nothing, the last one line.
# https://docs.aws.amazon.com/systems-manager/latest/userguide/quick-setup-patch-manager.html
# https://docs.aws.amazon.com/systems-manager/latest/userguide/quick-setup-host-management.html
_CONSEQUENCES = {
    PATCH_POLICY: "Their scans overwrite each other's compliance.",
    HOST_MANAGEMENT: "Quick Setup takes only one for a Region.",
}
_OTHERWISE = "Each does the same there again."


def overlap_findings(aws: Connection, configurations: list[Configuration]) -> list[Finding]:
    """What is wrong between these configurations, and between them and those that others made. Raises ScriptError."""
    targets = _Targets(aws)
    pairs = [
        *combinations(configurations, 2),
        *product(configurations, _made_by_others(aws, configurations)),
    ]
    return [finding for one, other in pairs for finding in _between(targets, one, other)]


def _made_by_others(aws: Connection, configurations: list[Configuration]) -> list[Configuration]:
    """The configurations of the account and Region that no apply of this module made or left over."""
    names = {configuration.name for configuration in configurations}
    types = {configuration.type for configuration in configurations}
    if PATCH_POLICY in types:
        types.add(HOST_MANAGEMENT)
    descriptions = [
        described(aws, manager.arn)
        for manager in managers_of(aws)
        if manager.name not in names and manager.type in types
    ]
    return [
        found
        for description in descriptions
        if TAG not in description.get("Tags", {})
        for found in configurations_in(description)
    ]


def _between(targets: _Targets, one: Configuration, other: Configuration) -> Iterator[Finding]:
    regions = sorted(set(one.regions) & set(other.regions))
    code = _code(one, other)
    shared = targets.shared(one, other) if regions and code else []
    if not shared:
        return
    where = f"{', '.join(shared)} in {', '.join(regions)}"
    subject = f"{one.name} and {other.name}"
    if code == SCAN_CONFLICT:
        host_management = other if other.type == HOST_MANAGEMENT else one
        yield Finding(
            SCAN_CONFLICT,
            subject,
            f"A patch policy and a Host Management configuration that scans both go to {where}: their scans overwrite "
            "each other's compliance.",
            f'Set ScanInstances of {host_management.name} to "false".',
        )
        return
    yield Finding(
        OVERLAPPING,
        subject,
        f"Both are of type {one.type} and go to {where}. {_CONSEQUENCES.get(one.type, _OTHERWISE)}",
        "Take the organizational units or Regions out of one of them, or delete one.",
    )


def _code(one: Configuration, other: Configuration) -> str:
    """What would be wrong, did they meet; "" when nothing would."""
    if {one.type, other.type} == {PATCH_POLICY, HOST_MANAGEMENT}:
        host_management = other if other.type == HOST_MANAGEMENT else one
        # Left out, it scans: https://docs.aws.amazon.com/quick-setup/latest/APIReference/API_ConfigurationDefinitionInput.html
        return SCAN_CONFLICT if host_management.parameters.get("ScanInstances", "true") != "false" else ""
    return OVERLAPPING if one.type == other.type and not _are_for_different_nodes(one, other) else ""


def _are_for_different_nodes(one: Configuration, other: Configuration) -> bool:
    tags = [
        (configuration.parameters.get("TargetTagKey"), configuration.parameters.get("TargetTagValue"))
        for configuration in (one, other)
    ]
    return all(key for key, _ in tags) and tags[0] != tags[1]


class _Targets:
    """What two configurations both go to."""

    def __init__(self, aws: Connection) -> None:
        self._aws = aws
        self._lineages: dict[str, list[str]] = {}

    def shared(self, one: Configuration, other: Configuration) -> list[str]:
        """Organizational units, the inner one where one is in the other; or the account."""
        if one.account_id or other.account_id:
            return [one.account_id] if one.account_id == other.account_id else []
        pairs = product(one.organizational_unit_ids, other.organizational_unit_ids)
        return sorted({inner for outer_or_inner in pairs for inner in self._inner(*outer_or_inner)})

    def _inner(self, one: str, other: str) -> Iterator[str]:
        if one == other or is_root(other):
            yield one
        elif is_root(one) or one in self._lineage(other):
            yield other
        elif other in self._lineage(one):
            yield one

    def _lineage(self, organizational_unit_id: str) -> list[str]:
        if organizational_unit_id not in self._lineages:
            self._lineages[organizational_unit_id] = ancestors_of(self._aws, organizational_unit_id)
        return self._lineages[organizational_unit_id]
