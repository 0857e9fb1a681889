"""`report.py session-preferences`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sandbox import Fault

if TYPE_CHECKING:
    from sandbox import Sandbox
    from unit.conftest import Run

MANAGEMENT, MEMBER = "111111111111", "333333333333"
ROLE = "OrganizationAccountAccessRole"
DOCUMENT = "SSM-SessionManagerRunShell"


def save(aws: Sandbox, account_id: str, region: str, name: str = "", **inputs: Any) -> None:
    """As a new version, if there is a document."""
    ssm = aws.client("ssm", account_id, region)
    content = json.dumps({"schemaVersion": "1.0", "sessionType": "Standard_Stream", "inputs": inputs})
    options = {"Name": DOCUMENT, "Content": content, **({"VersionName": name} if name else {})}
    if ssm.list_documents()["DocumentIdentifiers"]:
        ssm.update_document(DocumentVersion="$LATEST", **options)
    else:
        ssm.create_document(DocumentType="Session", **options)


def test_preferences_of_every_account(aws: Sandbox, run: Run) -> None:
    save(aws, MEMBER, "us-east-1", "session-manager-preferences-ab12cd34", s3BucketName="logs", s3KeyPrefix="a/b")
    save(aws, MANAGEMENT, "us-east-1", cloudWatchLogGroupName="/sessions", idleSessionTimeout="60")
    save(aws, MANAGEMENT, "us-east-1", idleSessionTimeout="30")
    outcome = run("report", "session-preferences", "--member-role-name", ROLE)
    assert outcome.status == 0
    lines = dict(line.split(": ", 1) for line in outcome.stdout.splitlines())
    assert lines[f"{MANAGEMENT} us-east-1"] == (
        "no version name; logs: /sessions; idle timeout: 60 minutes; default version 1, but latest version 2"
    )
    assert lines[f"{MEMBER} us-east-1"] == (
        "session-manager-preferences-ab12cd34; logs: s3://logs/a/b; idle timeout: 20 minutes"
    )
    assert lines["222222222222 us-east-1"] == "no preferences: no logs, and AWS's timeout"
    assert "3 Regions of accounts, 1 without preferences." in outcome.stderr


def test_without_a_role_the_account_itself_in_several_regions(aws: Sandbox, run: Run) -> None:
    save(aws, MANAGEMENT, "eu-west-1", idleSessionTimeout="5", kmsKeyId="")
    regions = "us-east-1,eu-west-1"
    document = json.loads(run("report", "session-preferences", "--regions", regions, "--json").stdout)
    assert [(item["region"], item["default_version"], item["inputs"]) for item in document["preferences"]] == [
        ("eu-west-1", "1", {"idleSessionTimeout": "5"}),
        ("us-east-1", "", {}),
    ]
    assert document["unreadable"] == []


def test_inputs_of_any_kind_in_one_account(aws: Sandbox, run: Run) -> None:
    save(aws, MEMBER, "us-east-1", s3BucketName=5, s3KeyPrefix=["a"], cloudWatchLogGroupName={"a": 1})
    outcome = run("report", "session-preferences", "--member-role-name", ROLE)
    assert outcome.status == 0, outcome.stderr
    assert f"{MEMBER} us-east-1: no version name; logs: s3://5/['a'], {{'a': 1}}; idle" in outcome.stdout
    assert "3 Regions of accounts, 2 without preferences." in outcome.stderr


def test_what_cannot_be_read_is_no_success(aws: Sandbox, run: Run) -> None:
    aws.faults.inject(Fault("ssm", "ListDocumentVersions", "access_denied", times=1000))
    outcome = run("report", "session-preferences")
    assert outcome.status == 3
    assert "Not read:" in outcome.stderr
    assert run("report", "session-preferences", "--member-role-name", "Nobodys").status == 3
