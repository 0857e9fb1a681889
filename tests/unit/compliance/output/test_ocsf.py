"""`report.py compliance --format ocsf`: events that OCSF's own schema accepts."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from unit.golden_fleet import number_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from unit.conftest import Outcome

    RunReport = Callable[..., Outcome]

COMPLIANCE, VULNERABILITY = 2003, 2002
_SCHEMAS = Path(__file__).parent / "ocsf"
VALIDATORS = {
    uid: Draft202012Validator(json.loads((_SCHEMAS / f"{name}.json").read_text()))
    for uid, name in ((COMPLIANCE, "compliance_finding"), (VULNERABILITY, "vulnerability_finding"))
}


@pytest.fixture
def events(fleet_report: RunReport, tmp_path: Path) -> list[dict[str, Any]]:
    kev, epss, exceptions = tmp_path / "kev.json", tmp_path / "epss.csv", tmp_path / "exceptions.json"
    kev.write_text(json.dumps({"vulnerabilities": [{"cveID": "CVE-2026-10476", "dueDate": "2026-01-04"}]}))
    epss.write_text("cve,epss,percentile\nCVE-2026-20476,0.31,0.9\n")
    signed = {"owner": "bank", "reason": "only a test", "expires": "2026-12-31"}
    exceptions.write_text(json.dumps({"exceptions": [{"patches": ["*"], "tags": ["Stage=test"], **signed}]}))
    files = ("--kev", str(kev), "--epss", str(epss), "--exceptions", str(exceptions), "--owner-tag", "Team")
    outcome = fleet_report("--patches", "all", "--coverage", "--format", "ocsf", *files)
    assert "Coverage: 17 of 24 nodes" in outcome.stderr
    return [json.loads(line) for line in outcome.stdout.splitlines()]


def test_the_published_schema_accepts_every_event(events: list[dict[str, Any]]) -> None:
    for event in events:
        errors = [error.message for error in VALIDATORS[event["class_uid"]].iter_errors(event)]
        assert errors == []
        assert event["type_uid"] == event["class_uid"] * 100 + event["activity_id"]
        # Its constraint, which JSON Schema does not have: "exactly one of advisory, cve, cwe".
        for vulnerability in event.get("vulnerabilities", ()):
            assert len({"advisory", "cve", "cwe"} & vulnerability.keys()) == 1
    with pytest.raises(AssertionError, match="nodes"):
        assert not [error.message for error in VALIDATORS[COMPLIANCE].iter_errors({**events[0], "nodes": 3})]


def test_an_event_for_each_of_24_nodes_and_for_each_patch_that_names_what_it_closes(
    events: list[dict[str, Any]],
) -> None:
    nodes = [event for event in events if event["class_uid"] == COMPLIANCE]
    patches = [event for event in events if event["class_uid"] == VULNERABILITY]
    assert Counter(event["compliance"]["status"] for event in nodes) == {"Fail": 11, "Pass": 6, "Unknown": 7}
    # 13 of RPM with CVEs (but what waits or is rejected), and of Windows 3; of Ubuntu's 2 nothing is known.
    assert Counter(bool(event["vulnerabilities"][0].get("cve")) for event in patches) == {True: 13, False: 3}
    assert len({event["finding_info"]["uid"] for event in events}) == len(events) == 40
    assert {event["time"] for event in events} == {1767603600000}

    by_node = {number_of(event["resources"][0]["uid"].replace("/", "-")): event for event in nodes}
    assert by_node[1]["severity"] == "Critical"
    assert by_node[1]["resources"][0]["owner"] == {"name": "shop"}
    assert by_node[1]["compliance"]["status_details"] == [
        "1 noncompliant patches of severity critical",
        "2 noncompliant patches of severity high",
    ]
    assert by_node[3]["status"] == "Suppressed"
    assert by_node[16]["resources"][0]["uid"] == (
        "arn:aws:ssm:us-east-1:222222222222:managed-instance/mi-00000000000000010"
    )
    assert by_node[15]["compliance"]["status_details"][0].startswith("Systems Manager does not manage it. No instance")
    assert by_node[10]["compliance"]["status_details"] == ["The node was never scanned."]

    (kernel,) = (
        event
        for event in patches
        if event["finding_info"]["uid"].startswith("111111111111/us-east-1/i-00000000000000001/patch/kernel.")
    )
    assert [
        (item["cve"]["uid"], item["is_exploit_available"], item["cve"].get("epss"))
        for item in kernel["vulnerabilities"]
    ] == [("CVE-2026-10476", True, None), ("CVE-2026-20476", False, {"score": "0.31"})]
    windows = [event for event in patches if "advisory" in event["vulnerabilities"][0]]
    assert {event["vulnerabilities"][0]["advisory"]["uid"][:2] for event in windows} == {"KB"}
