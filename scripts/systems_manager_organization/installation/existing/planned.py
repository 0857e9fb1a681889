"""Existing resources that match the resources which a plan creates, and how they differ from the plan."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from systems_manager_organization.creation_tag import CreationTag
from systems_manager_organization.installation.existing.finders import FINDERS, find_key
from systems_manager_organization.installation.existing.keys import find_keys_without_alias
from systems_manager_organization.installation.existing.resources import (
    describe_stack,
    describe_stack_set,
    find_account,
    find_role,
    find_unit,
)
from systems_manager_organization.organizations.account_directory import AccountDirectory
from systems_manager_organization.organizations.accounts import get_root_id
from systems_manager_organization.quick_setup.configuration_managers import (
    creation_tag_of,
    definitions_in,
    get_configuration_manager,
    list_managers,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from systems_manager_organization.aws.session import AwsSession
    from systems_manager_organization.installation.existing.resources import ExistingResource
    from systems_manager_organization.quick_setup.configuration_managers import Manager

# By the type of a resource, its list in the query of a plan and the attribute with its name.
_NAMED = {
    "aws_athena_named_query": ("named_query_names", "name"),
    "aws_athena_workgroup": ("workgroup_names", "name"),
    "aws_cloudwatch_event_bus": ("event_bus_names", "name"),
    "aws_cloudwatch_event_rule": ("event_rule_names", "name"),
    "aws_cloudwatch_log_group": ("log_group_names", "name"),
    "aws_cloudwatch_metric_alarm": ("alarm_names", "alarm_name"),
    "aws_codebuild_project": ("project_names", "name"),
    "aws_glue_catalog_database": ("database_names", "name"),
    "aws_glue_catalog_table": ("table_names", "name"),
    "aws_iam_instance_profile": ("instance_profile_names", "name"),
    "aws_kms_alias": ("key_alias_names", "name"),
    "aws_s3_bucket": ("bucket_names", "bucket"),
    "aws_scheduler_schedule": ("schedule_names", "name"),
    "aws_sns_topic": ("topic_names", "name"),
    "aws_ssm_document": ("document_names", "name"),
}
# Types without tags, and the type of the resource beside it whose tags stand for it.
TAGGED_BY = {
    "aws_athena_named_query": "aws_athena_workgroup",
    "aws_glue_catalog_table": "aws_glue_catalog_database",
    "aws_kms_alias": "aws_kms_key",
    "aws_scheduler_schedule": "aws_codebuild_project",
}
_MAX_SHOWN = 60


@dataclass(frozen=True)
class Candidate:
    """A resource that the plan creates.

    Attributes:
        planned: its planned attributes.
        replaced: Terraform's `action_reason` if it replaces a resource in the state; else "".
        differing: the attributes for which it does.
    """

    address: str
    type: str
    planned: Mapping[str, Any]
    replaced: str
    differing: str = ""

    @property
    def installation(self) -> str:
        return CreationTag.of(self.planned.get("tags") or {}).installation


@dataclass(frozen=True)
class Existing:
    """An existing resource that matches a candidate.

    Attributes:
        input: the input that uses it as it is, in place of an import; "" if it is to be imported.
        changes: what the plan changes after the import.
        redeployed: whether that deploys it to its accounts again.
        immutable: what the plan wants to differ and AWS cannot change; "" if nothing.
    """

    id: str
    tag: CreationTag
    input: str = ""
    changes: tuple[str, ...] = ()
    redeployed: bool = False
    immutable: str = ""


class ResourceLookup:
    """Finds the existing resources that match one of the candidates. `looked_up`: for how many it looked."""

    def __init__(self, aws: AwsSession, candidates: Iterable[Candidate]) -> None:
        self._aws = aws
        self._aliases = {found.address: found for found in candidates if found.type == "aws_kms_alias"}
        self.looked_up = 0

    @cached_property
    def _managers(self) -> list[Manager]:
        """Listed once for all candidates."""
        return list_managers(self._aws)

    def find(self, candidate: Candidate) -> list[Existing]:
        """None, one or (configuration managers) several. Raises ScriptError."""
        planned = candidate.planned
        finders: Mapping[str, Callable[[], Iterable[Existing]]] = {
            "aws_iam_role": lambda: self._roles(planned),
            "aws_organizations_organizational_unit": lambda: self._units(planned, candidate.installation),
            "aws_organizations_account": lambda: self._accounts(planned, candidate.installation),
            "aws_cloudformation_stack": lambda: self._stacks(planned),
            "aws_cloudformation_stack_set": lambda: self._stack_sets(planned),
            "aws_ssmquicksetup_configuration_manager": lambda: self._configuration_managers(planned),
        }
        if candidate.type == "aws_kms_key":
            return list(self._keys(candidate))
        _, attribute = _NAMED.get(candidate.type, ("", "name"))
        # A name that only the apply knows is in no plan.
        if candidate.type not in {*finders, *_NAMED} or not planned.get(attribute):
            return []
        self.looked_up += 1
        return list(finders.get(candidate.type, lambda: self._named(candidate))())

    def _named(self, candidate: Candidate) -> Iterator[Existing]:
        list_, attribute = _NAMED[candidate.type]
        parents = (candidate.planned.get(key) for key in ("event_bus_name", "database_name", "workgroup"))
        parent = next(filter(None, parents), None)
        name = candidate.planned[attribute]
        found = FINDERS[list_](self._aws, f"{parent}/{name}" if parent else name)
        if found:
            yield Existing(
                found.id,
                found.tag,
                input="" if found.is_importable else "another name",
                changes=("what the configuration sets otherwise",),
            )

    def _keys(self, candidate: Candidate) -> Iterator[Existing]:
        """The key of an alias that the plan creates beside it, since a key has no name; else one without an alias."""
        alias = self._aliases.get(beside(candidate.address, "aws_kms_key", "aws_kms_alias"))
        of_alias = list(self._named(alias)) if alias else []
        for found in of_alias:
            yield replace(found, id=(find_key(self._aws, found.id) or {}).get("KeyId", ""))
        description = candidate.planned.get("description")
        if not of_alias and candidate.installation and description:
            self.looked_up += 1
            found_keys, _ = find_keys_without_alias(self._aws, candidate.installation, {description: ()})
            for key in found_keys[:1]:
                yield Existing(key.id, key.tag, changes=("what the configuration sets otherwise",))

    def _roles(self, planned: Mapping[str, Any]) -> Iterator[Existing]:
        role = find_role(self._aws, planned["name"])
        if role:
            path = planned.get("path") or "/"
            yield Existing(
                role["RoleName"],
                CreationTag.of_list(role.get("Tags", [])),
                changes=tuple(_role_changes(planned, role)),
                immutable="" if role["Path"] == path else f"its path is {role['Path']}, and the plan has {path}",
            )

    def _units(self, planned: Mapping[str, Any], installation: str) -> Iterator[Existing]:
        if planned.get("parent_id"):
            yield from _existing(find_unit(self._aws, planned["name"], planned["parent_id"]), installation)

    def _accounts(self, planned: Mapping[str, Any], installation: str) -> Iterator[Existing]:
        accounts = AccountDirectory(self._aws).in_units([get_root_id(self._aws)])
        yield from _existing(find_account(self._aws, accounts, planned["email"]), installation)

    def _stacks(self, planned: Mapping[str, Any]) -> Iterator[Existing]:
        stack = describe_stack(self._aws, planned["name"])
        if stack:
            template = self._aws.call(self._aws.cloudformation.get_template, StackName=planned["name"])["TemplateBody"]
            yield Existing(
                stack["StackName"],
                CreationTag.of_list(stack.get("Tags", [])),
                changes=tuple(_template_change(template, planned)),
            )

    def _stack_sets(self, planned: Mapping[str, Any]) -> Iterator[Existing]:
        """Of its stacks nothing is imported: the AWS provider imports no targets, and creates again what is there."""
        found = describe_stack_set(self._aws, planned["name"], planned["call_as"])
        if found:
            yield Existing(
                _import_id(planned["name"], planned["call_as"]),
                CreationTag.of_list(found.get("Tags", [])),
                changes=tuple(_template_change(found["TemplateBody"], planned)),
            )

    def _configuration_managers(self, planned: Mapping[str, Any]) -> Iterator[Existing]:
        types = ",".join(sorted(found["type"] for found in planned["configuration_definition"]))
        for manager in self._managers:
            if (manager.name, manager.type) == (planned["name"], types):
                description = get_configuration_manager(self._aws, manager.arn)
                deployed = tuple(_definition_changes(planned, description))
                yield Existing(
                    manager.arn,
                    creation_tag_of(description),
                    changes=(
                        *_text_change("description", description.get("Description"), planned.get("description")),
                        *deployed,
                    ),
                    redeployed=bool(deployed),
                )


def beside(address: str, type_: str, other: str) -> str:
    """The address of a resource of type `other` with the same name and index."""
    module, _, resource = address.rpartition(f"{type_}.")
    return f"{module}{other}.{resource}"


def _import_id(name: str, call_as: str) -> str:
    """https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cloudformation_stack_set#import"""
    return name if call_as == "SELF" else f"{name},{call_as}"


def _template_change(current: object, planned: Mapping[str, Any]) -> Iterator[str]:
    if _template(current) != _template(planned.get("template_body")):
        yield "template"


def _template(text: object) -> object:
    """Of JSON its value; YAML of others as it is, and None where only the apply knows it."""
    try:
        return json.loads(text) if isinstance(text, str) else text
    except ValueError:
        return text


def _existing(found: ExistingResource | None, installation: str) -> Iterator[Existing]:
    if found:
        yield Existing(found.id, found.tag, found.input if found.is_used_by_input(installation) else "")


def _role_changes(planned: Mapping[str, Any], role: Mapping[str, Any]) -> Iterator[str]:
    yield from _text_change("description", role.get("Description"), planned.get("description"))
    policy = planned.get("assume_role_policy")
    if policy and json.loads(policy) != role["AssumeRolePolicyDocument"]:
        yield "trust policy"


def _definition_changes(planned: Mapping[str, Any], description: Mapping[str, Any]) -> Iterator[str]:
    """What differs in what Quick Setup deploys."""
    for wanted, current in zip(planned["configuration_definition"], definitions_in(description), strict=False):
        parameters = wanted.get("parameters") or {}
        for name in sorted({*parameters, *current.parameters} if parameters else ()):
            yield from _text_change(name, current.parameters.get(name), parameters.get(name))
        for label, before, after in (
            (
                "administration role",
                current.administration_role_arn,
                wanted.get("local_deployment_administration_role_arn"),
            ),
            ("execution role", current.execution_role_name, wanted.get("local_deployment_execution_role_name")),
        ):
            yield from _text_change(label, before, after)


def _text_change(name: str, before: str | None, after: str | None) -> Iterator[str]:
    if (before or "") != (after or ""):
        yield f"{name} {_shorten(before)} -> {_shorten(after)}"


def _shorten(text: str | None) -> str:
    """As JSON, which keeps control characters off the terminal."""
    shown = json.dumps(text or "", ensure_ascii=False)
    return shown if len(shown) <= _MAX_SHOWN else f"{shown[:_MAX_SHOWN]}…"
