"""Reports: SARIF for code scanning, JUnit for CI.

Checkov's own reports of a plan have the path of a temporary file, and lack the skips of the code.
https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from tools.scan.checkov import Result
    from tools.scan.skips import Skip

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
# Severities on GitHub: https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
_SCORES = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "2.0"}


def write_sarif(file: Path, results: Iterable[Result], skips: Iterable[Skip], repository: Path) -> None:
    """Write failed results, and skipped ones as suppressed with their reason. Paths are relative to the repository."""
    reasons = {(skip.check_id, skip.block): skip.reason for skip in skips}
    reported = {
        (result.check_id, result.file, result.first_line, result.block): result
        for result in results
        if result.status != "passed"
    }
    rules = {result.check_id: _rule(result) for result in reported.values()}
    run = {
        "tool": {
            "driver": {"name": "Checkov", "informationUri": "https://www.checkov.io", "rules": list(rules.values())}
        },
        "results": [_finding(result, reasons, repository) for result in reported.values()],
    }
    file.write_text(json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n")


def _rule(result: Result) -> dict[str, Any]:
    return {
        "id": result.check_id,
        "shortDescription": {"text": result.check_name},
        "help": {"text": result.guideline or result.check_name},
        "properties": {"security-severity": _SCORES.get(result.severity, "5.5")},
    }


def _finding(result: Result, reasons: Mapping[tuple[str, str], str], repository: Path) -> dict[str, Any]:
    place = {
        "artifactLocation": {"uri": result.file.relative_to(repository).as_posix()},
        "region": {"startLine": max(result.first_line, 1), "endLine": max(result.last_line, 1)},
    }
    finding: dict[str, Any] = {
        "ruleId": result.check_id,
        "level": "error",
        "message": {"text": f"{result.check_name}: {result.resource}"},
        "locations": [{"physicalLocation": place}],
    }
    if result.status == "skipped":
        reason = reasons.get((result.check_id, result.block), "")
        finding["suppressions"] = [{"kind": "inSource", "justification": reason}]
    return finding


def write_junit(file: Path, suites: Mapping[str, Iterable[Result]], problems: Sequence[str]) -> None:
    """Write a test case for each check of each resource, and one for each problem of the scan."""
    root = ET.Element("testsuites", name="scan")
    for name, results in suites.items():
        suite = ET.SubElement(root, "testsuite", name=name)
        for result in results:
            case = ET.SubElement(suite, "testcase", classname=result.resource, name=result.check_id)
            if result.status == "failed":
                ET.SubElement(case, "failure", message=result.check_name).text = result.guideline
            elif result.status == "skipped":
                ET.SubElement(case, "skipped", message=result.check_name)
        _count(suite)
    suite = ET.SubElement(root, "testsuite", name="scan")
    for problem in problems:
        case = ET.SubElement(suite, "testcase", classname="scan", name=problem)
        ET.SubElement(case, "failure", message=problem)
    _count(suite)
    ET.indent(root)
    ET.ElementTree(root).write(file, encoding="utf-8", xml_declaration=True)


def _count(suite: ET.Element) -> None:
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(len(suite.findall("testcase/failure"))))
    suite.set("skipped", str(len(suite.findall("testcase/skipped"))))
