"""CKV_SSMORG_5: a resource data sync has a deletion policy.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
"""

from __future__ import annotations

import json
from typing import Any

from checkov.common.bridgecrew.severities import BcSeverities, Severities
from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

ATTRIBUTES = ("DeletionPolicy", "UpdateReplacePolicy")


class ExplorerDeletionPolicy(BaseResourceCheck):
    def __init__(self) -> None:
        super().__init__(
            name="A stack with a resource data sync sets its deletion policy",
            id="CKV_SSMORG_5",
            categories=[CheckCategories.BACKUP_AND_RECOVERY],
            supported_resources=["aws_cloudformation_stack"],
            guideline=(
                "Give every AWS::SSM::ResourceDataSync of the template a DeletionPolicy and an UpdateReplacePolicy, "
                "Delete or Retain: deleting Explorer's sync deletes what it has collected, and one that is retained "
                "counts against the five. "
                "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html"
            ),
        )
        self.severity = Severities[BcSeverities.MEDIUM]

    def scan_resource_conf(self, conf: dict[str, list[Any]]) -> CheckResult:
        """No result without a sync, or for an unreadable template."""
        self.evaluated_keys = ["template_body"]
        syncs = [resource for resource in _resources(conf) if resource.get("Type") == "AWS::SSM::ResourceDataSync"]
        if not syncs:
            return CheckResult.UNKNOWN
        has_policies = all(isinstance(sync.get(attribute), str) for sync in syncs for attribute in ATTRIBUTES)
        return CheckResult.PASSED if has_policies else CheckResult.FAILED


def _resources(conf: dict[str, list[Any]]) -> list[dict[str, Any]]:
    template = (conf.get("template_body") or [None])[0]
    if isinstance(template, str):
        try:
            template = json.loads(template)
        except ValueError:
            return []
    resources = template.get("Resources") if isinstance(template, dict) else None
    return [resource for resource in (resources or {}).values() if isinstance(resource, dict)]


check = ExplorerDeletionPolicy()
