"""The policies of `policies/`, and the resources that each must have a result for."""

from __future__ import annotations

import ast
import json
import re
from typing import TYPE_CHECKING, Any

import yaml
from hcl2.query import BlockView, DocumentView

from harness import HarnessError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from tools.scan.checkov import Result

_RUNNING = ("local-exec", "remote-exec")
PROVISIONERS = "CKV_SSMORG_6"
"""The policy without results in a plan."""


def declared(folder: Path) -> dict[str, str]:
    """The file of each policy, by id. Raises HarnessError: an unreadable file, a file without id, a duplicate id."""
    found: dict[str, str] = {}
    for file in sorted(folder.iterdir()):
        if file.suffix not in {".yaml", ".yml", ".json", ".py"} or file.name == "__init__.py":
            continue
        try:
            identifiers = list(_identifiers(file))
        except (AttributeError, LookupError, SyntaxError, TypeError, ValueError, yaml.YAMLError) as error:
            raise HarnessError(f"{file} cannot be read as a policy: {error}") from error
        if not identifiers:
            raise HarnessError(f"{file} declares no id: add one.")
        for identifier in identifiers:
            if identifier in found:
                raise HarnessError(f"{identifier} is declared by {found[identifier]} and by {file.name}.")
            found[identifier] = file.name
    return found


def _identifiers(file: Path) -> Iterator[str]:
    if file.suffix != ".py":
        yield str(yaml.safe_load(file.read_text())["metadata"]["id"])
        return
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.keyword) and node.arg in {"id", "identifier"} and isinstance(node.value, ast.Constant):
            yield str(node.value.value)


def coverage_gaps(document: Mapping[str, Any], results: Iterable[Result], identifiers: Iterable[str]) -> Iterator[str]:
    """Missing and unexpected results of policies in a plan."""
    resources = list(planned(document))
    covered: dict[str, set[str]] = {}
    for result in results:
        covered.setdefault(result.check_id, set()).add(result.resource)
    for identifier in identifiers:
        expected = {address for address, kind, values in resources if applies_to(identifier, kind, values)}
        for address in sorted(expected ^ covered.get(identifier, set())):
            problem = "has no result for" if address in expected else "has an unexpected result for"
            yield f"{identifier} {problem} {address}"


def applies_to(identifier: str, kind: str, values: Mapping[str, Any]) -> bool:
    """Whether a policy applies to a resource of a plan. Raises HarnessError for an unknown policy."""
    try:
        matches = _APPLIES_TO[identifier]
    except KeyError:
        raise HarnessError(f"{identifier} is unknown: add the resources that it applies to, in {__name__}.") from None
    return matches(kind, values)


def planned(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Address, type and known values of every managed resource of a plan."""
    yield from _planned(document["planned_values"]["root_module"])


def _planned(module: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for resource in module.get("resources", ()):
        if resource["mode"] == "managed":
            yield resource["address"], resource["type"], resource.get("values", {})
    for child in module.get("child_modules", ()):
        yield from _planned(child)


def provisioned(files: Iterable[Path]) -> Iterator[tuple[Path, str]]:
    """File, type and name of every resource with a provisioner that runs a program."""
    for file in files:
        for block in _blocks(DocumentView.parse(file.read_text()), "resource"):
            if any(found.name_labels[0] in _RUNNING for found in _blocks(block, "provisioner")):
                yield file, ".".join(block.name_labels)


def _blocks(view: DocumentView | BlockView, kind: str) -> Iterator[BlockView]:
    for block in view.blocks(kind):
        if isinstance(block, BlockView):
            yield block


def _of_type(wanted: str) -> Callable[[str, Mapping[str, Any]], bool]:
    return lambda kind, _: kind == wanted


def _installs(kind: str, values: Mapping[str, Any]) -> bool:
    """An unknown operation may be an installation."""
    return kind == "aws_ssmquicksetup_configuration_manager" and any(
        definition.get("type") == "AWSQuickSetupType-PatchPolicy"
        and (definition.get("parameters") or {}).get("ConfigurationOptionsPatchOperation") != "Scan"
        for definition in values.get("configuration_definition", ())
    )


def _has_sync(kind: str, values: Mapping[str, Any]) -> bool:
    template = values.get("template_body")
    return kind == "aws_cloudformation_stack" and (template is None or "AWS::SSM::ResourceDataSync" in template)


def _uses_kms(kind: str, values: Mapping[str, Any]) -> bool:
    return kind == "aws_s3_bucket_server_side_encryption_configuration" and any(
        str(default.get("sse_algorithm")).startswith("aws:kms")
        for rule in values.get("rule", ())
        for default in rule.get("apply_server_side_encryption_by_default", ())
    )


def _allows_systems_manager(kind: str, values: Mapping[str, Any]) -> bool:
    policy = str(values.get("policy"))
    writes = any(action in policy for action in ("kms:GenerateDataKey", 's3:PutObject"'))
    return kind in {"aws_kms_key", "aws_s3_bucket_policy"} and "ssm.amazonaws.com" in policy and writes


_STACKS = ("aws_cloudformation_stack", "aws_cloudformation_stack_set")


def _approves_automatically(kind: str, values: Mapping[str, Any]) -> bool:
    template = str(values.get("template_body"))
    return kind in _STACKS and "AutoApprovalPolicy" in template and re.search(r"permit\s*\(", template) is not None


def _sets_public_sharing(kind: str, values: Mapping[str, Any]) -> bool:
    setting = values.get("template_body" if kind in _STACKS else "setting_id")
    return kind in {*_STACKS, "aws_ssm_service_setting"} and "console/public-sharing-permission" in str(setting)


def _has_preferences(kind: str, values: Mapping[str, Any]) -> bool:
    return kind in _STACKS and "Standard_Stream" in str(values.get("template_body"))


def _has_role(kind: str, values: Mapping[str, Any]) -> bool:
    return kind == "aws_cloudformation_stack_set" and "AWS::IAM::Role" in str(values.get("template_body"))


def _lets_anybody_write(kind: str, values: Mapping[str, Any]) -> bool:
    return kind == "aws_s3_bucket_policy" and any(
        statement["Effect"] == "Allow" and statement["Principal"] in ("*", {"AWS": "*"}) and "s3:Put" in str(statement)
        for statement in json.loads(values.get("policy") or '{"Statement": []}')["Statement"]
    )


def _is_assumed(kind: str, values: Mapping[str, Any]) -> bool:
    trust = str(values.get("assume_role_policy"))
    return kind == "aws_iam_role" and any(f"{name}.amazonaws.com" in trust for name in ("codebuild", "scheduler"))


_APPLIES_TO: Mapping[str, Callable[[str, Mapping[str, Any]], bool]] = {
    "CKV2_SSMORG_1": _of_type("aws_organizations_organization"),
    "CKV2_SSMORG_2": _of_type("aws_s3_bucket"),
    "CKV2_SSMORG_3": _of_type("aws_s3_bucket"),
    "CKV_SSMORG_1": _of_type("aws_organizations_delegated_administrator"),
    "CKV_SSMORG_2": _installs,
    "CKV_SSMORG_3": _installs,
    "CKV_SSMORG_4": _of_type("aws_organizations_resource_policy"),
    "CKV_SSMORG_5": _has_sync,
    PROVISIONERS: _of_type(""),
    "CKV_SSMORG_7": _uses_kms,
    "CKV_SSMORG_8": _allows_systems_manager,
    "CKV_SSMORG_9": _approves_automatically,
    "CKV_SSMORG_10": _sets_public_sharing,
    "CKV_SSMORG_11": _has_preferences,
    "CKV_SSMORG_12": _has_role,
    "CKV_SSMORG_13": _lets_anybody_write,
    "CKV_SSMORG_14": _is_assumed,
    "CKV_SSMORG_15": _of_type("aws_cloudwatch_event_bus_policy"),
}
