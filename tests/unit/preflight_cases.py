"""Organizations, queries and findings of a preflight."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sandbox import Scenario
from sandbox.scenarios.scenario import Cloud9Environment, ConfigurationManager, ServiceLinkedRole

if TYPE_CHECKING:
    from sandbox import Sandbox
    from unit.conftest import Outcome

MANAGEMENT, ADMINISTRATOR, WORKLOAD = "111111111111", "222222222222", "333333333333"
ROLE = "OrganizationAccountAccessRole"
ROOT = "r-sbox"
PATCH_POLICY, HOST_MANAGEMENT = "AWSQuickSetupType-PatchPolicy", "AWSQuickSetupType-SSMHostMgmt"
ENVIRONMENT = "0123456789abcdef0123456789abcdef"
TARGETS = {"TargetOrganizationalUnits": ROOT, "TargetRegions": "us-east-1"}

Findings = list[dict[str, str]]


def reset(aws: Sandbox, **changes: Any) -> None:
    """The organization `bare`, with these changes."""
    aws.reset(replace(Scenario.named("bare"), **changes))


def used_cloud9(*account_ids: str) -> dict[str, tuple[ServiceLinkedRole, ...]]:
    """Accounts with Cloud9's service-linked role, which are therefore checked in every Region."""
    roles = tuple(ServiceLinkedRole(account_id, "cloud9.amazonaws.com") for account_id in account_ids)
    return {"service_linked_roles": roles}


def environment(account_id: str, region: str = "us-east-1", name: str = "build") -> Cloud9Environment:
    owner = f"arn:aws:iam::{account_id}:user/Administrator"
    return Cloud9Environment(account_id, region, ENVIRONMENT, name, "ec2", owner)


def query(*configurations: dict[str, Any], role: str = ROLE, **keys: str) -> dict[str, str]:
    """The query for a patch policy of the whole organization, or for these changes to it."""
    usual = {"name": "scan", "type": PATCH_POLICY, "organizational_unit_ids": [ROOT], "regions": ["us-east-1"]}
    items = [{**usual, **configuration} for configuration in configurations or ({},)]
    return {"configurations": json.dumps(items), "member_role_name": role, **keys}


def found(outcome: Outcome) -> Findings:
    assert (outcome.status, outcome.stderr) == (0, "")
    findings: Findings = json.loads(outcome.result["findings"])
    return findings


def the(findings: Findings, code: str) -> dict[str, str]:
    """The only finding, which has this code."""
    assert [finding["code"] for finding in findings] == [code]
    return findings[0]


def manager(name: str, kind: str, **parameters: str) -> ConfigurationManager:
    common = {"PatchPolicyName": name, "PatchBaselineRegion": "us-east-1"} if kind == PATCH_POLICY else {}
    if kind == PATCH_POLICY:
        common["SelectedPatchBaselines"] = json.dumps({"WINDOWS": {"value": "pb-1", "label": "one"}})
    return ConfigurationManager(MANAGEMENT, "us-east-1", name, kind, {**common, **TARGETS, **parameters})
