"""Configuration managers, roles and organizational units, with the installation that created them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from systems_manager_organization.creation_tag import CreationTag
from systems_manager_organization.organizations.accounts import get_root_id
from systems_manager_organization.quick_setup.configuration_managers import (
    creation_tag_of,
    definitions_in,
    get_descriptions,
    list_managers,
)
from systems_manager_organization.quick_setup.documents import quick_setup_regions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from systems_manager_organization.aws.session import AwsSession


@dataclass(frozen=True)
class TaggedRole:
    name: str
    installation: str


@dataclass(frozen=True)
class TaggedUnit:
    id: str
    name: str
    installation: str


@dataclass(frozen=True)
class TaggedResources:
    """What exists in the account, whoever created it.

    Attributes:
        managers: responses of GetConfigurationManager, in every Region of Quick Setup.
    """

    managers: tuple[Mapping[str, Any], ...] = ()
    roles: tuple[TaggedRole, ...] = ()
    units: tuple[TaggedUnit, ...] = ()

    @property
    def installations(self) -> set[str]:
        return {
            *(creation_tag_of(manager).installation for manager in self.managers),
            *(role.installation for role in self.roles),
            *(unit.installation for unit in self.units),
        } - {""}

    def managers_of(self, installation: str) -> list[Mapping[str, Any]]:
        return [manager for manager in self.managers if creation_tag_of(manager).installation == installation]


def role_names(manager: Mapping[str, Any]) -> set[str]:
    """The roles with which Quick Setup deploys it to the account, without their paths."""
    roles = [
        name for found in definitions_in(manager) for name in (found.administration_role_arn, found.execution_role_name)
    ]
    return {name.rpartition("/")[2] for name in roles if name}


def find_tagged_resources(aws: AwsSession) -> TaggedResources:
    """Raises ScriptError."""
    listed = [aws.start(list_managers, aws, region) for region in sorted({*quick_setup_regions(), aws.region})]
    units = aws.start(lambda: tuple(_units(aws, get_root_id(aws))))
    roles = _roles(aws)
    descriptions = get_descriptions(aws, [manager.arn for answer in listed for manager in answer.result()])
    managers = tuple(found for found in descriptions.values() if found)
    return TaggedResources(managers, roles, units.result())


def _roles(aws: AwsSession) -> tuple[TaggedRole, ...]:
    # ListRoles returns no tags.
    details = aws.iam.get_account_authorization_details
    listed = [
        (role["RoleName"], CreationTag.of_list(role.get("Tags", [])).installation)
        for role in aws.paginate(details, result_key="RoleDetailList", Filter=["Role"])
    ]
    return tuple(TaggedRole(name, installation) for name, installation in listed if installation)


def _units(aws: AwsSession, parent_id: str) -> Iterator[TaggedUnit]:
    """Those below the parent, however deep, that have the tag."""
    organizations = aws.organizations
    for unit in aws.paginate(organizations.list_organizational_units_for_parent, ParentId=parent_id):
        tags = aws.call(organizations.list_tags_for_resource, ResourceId=unit["Id"])["Tags"]
        installation = CreationTag.of_list(tags).installation
        if installation:
            yield TaggedUnit(unit["Id"], unit["Name"], installation)
        yield from _units(aws, unit["Id"])


def delete_role(aws: AwsSession, name: str) -> None:
    """Deletes the role with its inline policies, and detaches the others. Raises ScriptError."""
    iam = aws.iam
    for policy in list(aws.paginate(iam.list_attached_role_policies, RoleName=name)):
        aws.call_or_none("NoSuchEntity", iam.detach_role_policy, RoleName=name, PolicyArn=policy["PolicyArn"])
    for policy_name in list(aws.paginate(iam.list_role_policies, RoleName=name)):
        aws.call_or_none("NoSuchEntity", iam.delete_role_policy, RoleName=name, PolicyName=policy_name)
    aws.call_or_none("NoSuchEntity", iam.delete_role, RoleName=name)
