"""`report.py compliance --owners`, `--owner-tag`, `--account-owner-tag` and `--tags`: whose each of the 24 nodes is.

| owner | nodes | why |
|---|---|---|
| platform | 22, 24, and 23, which is not managed | the file names the account |
| windows | 5, 6, 18 | the file names the platform |
| shop | 1, 2 | tag Team |
| bank | 3, 16 | tag Team |
| none | 4, 7 to 13, 17, 19 to 21, and 14 and 15, which are not managed | |
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.faults import Fault
from unit.golden_fleet import ADMINISTRATOR, BILLING, number_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sandbox import Sandbox
    from unit.conftest import Outcome

    RunReport = Callable[..., Outcome]

ENTRIES = [{"owner": "platform", "accounts": [BILLING]}, {"owner": "windows", "platforms": ["Win*"]}]


@pytest.fixture
def owners(tmp_path: Path) -> tuple[str, ...]:
    file = tmp_path / "owners.json"
    file.write_text(json.dumps({"owners": ENTRIES}))
    return ("--owners", str(file), "--owner-tag", "Team")


def test_groups_by_owner(fleet_report: RunReport, owners: tuple[str, ...]) -> None:
    found = json.loads(fleet_report(*owners, "--by", "owner", "--coverage", "--format", "json").stdout)
    numbers = ("nodes", "compliant", "noncompliant", "not_reporting", "unmanaged")
    groups = {group["owner"]: tuple(group[name] for name in numbers) for group in found["groups"]}
    assert groups == {
        "": (12, 3, 5, 4, 2),
        "platform": (2, 1, 1, 0, 1),
        "windows": (3, 1, 2, 0, 0),
        "shop": (2, 0, 2, 0, 0),
        "bank": (2, 1, 1, 0, 0),
    }
    by_number = {number_of(node["node_id"]): node["owner"] for node in found["nodes"]}
    assert (by_number[24], by_number[18], by_number[1], by_number[16], by_number[4]) == (
        *("platform", "windows", "shop", "bank", ""),
    )
    text = fleet_report(*owners, "--by", "owner").stdout
    assert "\nunknown: 12 managed nodes: 3 compliant (25.0 %), 5 noncompliant, 4 not reporting" in text


def test_only_nodes_of_an_owner_and_their_patches(
    aws: Sandbox, fleet_report: RunReport, owners: tuple[str, ...]
) -> None:
    outcome = fleet_report(*owners, "--owner", "shop,ba*", "--patches", "all", "--by", "node", "--format", "csv")
    rows = Counter((row["owner"], number_of(row["node_id"])) for row in csv.DictReader(outcome.stdout.splitlines()))
    assert rows == {("shop", 1): 3, ("shop", 2): 4, ("bank", 3): 1}
    assert "nodes of owner shop or ba*." in outcome.stderr
    assert "Reading the patches of 3 nodes: 3 calls" in outcome.stderr
    calls = Counter(call.operation for call in aws.calls if call.account_id == ADMINISTRATOR)
    # A hybrid node's tags are a call of their own; nothing is diagnosed.
    assert (calls["ListTagsForResource"], calls["DescribeInstances"], calls["DescribeRouteTables"]) == (1, 2, 0)


def test_the_owner_of_the_account(aws: Sandbox, fleet_report: RunReport, owners: tuple[str, ...]) -> None:
    """Of nodes without an entry and without the tag; no account is asked of in which every node has an owner."""
    organizations = aws.client("organizations")
    for account_id, value in ((ADMINISTRATOR, "operations"), (BILLING, "finance")):
        organizations.tag_resource(ResourceId=account_id, Tags=[{"Key": "Owner", "Value": value}])
    found = json.loads(fleet_report(*owners, "--account-owner-tag", "Owner", "--format", "json").stdout)
    nodes = {number_of(node["node_id"]): (node["account_id"], node["owner"]) for node in found["nodes"]}
    assert {nodes[number][1] for number in (1, 16, 18, 22, 24)} == {"shop", "bank", "windows", "platform"}
    others = {nodes[number] for number in (4, *range(7, 14), 17, *range(19, 22)) if number in nodes}
    expected = {ADMINISTRATOR: "operations"}
    assert others == {(account_id, expected.get(account_id, "")) for account_id, _ in others}
    asked = [call for call in aws.calls if (call.service, call.operation) == ("organizations", "ListTagsForResource")]
    assert len(asked) == len(others)

    only = fleet_report("--account-owner-tag", "Owner", "--owner", "fin*", "--by", "node", "--format", "json").stdout
    assert {number_of(node["node_id"]) for node in json.loads(only)["nodes"]} == {22, 24}


def test_an_account_whose_tag_cannot_be_read_has_no_owner_and_the_report_says_so(
    aws: Sandbox, fleet_report: RunReport
) -> None:
    organizations = aws.client("organizations")
    organizations.tag_resource(ResourceId=BILLING, Tags=[{"Key": "Owner", "Value": "finance"}])
    whole = fleet_report("--account-owner-tag", "Owner", "--format", "json")
    aws.faults.inject(Fault("organizations", "ListTagsForResource", "access_denied"))
    outcome = fleet_report("--account-owner-tag", "Owner", "--format", "json")
    found, complete = json.loads(outcome.stdout), json.loads(whole.stdout)
    assert outcome.status == 3
    # One call was denied: the others have their owners, and nothing else is missing.
    (problem,) = [problem for problem in found["problems"] if problem not in complete["problems"]]
    assert problem["code"] == "OWNER_NOT_READ"
    assert "The tag Owner of this account could not be read" in problem["message"]
    assert "AccessDenied" in problem["message"]
    owned = {
        node["node_id"]: "" if node["account_id"] == problem["subject"] else node["owner"] for node in complete["nodes"]
    }
    assert {node["node_id"]: node["owner"] for node in found["nodes"]} == owned
    assert "The owner that the tag of an account names is not known of 1 account." in found["summary"]
    assert f"  {problem['subject']}: {problem['message']}" in found["summary"]


def test_only_nodes_with_a_tag(fleet_report: RunReport) -> None:
    nodes = csv.DictReader(fleet_report("--tags", "Stage=te*", "--format", "csv").stdout.splitlines())
    assert [number_of(row["node_id"]) for row in nodes] == [3]


def test_an_exception_for_nodes_with_a_tag(fleet_report: RunReport, tmp_path: Path) -> None:
    file = tmp_path / "exceptions.json"
    signed = {"owner": "bank", "reason": "only a test", "expires": "2026-12-31"}
    # Both curl and kernel are on other nodes too.
    file.write_text(json.dumps({"exceptions": [{"patches": ["*"], "tags": ["Stage=te*", "Stage=lab"], **signed}]}))
    found = json.loads(fleet_report("--patches", "all", "--exceptions", str(file), "--format", "json").stdout)
    assert [number_of(one["node_id"]) for one in found["patches"] if one["accepted_until"]] == [3]
    assert (found["totals"]["accepted_patches"], found["totals"]["accepted_nodes"]) == (1, 1)
    assert found["totals"]["noncompliant"] == 11


@pytest.mark.parametrize(
    ("entry", "rule"),
    [
        ("platform", "entry 1: it must be an object, with owner and what it owns."),
        ({"owner": ""}, 'entry 1: owner is "", but must be a text that is not empty.'),
        (
            {"owner": "a", "account": ["1"]},
            "entry 1: account is unknown: use owner, accounts, organizational_units, re",
        ),
        ({"owner": "a", "accounts": "1"}, 'entry 1: accounts is "1", but must be a list of texts: "accounts": ["…"].'),
        (
            {"owner": "a", "tags": ["T*=1"]},
            'entry 1: tags has "T*=1", but must have tags as KEY=VALUE, with globs in',
        ),
    ],
)
def test_a_file_with_a_mistake_is_refused(fleet_report: RunReport, tmp_path: Path, entry: Any, rule: str) -> None:
    file = tmp_path / "owners.json"
    file.write_text(json.dumps({"owners": [entry]}))
    outcome = fleet_report("--owners", str(file))
    assert (outcome.status, outcome.stdout) == (2, "")
    assert f"{file}, {rule}" in outcome.stderr


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            ["--by", "owner"],
            "--by owner needs --owners, --owner-tag or --account-owner-tag, which say whose a node is.",
        ),
        (
            ["--owner", "shop"],
            "--owner needs --owners or --owner-tag or --account-owner-tag, which says whose a node is.",
        ),
        (["--tags", "Stage"], 'tags is "Stage", but must be tags as KEY=VALUE, such as "Stage=test*".'),
        (
            ["--owner-tag", "Team", "--source", "athena", "--workgroup", "w", "--database", "d", "--stack-set", "s"],
            "The tags Team are for --source api or s3, and this is --source athena.",
        ),
    ],
)
def test_what_cannot_be_asked_is_refused(fleet_report: RunReport, arguments: list[str], expected: str) -> None:
    outcome = fleet_report(*arguments)
    assert (outcome.status, outcome.stdout) == (2, "")
    assert f"report.py compliance: {expected}" in outcome.stderr
