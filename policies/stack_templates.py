"""CKV_SSMORG_9 to CKV_SSMORG_12: what a CloudFormation stack or StackSet deploys for Systems Manager.

Checkov scans templates in files, and not those that Terraform passes to a stack. A template that is unknown, or not in
JSON, has no result.
"""

from __future__ import annotations

import json
import re
from abc import abstractmethod
from typing import TYPE_CHECKING, Any

from checkov.common.bridgecrew.severities import BcSeverities, Severities
from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

if TYPE_CHECKING:
    from collections.abc import Iterator

STACK = "aws_cloudformation_stack"
STACK_SET = "aws_cloudformation_stack_set"
SETTING = "aws_ssm_service_setting"
PUBLIC_SHARING = "/ssm/documents/console/public-sharing-permission"

_COMMENT_OR_TEXT = re.compile(r'//[^\n]*|"(?:\\.|[^"\\])*"')
_PERMIT = re.compile(r"\bpermit\s*\((?P<scope>[^)]*)\)(?P<conditions>.*)", re.DOTALL)
_NODE_IN_SCOPE = re.compile(r"\bresource\s*(?:==|in\b)")
_NODE_TAG = re.compile(r'\bwhen\s*\{[^}]*(?<!!)\bresource\.(?:hasTag|getTag)\(""\)(?!\s*!=)')


class StackTemplate(BaseResourceCheck):
    """Checks each part of a template; no result without one."""

    def __init__(self, identifier: str, name: str, guideline: str, severity: str, resources: list[str]) -> None:
        super().__init__(
            name=name,
            id=identifier,
            categories=[CheckCategories.GENERAL_SECURITY],
            supported_resources=resources,
            guideline=guideline,
        )
        self.severity = Severities[severity]

    def scan_resource_conf(self, conf: dict[str, list[Any]]) -> CheckResult:
        """Failed if one of the parts is not right."""
        self.evaluated_keys = ["template_body"]
        results = list(self.check_parts(conf))
        if not results:
            return CheckResult.UNKNOWN
        return CheckResult.PASSED if all(results) else CheckResult.FAILED

    @abstractmethod
    def check_parts(self, conf: dict[str, list[Any]]) -> Iterator[bool]:
        """Whether each part that the policy is for is right."""


class AutomaticApproval(StackTemplate):
    def __init__(self) -> None:
        super().__init__(
            identifier="CKV_SSMORG_9",
            name="Automatic approval of node access is limited to nodes",
            guideline=(
                "Limit each permit statement to nodes, by a tag: when { resource.hasTag(KEY) && "
                "resource.getTag(KEY) == VALUE }. Otherwise access to every node is approved, also to nodes "
                "that are created later. https://docs.aws.amazon.com/systems-manager/latest/userguide/"
                "auto-approval-deny-access-policy-statement-structure.html"
            ),
            severity=BcSeverities.CRITICAL,
            resources=[STACK, STACK_SET],
        )

    def check_parts(self, conf: dict[str, list[Any]]) -> Iterator[bool]:
        for properties in _properties(conf, "AWS::SSM::Document"):
            if properties.get("DocumentType") == "AutoApprovalPolicy":
                for policy in _list(_parsed(properties.get("Content")).get("AutoApprovalPolicyDocuments")):
                    yield from map(_is_limited, _permits(policy.get("content") if isinstance(policy, dict) else None))


class PublicSharing(StackTemplate):
    def __init__(self) -> None:
        super().__init__(
            identifier="CKV_SSMORG_10",
            name="Documents cannot be shared publicly",
            guideline=(
                f'Set {PUBLIC_SHARING} to "Disable": with "Enable", anybody who may share a document may show it to '
                "all AWS accounts. https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-ssm-sharing.html"
            ),
            severity=BcSeverities.CRITICAL,
            resources=[STACK, STACK_SET, SETTING],
        )

    def check_parts(self, conf: dict[str, list[Any]]) -> Iterator[bool]:
        settings = [
            (properties.get("SettingId"), properties.get("SettingValue"))
            for properties in _properties(conf, "AWS::SSM::ServiceSetting")
        ]
        settings.append((_first(conf.get("setting_id")), _first(conf.get("setting_value"))))
        for identifier, value in settings:
            if str(identifier).endswith(PUBLIC_SHARING) and value is not None:
                yield value == "Disable"


class SessionLogs(StackTemplate):
    """Of preferences anywhere in the template, also in a runbook. CKV_AWS_113 has `aws_ssm_document`."""

    def __init__(self) -> None:
        super().__init__(
            identifier="CKV_SSMORG_11",
            name="Session Manager's preferences log sessions",
            guideline=(
                "Set s3BucketName with s3EncryptionEnabled, or cloudWatchLogGroupName: without a log nobody can tell "
                "what was done on a node. "
                "https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-schema.html"
            ),
            severity=BcSeverities.HIGH,
            resources=[STACK, STACK_SET],
        )

    def check_parts(self, conf: dict[str, list[Any]]) -> Iterator[bool]:
        for preferences in _objects(_template(conf)):
            inputs = preferences.get("inputs")
            if preferences.get("sessionType") == "Standard_Stream" and isinstance(inputs, dict):
                bucket, group = inputs.get("s3BucketName"), inputs.get("cloudWatchLogGroupName")
                yield bool(bucket or group) and (not bucket or inputs.get("s3EncryptionEnabled") in {True, "true"})


class RoleOfEveryAccount(StackTemplate):
    def __init__(self) -> None:
        super().__init__(
            identifier="CKV_SSMORG_12",
            name="A role that a StackSet creates in accounts is not an administrator, and not open to others",
            guideline=(
                "Give the role the permissions that it needs instead of AdministratorAccess or *, and name who may "
                "assume it, with aws:PrincipalOrgID: whoever assumes it has these permissions in every account. "
                "https://docs.aws.amazon.com/systems-manager/latest/userguide/"
                "running-automations-multiple-accounts-regions.html"
            ),
            severity=BcSeverities.CRITICAL,
            resources=[STACK_SET],
        )

    def check_parts(self, conf: dict[str, list[Any]]) -> Iterator[bool]:
        for role in _properties(conf, "AWS::IAM::Role"):
            managed = json.dumps(role.get("ManagedPolicyArns"))
            inline = [
                policy.get("PolicyDocument") for policy in _list(role.get("Policies")) if isinstance(policy, dict)
            ]
            yield (
                "policy/AdministratorAccess" not in managed
                and not any(map(_allows_everything, _statements(inline)))
                and not any(map(_is_open, _statements([role.get("AssumeRolePolicyDocument")])))
            )


def _permits(cedar: Any) -> Iterator[re.Match[str]]:
    """Each permit statement, without comments and texts."""
    text = _COMMENT_OR_TEXT.sub(lambda found: "" if found[0].startswith("//") else '""', str(cedar or ""))
    yield from filter(None, map(_PERMIT.search, text.split(";")))


def _is_limited(permit: re.Match[str]) -> bool:
    return bool(_NODE_IN_SCOPE.search(permit["scope"]) or _NODE_TAG.search(permit["conditions"]))


def _allows_everything(statement: dict[str, Any]) -> bool:
    return _is_allowed(statement) and "*" in _list(statement.get("Action")) and "*" in _list(statement.get("Resource"))


def _is_open(statement: dict[str, Any]) -> bool:
    principal = statement.get("Principal")
    named = principal.get("AWS") if isinstance(principal, dict) else principal
    return _is_allowed(statement) and "*" in _list(named) and "aws:principalorg" not in json.dumps(statement).lower()


def _is_allowed(statement: dict[str, Any]) -> bool:
    return statement.get("Effect") == "Allow"


def _statements(documents: list[Any]) -> Iterator[dict[str, Any]]:
    for document in documents:
        if isinstance(document, dict):
            yield from (each for each in _list(document.get("Statement")) if isinstance(each, dict))


def _properties(conf: dict[str, list[Any]], kind: str) -> Iterator[dict[str, Any]]:
    for resource in _objects(_template(conf).get("Resources")):
        if resource.get("Type") == kind and isinstance(resource.get("Properties"), dict):
            yield resource["Properties"]


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in a value, the value included."""
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _objects(inner)


def _template(conf: dict[str, list[Any]]) -> dict[str, Any]:
    return _parsed(_first(conf.get("template_body")))


def _parsed(value: Any) -> dict[str, Any]:
    """An object, or JSON text of one; empty if it is neither."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return {}
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _first(value: Any) -> Any:
    """Checkov wraps each value into a list."""
    return value[0] if isinstance(value, list) and value else value


automatic_approval = AutomaticApproval()
public_sharing = PublicSharing()
session_logs = SessionLogs()
role_of_every_account = RoleOfEveryAccount()
