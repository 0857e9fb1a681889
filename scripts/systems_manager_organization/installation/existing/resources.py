"""Existing resources with the names that Terraform uses, so that a plan does not create them again.

Only Terraform knows whether its state has them. A plan that creates an existing resource fails with these messages.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from shlex import quote
from typing import TYPE_CHECKING, Any, Literal

from systems_manager_organization.cli.options import Option
from systems_manager_organization.cli.report_command import report_command
from systems_manager_organization.creation_tag import CreationTag
from systems_manager_organization.errors import QueryError
from systems_manager_organization.findings import Finding
from systems_manager_organization.quick_setup.configuration_managers import (
    FAILED_STATUSES,
    creation_tag_of,
    deployment_status,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from systems_manager_organization.aws.session import AwsSession
    from systems_manager_organization.organizations.accounts import Account
    from systems_manager_organization.quick_setup.configurations import Configuration

# What the AWS provider keeps as tainted, and replaces: nothing to import.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html
_NOT_CREATED = ("CREATE_FAILED", "ROLLBACK_IN_PROGRESS", "ROLLBACK_FAILED", "ROLLBACK_COMPLETE")
_OTHER_ROLES = "To create roles with other names instead, set role_name_prefix."

RESOURCES = Option(
    "resources", "names of resources that Terraform creates", r"(?s)\{.*\}", "a JSON object of lists", default="{}"
)


@dataclass(frozen=True)
class ExistingResource:
    """A resource that exists in AWS.

    Attributes:
        key: its key in Terraform: `iam-role/NAME`, `iam-instance-profile/NAME`, `organizational-unit`,
            `organizations-account`, or `TYPE/NAME` of a configuration manager; of Explorer `cloudformation-stack` or
            `resource-data-sync`; TYPE/NAME of what other modules make.
        description: for example `role "AWS-QuickSetup-Execution"`.
        id: as `terraform import` takes it.
        remark: further sentences, or "".
        input: the input that uses the resource as it is; "" if the module has none.
        alternative: what else can be done if this installation did not create it; "" if nothing.
        is_importable: whether Terraform has a resource for it.
        is_always_refused: whether it is refused where the same installation created it, although it is not importable.
    """

    key: str
    description: str
    id: str
    tag: CreationTag
    remark: str = ""
    input: str = ""
    alternative: str = ""
    is_importable: bool = True
    is_always_refused: bool = False

    def is_used_by_input(self, installation: str) -> bool:
        """Whether an input uses it. An import would give it to this installation, whose destroy deletes it."""
        return bool(self.input) and self.tag.installation != installation


def parse_resources(text: str, lists: Iterable[str] = ("role_names",)) -> dict[str, Any]:
    """The value of RESOURCES, with these lists of names. Raises QueryError."""
    rule = (
        f"a JSON object with the lists {', '.join(lists)}, the object organizational_unit (name, parent_id; without "
        "parent_id its parent is the root), the string account_email, the object inputs (the input that names a list), "
        "and the object keys (description of a KMS key to ids), all of which are optional"
    )
    try:
        found: dict[str, Any] = json.loads(text)
        unit = found.get("organizational_unit") or {}
        is_valid = (
            set(found) <= {*lists, "organizational_unit", "account_email", "inputs", "keys"}
            and all(isinstance(name, str) for key in lists for name in found.get(key, []))
            and all(isinstance(id_, str) for ids in found.get("keys", {}).values() for id_ in ids)
            and set(unit) <= {"name", "parent_id"}
        )
    except (ValueError, TypeError, AttributeError) as error:
        raise QueryError(f"resources is not {rule} ({error}).") from error
    if not is_valid:
        raise QueryError(f"resources must be {rule}.")
    return found


def find_roles(aws: AwsSession, names: Iterable[str], alternative: str = _OTHER_ROLES) -> Iterator[ExistingResource]:
    """Raises ScriptError."""
    for name in names:
        role = find_role(aws, name)
        if role:
            yield ExistingResource(
                f"iam-role/{name}",
                f'role "{name}"',
                role["RoleName"],
                CreationTag.of_list(role.get("Tags", [])),
                alternative=alternative,
            )


def find_instance_profiles(aws: AwsSession, names: Iterable[str], alternative: str) -> Iterator[ExistingResource]:
    """Raises ScriptError."""
    for name in names:
        response = aws.call_or_none("NoSuchEntity", aws.iam.get_instance_profile, InstanceProfileName=name)
        if response:
            yield ExistingResource(
                f"iam-instance-profile/{name}",
                f'instance profile "{name}"',
                name,
                CreationTag.of_list(response["InstanceProfile"].get("Tags", [])),
                alternative=alternative,
            )


def find_role(aws: AwsSession, name: str) -> Mapping[str, Any] | None:
    """The role as IAM describes it. Raises ScriptError."""
    response = aws.call_or_none("NoSuchEntity", aws.iam.get_role, RoleName=name)
    return response["Role"] if response else None


def find_unit(aws: AwsSession, name: str, parent_id: str) -> ExistingResource | None:
    """The organizational unit of this name below `parent_id`. Raises ScriptError."""
    organizations = aws.organizations
    listed = aws.paginate(organizations.list_organizational_units_for_parent, ParentId=parent_id)
    unit = next((found for found in listed if found["Name"] == name), None)
    if unit is None:
        return None
    tags = aws.call(organizations.list_tags_for_resource, ResourceId=unit["Id"])["Tags"]
    return ExistingResource(
        "organizational-unit",
        f'organizational unit "{name}" in {parent_id}',
        unit["Id"],
        CreationTag.of_list(tags),
        input=f'dedicated_organizational_unit = {{ id = "{unit["Id"]}" }}',
    )


def find_stack(aws: AwsSession, name: str) -> ExistingResource | None:
    """Explorer's stack. Raises ScriptError."""
    stack = describe_stack(aws, name)
    if stack is None:
        return None
    tag = CreationTag.of_list(stack.get("Tags", []))
    return ExistingResource(
        "cloudformation-stack",
        f'stack "{name}"',
        stack["StackName"],
        tag,
        remark=f"Its status is {stack['StackStatus']}.",
        alternative="To create another resource data sync instead, set name.",
        is_importable=stack["StackStatus"] not in _NOT_CREATED,
    )


def describe_stack(aws: AwsSession, name: str) -> Mapping[str, Any] | None:
    """Raises ScriptError."""
    # The error for a stack that does not exist: https://github.com/aws/aws-cli/issues/3838
    response = aws.call_or_none("ValidationError", aws.cloudformation.describe_stacks, StackName=name)
    return response["Stacks"][0] if response else None


def describe_stack_set(
    aws: AwsSession, name: str, call_as: Literal["DELEGATED_ADMIN", "SELF"]
) -> Mapping[str, Any] | None:
    """Raises ScriptError."""
    response = aws.call_or_none(
        "StackSetNotFoundException", aws.cloudformation.describe_stack_set, StackSetName=name, CallAs=call_as
    )
    return response["StackSet"] if response else None


def describe_sync(name: str, owner: str, region: str) -> ExistingResource:
    """A resource data sync without a stack, which nothing imports."""
    return ExistingResource(
        "resource-data-sync",
        f'resource data sync "{name}" ({owner})',
        name,
        CreationTag(),
        alternative=(
            "To keep it and create another one, set name. To replace it, delete it first: aws ssm "
            f"delete-resource-data-sync --sync-type SyncFromSource --sync-name {quote(name)} --region {region}"
        ),
        is_importable=False,
    )


def find_account(aws: AwsSession, accounts: Iterable[Account], email: str) -> ExistingResource | None:
    """The account of this e-mail address, which is unique in AWS. Raises ScriptError."""
    account = next((found for found in accounts if found.email.lower() == email.lower()), None)
    if account is None:
        return None
    tags = aws.call(aws.organizations.list_tags_for_resource, ResourceId=account.id)["Tags"]
    return ExistingResource(
        "organizations-account",
        f'account "{account.name}" with the e-mail address {email}',
        account.id,
        CreationTag.of_list(tags),
        input=f'delegated_administrator = {{ account_id = "{account.id}" }}',
    )


def describe_managers(
    deployed: Iterable[Configuration], descriptions: Mapping[str, Mapping[str, Any]]
) -> Iterator[ExistingResource]:
    """The managers of these configurations, with their descriptions in Quick Setup by ARN."""
    for configuration in deployed:
        description = descriptions[configuration.arn]
        yield ExistingResource(
            f"{configuration.type}/{configuration.name}",
            f'configuration manager "{configuration.name}"',
            configuration.arn,
            creation_tag_of(description),
            _describe_status(deployment_status(description), configuration.arn),
        )


def explain_existing(existing: Iterable[ExistingResource], installation: str) -> dict[str, dict[str, str]]:
    """By key, for a plan that would create the resource: the error `message`, and `creation_mark`, the tag's value.

    If that is the mark of the plan itself, the data source was read during the apply, after the creation. What this
    installation created itself, and nothing imports, is replaced: its creation can have failed.
    """
    by_key: dict[str, list[ExistingResource]] = {}
    for found in existing:
        is_refused = found.is_importable or found.is_always_refused
        if is_refused or found.tag.installation != installation or not installation:
            by_key.setdefault(found.key, []).append(found)
    return {
        key: {
            "message": " ".join(_refusal(found, installation) for found in resources),
            "creation_mark": resources[0].tag.mark if len(resources) == 1 else "",
        }
        for key, resources in by_key.items()
    }


def _refusal(found: ExistingResource, installation: str) -> str:
    tag = found.tag
    if not tag.installation:
        origin = "It was created manually or by another tool"
    elif tag.installation == installation:
        origin = (
            f"This installation created it (plan of {tag.time}): the state lost it, its address changed without a "
            "moved block, or it is tainted or to be replaced"
        )
    else:
        hint = f' (then set installation = "{tag.installation}", and plan again)'
        lost = hint if found.is_importable else ""
        origin = (
            f"Installation {tag.installation} created it (plan of {tag.time}): another workspace or state, this "
            f"module call renamed without a moved block, or a state that was lost{lost}"
        )
    identity = "" if f'"{found.id}"' in found.description else f" ({found.id})"
    sentences = (
        f"The {found.description} already exists{identity}. {origin}.",
        found.remark,
        "Nothing was changed.",
        f"To use it as it is, set {found.input}." if found.is_used_by_input(installation) else "",
        found.alternative if tag.installation != installation else "",
        (
            "To generate the import or moved blocks: terraform plan -out=refused.tfplan; terraform show -json "
            f"refused.tfplan | {report_command()} adopt >> adopted.tf"
            if found.is_importable
            else ""
        ),
    )
    return " ".join(filter(None, sentences))


def _describe_status(status: str, arn: str) -> str:
    if status not in FAILED_STATUSES:
        return f"Its deployment is {status or 'NONE'}."
    return (
        f"Its deployment is {status}. Fix the cause ({report_command()} explain {arn}) and deploy it again "
        f"({report_command()} redeploy {arn}), or delete it ({report_command()} discard {arn})."
    )


def duplicates(existing: Iterable[ExistingResource]) -> Iterator[Finding]:
    """Findings for names that are not unique, which only configuration managers can share."""
    by_key: dict[str, list[ExistingResource]] = {}
    for found in existing:
        by_key.setdefault(found.key, []).append(found)
    for resources in by_key.values():
        if len(resources) > 1:
            yield Finding(
                "DUPLICATE_CONFIGURATION",
                resources[0].description,
                f"Quick Setup has {len(resources)} of this type and name: "
                f"{'; '.join(f'{found.id} ({found.tag.creator})' for found in resources)}. "
                "Both deploy to the same nodes.",
                "Keep the one that Terraform has (terraform state show), and delete the other: "
                f"{report_command()} discard --deployed ARN. Or give one of them another name.",
            )
