"""Configurations that overlap in organizational units and Regions."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, product
from shlex import quote
from typing import TYPE_CHECKING

from systems_manager_organization.cli.common_options import HOST_MANAGEMENT, PATCH_POLICY
from systems_manager_organization.findings import Finding
from systems_manager_organization.organizations.accounts import get_ancestors, is_root
from systems_manager_organization.preflight.collision_findings import COLLISION, collision
from systems_manager_organization.quick_setup.configuration_managers import (
    configurations_in,
    creation_tag_of,
    get_configuration_manager,
    region_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from systems_manager_organization.aws.session import AwsSession
    from systems_manager_organization.creation_tag import CreationTag
    from systems_manager_organization.quick_setup.configuration_managers import Manager
    from systems_manager_organization.quick_setup.configurations import Configuration

OVERLAPPING, SCAN_CONFLICT = "OVERLAPPING_CONFIGURATION", "SCAN_CONFLICT"
OVERLAP_CODES = (OVERLAPPING, SCAN_CONFLICT, COLLISION)

# The consequence of an overlap, by type.
# https://docs.aws.amazon.com/systems-manager/latest/userguide/quick-setup-patch-manager.html
_CONSEQUENCES = {PATCH_POLICY: "Their scans overwrite each other's compliance."}
_DEFAULT_CONSEQUENCE = "Both do the same there."


def overlap_findings(
    aws: AwsSession, managers: list[Manager], configurations: list[Configuration], installation: str
) -> list[Finding]:
    """Overlaps between these configurations, and with those that others created.

    What `installation` created is ignored: this plan may rename it or delete it. Raises ScriptError.
    """
    targets = _Targets(aws)
    found = [finding for one, other in combinations(configurations, 2) for finding in _between(targets, one, other)]
    existing = {(manager.type, manager.name) for manager in managers}
    for one, (other, tag) in product(configurations, _created_by_others(aws, managers, configurations, installation)):
        is_adoptable = one.type == other.type and (one.type, one.name) not in existing and not tag.installation
        adoption = _adoption(one, other) if is_adoptable else ""
        found += [replace(finding, remedy=finding.remedy + adoption) for finding in _between(targets, one, other)]
    return found


def _adoption(one: Configuration, other: Configuration) -> str:
    """How to adopt `other`, which was created manually or by another tool, in place of creating `one`."""
    return (
        f" To adopt {other.name} as {one.name}, give it this name, which deploys nothing, and plan again: aws "
        f"ssm-quicksetup update-configuration-manager --region {region_of(other.arn)} --manager-arn {other.arn} "
        f"--name {quote(one.name)}"
    )


def _created_by_others(
    aws: AwsSession, managers: list[Manager], configurations: list[Configuration], installation: str
) -> list[tuple[Configuration, CreationTag]]:
    """The existing configurations that are none of these, by type and name, with their creation tags."""
    desired = {(configuration.type, configuration.name) for configuration in configurations}
    types = {configuration.type for configuration in configurations}
    if types & {PATCH_POLICY, HOST_MANAGEMENT}:
        types |= {PATCH_POLICY, HOST_MANAGEMENT}
    descriptions = [
        get_configuration_manager(aws, manager.arn)
        for manager in managers
        if (manager.type, manager.name) not in desired and manager.type in types
    ]
    return [
        (found, creation_tag_of(description))
        for description in descriptions
        if not installation or creation_tag_of(description).installation != installation
        for found in configurations_in(description)
    ]


def _between(targets: _Targets, one: Configuration, other: Configuration) -> Iterator[Finding]:
    shared = targets.shared(one, other) if _may_overlap(one, other) else []
    found = collision(one, other, shared)
    if found:
        yield found
        return
    regions = ", ".join(sorted(set(one.regions) & set(other.regions)))
    if not regions or not shared:
        return
    subject, where = f"{one.name} and {other.name}", f"{', '.join(shared)} in {regions}"
    if one.type != other.type:
        yield Finding(
            SCAN_CONFLICT,
            subject,
            f"A patch policy and a Host Management configuration that scans both go to {where}: their scans overwrite "
            "each other's compliance.",
            f'Set ScanInstances of {_host_management(one, other).name} to "false".',
        )
    elif not _target_different_nodes(one, other):
        yield Finding(
            OVERLAPPING,
            subject,
            f"Both are of type {one.type} and go to {where}. {_CONSEQUENCES.get(one.type, _DEFAULT_CONSEQUENCE)}",
            "Remove the organizational units or Regions from one of them, or delete one.",
        )


def _may_overlap(one: Configuration, other: Configuration) -> bool:
    """Whether it matters that their targets overlap."""
    if {one.type, other.type} == {PATCH_POLICY, HOST_MANAGEMENT}:
        is_conflict = _scans(_host_management(one, other))
    else:
        is_conflict = one.type == other.type
    return is_conflict and bool(set(one.regions) & set(other.regions))


def _host_management(one: Configuration, other: Configuration) -> Configuration:
    return other if other.type == HOST_MANAGEMENT else one


def _scans(host_management: Configuration) -> bool:
    # The default is to scan: https://docs.aws.amazon.com/quick-setup/latest/APIReference/API_ConfigurationDefinitionInput.html
    return host_management.parameters.get("ScanInstances", "true") != "false"


def _target_different_nodes(one: Configuration, other: Configuration) -> bool:
    tags = [
        (configuration.parameters.get("TargetTagKey"), configuration.parameters.get("TargetTagValue"))
        for configuration in (one, other)
    ]
    return all(key for key, _ in tags) and tags[0] != tags[1]


class _Targets:
    """The targets that two configurations share."""

    def __init__(self, aws: AwsSession) -> None:
        self._aws = aws
        self._ancestors: dict[str, list[str]] = {}

    def shared(self, one: Configuration, other: Configuration) -> list[str]:
        """Organizational units, the inner one if one is in the other; or the account."""
        if one.account_id or other.account_id:
            return [one.account_id] if one.account_id == other.account_id else []
        pairs = product(one.organizational_unit_ids, other.organizational_unit_ids)
        return sorted({inner for outer_or_inner in pairs for inner in self._inner(*outer_or_inner)})

    def _inner(self, one: str, other: str) -> Iterator[str]:
        if one == other or is_root(other):
            yield one
        elif is_root(one) or one in self._get_ancestors(other):
            yield other
        elif other in self._get_ancestors(one):
            yield one

    def _get_ancestors(self, organizational_unit_id: str) -> list[str]:
        if organizational_unit_id not in self._ancestors:
            self._ancestors[organizational_unit_id] = get_ancestors(self._aws, organizational_unit_id)
        return self._ancestors[organizational_unit_id]
