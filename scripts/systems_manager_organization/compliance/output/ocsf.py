"""A report as events of the Open Cybersecurity Schema Framework, one a line.

A Compliance Finding for each node, and a Vulnerability Finding for each patch of it that names what it closes: CVEs, or
the KB article of Windows. https://schema.ocsf.io/1.8.0/classes/compliance_finding
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TextIO

from systems_manager_organization.compliance.analysis.accepted import ACCEPTED_NODES
from systems_manager_organization.compliance.analysis.coverage import UNMANAGED
from systems_manager_organization.compliance.analysis.exploitation import scores_of
from systems_manager_organization.compliance.model.columns import COMPLIANT, NON_COMPLIANT, SEVERITIES
from systems_manager_organization.compliance.model.node import is_in_ec2, node_arn, time_of
from systems_manager_organization.compliance.model.patches import RANK, UNKNOWN
from systems_manager_organization.compliance.output.summary import WORST_FIRST
from systems_manager_organization.compliance.store.tables import documents

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duckdb import DuckDBPyConnection

    from systems_manager_organization.compliance.analysis.exploitation import Exploitation

VERSION = "1.8.0"
_PRODUCT = {"name": "Patch compliance report", "vendor_name": "systems-manager-organization"}
_FINDINGS, _COMPLIANCE_FINDING, _VULNERABILITY_FINDING = 2, 2003, 2002
_CLASS_NAMES = {_COMPLIANCE_FINDING: "Compliance Finding", _VULNERABILITY_FINDING: "Vulnerability Finding"}
_CREATE, _AWS_ACCOUNT = 1, 10
_NEW, _SUPPRESSED = (1, "New"), (3, "Suppressed")
_RESULTS = {COMPLIANT: (1, "Pass"), NON_COMPLIANT: (3, "Fail")}
_NO_RESULT = (0, "Unknown")
# By position of `columns.SEVERITIES`, and of `deadlines.SEVERITIES`.
_LEVELS = ((5, "Critical"), (4, "High"), (3, "Medium"), (2, "Low"), (1, "Informational"), (0, "Unknown"))
_VENDOR_LEVELS = (*_LEVELS[:4], (0, "Unknown"))
_NODES = f"""
SELECT nodes.*, accepted.node_id IS NOT NULL AND status = '{NON_COMPLIANT}' AS is_accepted
FROM nodes LEFT JOIN ({ACCEPTED_NODES}) AS accepted USING (account_id, region, node_id)
ORDER BY {WORST_FIRST}
"""
_INSTANCES = f"SELECT * FROM instances WHERE {UNMANAGED} ORDER BY account_id, region, node_id"
_PATCHES = f"""
SELECT *, {RANK} AS rank FROM patches
WHERE cve_ids <> '{UNKNOWN}' OR platform_type = 'Windows'
ORDER BY account_id, region, node_id, patch_id, title, state
"""


@dataclass(frozen=True)
class Writer:
    """Writes the events of a report. `generated_at`: as `node.time_text` has it."""

    tables: DuckDBPyConnection
    generated_at: str
    partition: str
    exploitation: Exploitation
    _scores: dict[str, float] = field(default_factory=dict)

    def write(self, file: TextIO) -> None:
        """Raises UsageError when the file of scores cannot be read."""
        self._scores.update(scores_of(self.tables, self.exploitation))
        for node in documents(self.tables, _NODES):
            _line(file, self._node(node))
        for instance in documents(self.tables, _INSTANCES):
            _line(file, self._instance(instance))
        for patch in documents(self.tables, _PATCHES):
            _line(file, self._patch(patch))

    def _node(self, node: Mapping[str, Any]) -> dict[str, Any]:
        counts = {name.lower(): node[f"noncompliant_{name.lower()}"] for name in SEVERITIES}
        details = [f"{number} noncompliant patches of severity {name}" for name, number in counts.items() if number]
        if not node["operation_ended_at"]:
            details = ["The node was never scanned."]
        elif node["status"] not in _RESULTS:
            details.insert(0, f"Its last scan ended at {node['operation_ended_at']}, too long ago to count.")
        level = _LEVELS[SEVERITIES.index(node["severity"])] if node["severity"] else (1, "Informational")
        if node["status"] not in _RESULTS:
            level = _NO_RESULT
        return {
            **self._event(_COMPLIANCE_FINDING, node, level, _SUPPRESSED if node["is_accepted"] else _NEW),
            "finding_info": self._info(node, f"Patch compliance of {node['node_id']}", "compliance"),
            "compliance": self._compliance(_RESULTS.get(node["status"], _NO_RESULT), details),
            "resources": [_resource(node, self.partition)],
        }

    def _instance(self, instance: Mapping[str, Any]) -> dict[str, Any]:
        details = [" ".join(filter(None, ("Systems Manager does not manage it.", instance["evidence"])))]
        return {
            **self._event(_COMPLIANCE_FINDING, instance, _NO_RESULT, _NEW),
            "finding_info": self._info(instance, f"Patch compliance of {instance['node_id']}", "compliance"),
            "compliance": self._compliance(_NO_RESULT, details),
            "resources": [_resource({**instance, "computer_name": instance["name"]}, self.partition)],
        }

    def _patch(self, patch: Mapping[str, Any]) -> dict[str, Any]:
        name = patch["title"] or patch["patch_id"]
        title = f"{name} is {patch['state'].lower().replace('_', ' ')} on {patch['node_id']}"
        level = _VENDOR_LEVELS[patch["rank"]]
        info = self._info(patch, title, f"patch/{patch['patch_id']}/{patch['title']}")
        if patch["first_seen"]:
            info["first_seen_time"] = _milliseconds(f"{patch['first_seen']}T00:00:00Z")
        return {
            **self._event(_VULNERABILITY_FINDING, patch, level, _SUPPRESSED if patch["accepted_until"] else _NEW),
            "finding_info": info,
            "vulnerabilities": [self._vulnerability(patch, cve) for cve in _references(patch)],
            "resources": [_resource(patch, self.partition)],
        }

    def _vulnerability(self, patch: Mapping[str, Any], reference: str) -> dict[str, Any]:
        about: dict[str, Any] = {"title": patch["title"] or patch["patch_id"], "is_fix_available": True}
        if patch["vendor_severity"]:
            about["severity"] = patch["vendor_severity"]
        if patch["platform_type"] == "Windows":
            about["kb_article_list"] = [{"uid": patch["patch_id"], "title": about["title"]}]
        else:
            about["affected_packages"] = [{"name": patch["patch_id"], "version": "installed"}]
            about["affected_packages"][0]["fixed_in_version"] = patch["title"].removeprefix(f"{patch['patch_id']}:")
        if not reference.startswith("CVE-"):
            return {**about, "advisory": {"uid": reference}}
        cve: dict[str, Any] = {"uid": reference}
        if reference in self._scores:
            cve["epss"] = {"score": str(self._scores[reference])}
        if self.exploitation.known:
            about["is_exploit_available"] = reference in self.exploitation.known.due
        return {**about, "cve": cve}

    def _event(
        self, class_uid: int, about: Mapping[str, Any], level: tuple[int, str], status: tuple[int, str]
    ) -> dict[str, Any]:
        account: dict[str, Any] = {"uid": about["account_id"], "type_id": _AWS_ACCOUNT, "type": "AWS Account"}
        if about["account_name"]:
            account["name"] = about["account_name"]
        # The object of an organization requires its id, which is not read.
        account["labels"] = [f"organizational unit: {about['organizational_unit']}"]
        return {
            "activity_id": _CREATE,
            "activity_name": "Create",
            "category_uid": _FINDINGS,
            "category_name": "Findings",
            "class_uid": class_uid,
            "class_name": _CLASS_NAMES[class_uid],
            "type_uid": class_uid * 100 + _CREATE,
            "type_name": f"{_CLASS_NAMES[class_uid]}: Create",
            "time": _milliseconds(self.generated_at),
            "severity_id": level[0],
            "severity": level[1],
            "status_id": status[0],
            "status": status[1],
            "metadata": {"version": VERSION, "product": _PRODUCT, "profiles": ["cloud"]},
            "cloud": {
                "provider": "AWS",
                "region": about["region"],
                "account": account,
            },
        }

    def _info(self, about: Mapping[str, Any], title: str, what: str) -> dict[str, Any]:
        """The uid is the same at each run, so that a finding can be followed."""
        uid = "/".join((about["account_id"], about["region"], about["node_id"], what))
        return {"uid": uid, "title": title, "types": ["Software and Configuration Checks/Patch Management"]}

    def _compliance(self, result: tuple[int, str], details: list[str]) -> dict[str, Any]:
        found: dict[str, Any] = {
            "control": "AWS Systems Manager Patch Manager: patch baseline",
            "standards": ["Patch baseline"],
            "status_id": result[0],
            "status": result[1],
        }
        return {**found, "status_details": details} if details else found


def _references(patch: Mapping[str, Any]) -> list[str]:
    known = patch["cve_ids"] != UNKNOWN
    return patch["cve_ids"].split(",") if known else [patch["patch_id"]]


def _resource(about: Mapping[str, Any], partition: str) -> dict[str, Any]:
    node_id, region, account_id = about["node_id"], about["region"], about["account_id"]
    found = {
        "uid": node_arn(partition, account_id, region, node_id),
        "name": about["computer_name"] or node_id,
        "type": "AWS::EC2::Instance" if is_in_ec2(node_id) else "AWS::SSM::ManagedInstance",
        "region": region,
        "cloud_partition": partition,
    }
    return {**found, "owner": {"name": about["owner"]}} if about.get("owner") else found


def _milliseconds(text: str) -> int:
    return int(time_of(text).timestamp() * 1000)


def _line(file: TextIO, event: Mapping[str, Any]) -> None:
    file.write(f"{json.dumps(event, separators=(',', ':'))}\n")
