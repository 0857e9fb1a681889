"""`report.py compliance --exceptions`: what is accepted counts apart, and a file with a mistake is refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.services.ssm.patches import Patches
from unit.golden_fleet import HIGH, NONCOMPLIANT, number_of, rescan
from unit.golden_organization import ADMINISTRATOR, MANAGEMENT, VIRGINIA, node_id

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from unit.conftest import Outcome

    RunReport = Callable[..., Outcome]

SIGNED = {"owner": "platform", "reason": "replaced in March", "expires": "2026-12-31"}


def write(tmp_path: Path, *entries: Any) -> str:
    file = tmp_path / "exceptions.json"
    file.write_text(json.dumps({"exceptions": entries}))
    return str(file)


def test_what_is_accepted_counts_apart_and_never_as_compliant(golden_report: RunReport, tmp_path: Path) -> None:
    # python3 waits on node 2 alone. curl is missing on node 1 and failed on node 3, the only patch of that: of the
    # organization's curl only that of node 3 is accepted. kernel has two CVEs, of which one is not enough.
    cves = ["CVE-2026-10000"]
    file = write(
        tmp_path,
        {"patches": ["python3.*"], **SIGNED},
        {"patches": ["curl.x86_64"], "accounts": [ADMINISTRATOR], "nodes": [f"{node_id(3)[:-3]}*"], **SIGNED},
        {"cves": cves, **SIGNED},
        # Over since the day before.
        {"patches": ["*"], **SIGNED, "expires": "2026-01-04"},
    )
    without = json.loads(golden_report("--patches", "all", "--format", "json").stdout)
    outcome = golden_report("--patches", "all", "--exceptions", file, "--format", "json")
    found = json.loads(outcome.stdout)
    assert (found["totals"]["accepted_patches"], found["totals"]["accepted_nodes"]) == (2, 1)
    for name in ("nodes", "compliant", "noncompliant", "compliant_percent", "patches"):
        assert found["totals"][name] == without["totals"][name]
    accepted = {patch["node_id"]: patch for patch in found["patches"] if patch["accepted_until"]}
    assert {name: patch["patch_id"] for name, patch in accepted.items()} == {
        node_id(2): "python3.x86_64",
        node_id(3): "curl.x86_64",
    }
    assert accepted[node_id(3)]["accepted_by"] == "platform"
    assert [(one["accepts"], one["expired"]) for one in found["exceptions"]] == [
        ("python3.*", False),
        ("curl.x86_64", False),
        (cves[0], False),
        ("*", True),
    ]
    text = golden_report("--patches", "all", "--exceptions", file).stdout
    assert "Exception 4 (*; platform) expired on 2026-01-04 and counts as none: renew it, or delete it.\n" in text
    assert "not counted as compliant: 2 of these patches; of 1 noncompliant node every one.\n" in text
    assert "2 nodes in 2 accounts, accepted on 1\n" in text


def test_a_patch_is_accepted_by_its_cves_when_all_of_them_are(golden_report: RunReport, tmp_path: Path) -> None:
    patches = json.loads(golden_report("--patches", "missing", "--format", "json").stdout)["patches"]
    kernel = next(patch["cve_ids"].split(",") for patch in patches if patch["patch_id"] == "kernel.x86_64")
    assert len(kernel) == 2
    for cves, expected in ((kernel[:1], 0), (kernel, 2)):
        file = write(tmp_path, {"cves": cves, "platforms": ["Linux"], "regions": [VIRGINIA[:3] + "*"], **SIGNED})
        outcome = golden_report("--patches", "missing", "--exceptions", file, "--format", "json")
        assert json.loads(outcome.stdout)["totals"]["accepted_patches"] == expected


def test_a_compliant_node_is_not_accepted(fleet_report: RunReport, tmp_path: Path) -> None:
    # A security update that the baseline does not ask for, yet: no noncompliant patch, and one that is accepted.
    rescan(7, Patches(installed=3, available_security_updates=HIGH))
    file = write(tmp_path, {"patches": ["*"], **SIGNED})
    found = json.loads(fleet_report("--patches", "all", "--exceptions", file, "--format", "json").stdout)
    statuses = {number_of(node["node_id"]): node["status"] for node in found["nodes"]}
    assert statuses[7] == "COMPLIANT"
    assert any(number_of(patch["node_id"]) == 7 and patch["accepted_until"] for patch in found["patches"])
    # And node 13, whose last scan was too long ago.
    assert found["totals"]["accepted_nodes"] == NONCOMPLIANT + 1


def test_of_a_node_that_does_not_report_nothing_is_accepted_for_good(fleet_report: RunReport, tmp_path: Path) -> None:
    """Node 13 was scanned too long ago: which patches it lacks since then nobody knows."""
    options = ("--patches", "all", "--exceptions", write(tmp_path, {"patches": ["*"], **SIGNED}))
    junit = fleet_report(*options, "--format", "junit").stdout
    assert "not reporting: last scanned" in junit.partition(node_id(13))[2].partition("</testcase>")[0]
    lines = fleet_report(*options, "--format", "ocsf").stdout.splitlines()
    events = [event for event in map(json.loads, lines) if event["class_name"] == "Compliance Finding"]
    statuses = {event["compliance"]["status"]: event["status"] for event in events}
    assert statuses == {"Pass": "New", "Fail": "Suppressed", "Unknown": "New"}


def test_a_node_of_which_everything_is_accepted_does_not_fail_a_pipeline(
    golden_report: RunReport, tmp_path: Path
) -> None:
    only = ("--accounts", ADMINISTRATOR, "--platform", "Linux", "--fail-on", "HIGH", "--patches", "all")
    assert golden_report(*only).status == 2
    everywhere = write(tmp_path, {"patches": ["curl*"], "organizational_units": ["Root*"], **SIGNED})
    outcome = golden_report(*only, "--exceptions", everywhere)
    assert outcome.status == 0
    assert "1 managed node: 0 compliant (0.0 %), 1 noncompliant." in outcome.stdout
    elsewhere = write(tmp_path, {"patches": ["curl*"], "accounts": [MANAGEMENT], **SIGNED})
    assert golden_report(*only, "--exceptions", elsewhere).status == 2


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ([], "entry 1: it must be an object, with patches or cves, expires, owner and reason."),
        (
            {**SIGNED},
            'entry 1: it accepts everything: name patches or cves, for example "patches": ["kernel.x86_64*"].',
        ),
        ({"patches": ["*"], **SIGNED, "until": "2027"}, "entry 1: until is unknown: use patches, cves, accounts, "),
        (
            {"patches": "kernel", **SIGNED},
            'entry 1: patches is "kernel", but must be a list of texts: "patches": ["…"].',
        ),
        (
            {"cves": ["CVE-2026-*"], **SIGNED},
            'entry 1: cves has "CVE-2026-*", but must have ids such as CVE-2026-12345',
        ),
        (
            {"patches": ["*"], **SIGNED, "expires": "2026-02-30"},
            'entry 1: expires is "2026-02-30", but must be a day that',
        ),
        (
            {"patches": ["*"], **SIGNED, "expires": "20261231"},
            'entry 1: expires is "20261231", but must be a day that ex',
        ),
        (
            {"patches": ["*"], "owner": "a", "reason": "b"},
            "entry 1: expires is null, but must be a date, so that nothing",
        ),
        ({"patches": ["*"], **SIGNED, "owner": " "}, 'entry 1: owner is " ", but must be a text that is not empty.'),
    ],
)
def test_a_mistake_is_named_before_anything_is_read(
    golden_report: RunReport, tmp_path: Path, entry: Any, expected: str
) -> None:
    file = write(tmp_path, entry)
    outcome = golden_report("--patches", "all", "--exceptions", file)
    assert (outcome.status, outcome.stdout) == (2, "")
    assert f"{file}, {expected}" in outcome.stderr


def test_a_file_that_is_no_such_list_is_refused(golden_report: RunReport, tmp_path: Path) -> None:
    file = tmp_path / "other.json"
    assert "--exceptions needs --patches, " in golden_report("--exceptions", str(file)).stderr
    arguments = ("--patches", "all", "--exceptions", str(file))
    assert "but cannot be read: No such file or directory." in golden_report(*arguments).stderr
    file.write_text("{")
    assert "but cannot be read: it is no JSON: " in golden_report(*arguments).stderr
    file.write_text("[]")
    assert 'must be an object with a list "exceptions": {"exceptions": [{…}]}.' in golden_report(*arguments).stderr
