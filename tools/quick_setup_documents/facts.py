"""The facts of one type of configuration, from its public SSM documents.

`AWSQuickSetupType-X` has the deployments, `AWSQuickSetupType-X-CFN-TA`, `-DA` and `-MA` the CloudFormation templates.
Kept are names, values, conditions and expressions, in the notation of CloudFormation; descriptions, code and permission
policies are left out.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

TYPE_PREFIX = "AWSQuickSetupType-"
_TEMPLATE_INFIX = "-CFN-"

_PARAMETER_FACTS = {
    "Type": "type",
    "Default": "default",
    "AllowedValues": "allowed_values",
    "AllowedPattern": "allowed_pattern",
    "MinLength": "min_length",
    "MaxLength": "max_length",
}
_RESOURCE_FACTS = {
    "Type": "type",
    "Condition": "condition",
    "DeletionPolicy": "deletion_policy",
    "UpdateReplacePolicy": "update_replace_policy",
    "DependsOn": "depends_on",
}
# Of each resource type: the property that names it, and those that are facts. A resource type that is not here is
# an error, so that somebody decides what of it counts.
_PROPERTIES: Mapping[str, tuple[str | None, tuple[str, ...]]] = {
    "AWS::Events::Rule": ("Name", ("EventPattern", "State")),
    "AWS::IAM::Role": (
        "RoleName",
        ("AssumeRolePolicyDocument", "ManagedPolicyArns", "Path", "PermissionsBoundary", "Tags"),
    ),
    "AWS::Lambda::Function": ("FunctionName", ()),
    "AWS::Logs::LogGroup": ("LogGroupName", ("RetentionInDays",)),
    "AWS::S3::Bucket": ("BucketName", ("VersioningConfiguration",)),
    "AWS::S3::BucketPolicy": (None, ("Bucket",)),
    "AWS::SSM::Association": (
        "AssociationName",
        (
            "ApplyOnlyAtCronInterval",
            "AutomationTargetParameterName",
            "MaxConcurrency",
            "MaxErrors",
            "Name",
            "OutputLocation",
            "Parameters",
            "ScheduleExpression",
            "SyncCompliance",
            "Targets",
        ),
    ),
    "AWS::SSM::Document": ("Name", ("DocumentType", "TargetType")),
    "AWS::SSM::ResourceDataSync": ("SyncName", ("SyncSource", "SyncType")),
    "AWS::SSMQuickSetup::LifecycleAutomation": ("ResourceKey", ("AutomationDocument", "AutomationParameters")),
}
# Which property names a document that runs.
_DOCUMENT_PROPERTIES = {
    "AWS::SSM::Association": "Name",
    "AWS::SSMQuickSetup::LifecycleAutomation": "AutomationDocument",
}
_CUSTOM_RESOURCE = "Custom::"


class DocumentError(Exception):
    """The folder does not hold what the public documents of Quick Setup hold."""


def type_names(folder: Path) -> list[str]:
    """The types of configuration in a folder of documents. Raises DocumentError where there is none."""
    names = sorted(
        file.stem
        for file in folder.glob(f"{TYPE_PREFIX}*.json")
        if _TEMPLATE_INFIX not in file.stem and "deploymentConfig" in _read(file)
    )
    if not names:
        raise DocumentError(
            f"{folder} has no document {TYPE_PREFIX}*.json with deployments: name a checkout of the dump."
        )
    return names


def read_type(folder: Path, name: str) -> dict[str, Any]:
    """The facts of one type. Raises DocumentError."""
    deployments = [_deployment(deployment) for deployment in _read(folder / f"{name}.json")["deploymentConfig"]]
    used = {step["template"] for deployment in deployments for steps in deployment["steps"] for step in steps}
    templates = {role: _template(folder / f"{name}{_TEMPLATE_INFIX}{role}.json") for role in sorted(used)}
    return {
        "deployments": deployments,
        "documents": _documents(folder, templates.values()),
        "templates": templates,
    }


def _deployment(deployment: Mapping[str, Any]) -> dict[str, Any]:
    constraints = deployment["targetConstraints"]
    collision = constraints["collisionChecks"]
    return {
        "type": deployment["deploymentType"],
        "steps": [[_step(template) for template in step["stepTemplates"]] for step in deployment["deploymentSteps"]],
        "targets": constraints.get("supportedTargets"),
        "collision": collision.get("collisionType"),
        "collision_parameters": collision.get("collisionParameters", []),
        "regions": sorted(constraints["supportedTargetRegions"]),
    }


def _step(template: Mapping[str, str]) -> dict[str, str | None]:
    return {
        "account": template["targetAccountType"],
        "template": template["locationKey"].removeprefix("CFN_"),
        "administered_service": template.get("delegatedAdminServicePrincipal"),
    }


def _template(file: Path) -> dict[str, Any]:
    body = _read(file)["templateBody"]
    template = json.loads(body) if isinstance(body, str) else body
    return {
        "parameters": {name: _renamed(value, _PARAMETER_FACTS) for name, value in template["Parameters"].items()},
        "mappings": template.get("Mappings", {}),
        "conditions": template.get("Conditions", {}),
        "resources": {name: _resource(file.stem, name, value) for name, value in template["Resources"].items()},
    }


def _renamed(value: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {names[key]: value[key] for key in names if key in value}


def _resource(document: str, logical_id: str, resource: Mapping[str, Any]) -> dict[str, Any]:
    facts = _renamed(resource, _RESOURCE_FACTS)
    if isinstance(facts.get("depends_on"), str):
        facts["depends_on"] = [facts["depends_on"]]
    properties = resource["Properties"]
    if resource["Type"].startswith(_CUSTOM_RESOURCE):
        return {**facts, "properties": {key: value for key, value in properties.items() if key != "ServiceToken"}}
    if resource["Type"] not in _PROPERTIES:
        raise DocumentError(
            f"{document}: the resource {logical_id} has the type {resource['Type']}, which is new here: "
            "say in tools/quick_setup_documents/facts.py which of its properties are facts."
        )
    name_key, kept = _PROPERTIES[resource["Type"]]
    if name_key is not None:
        facts["name"] = properties[name_key]
    return {**facts, "properties": {key: properties[key] for key in kept if key in properties}}


def _documents(folder: Path, templates: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The parameters of the public documents that associations and automations of the templates run, by name."""
    resources = (resource for template in templates for resource in template["resources"].values())
    names = (resource["properties"].get(_DOCUMENT_PROPERTIES.get(resource["type"])) for resource in resources)
    files = {name: folder / f"{name}.json" for name in names if isinstance(name, str)}
    return {name: {"parameters": _document_parameters(_read(file))} for name, file in files.items() if file.is_file()}


def _document_parameters(document: Mapping[str, Any]) -> dict[str, Any]:
    kept = {
        "type": "type",
        "default": "default",
        "allowedValues": "allowed_values",
        "allowedPattern": "allowed_pattern",
    }
    return {name: _renamed(value, kept) for name, value in document.get("parameters", {}).items()}


def _read(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DocumentError(f"{file} cannot be read as JSON: {error}") from error
