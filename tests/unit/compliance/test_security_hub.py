"""`report.py compliance --to-security-hub`: findings of the 11 noncompliant of the 24 nodes, over several runs."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.faults import Fault
from sandbox.services.securityhub.models import securityhub_backend_of
from sandbox.services.ssm.patches import NO_PATCHES, Patches
from systems_manager_organization.aws.account_sessions import AccountSession
from systems_manager_organization.compliance.security_hub.delivery import batches
from systems_manager_organization.compliance.security_hub.findings import GENERATOR, archived, resent
from unit.conftest import TerminalText
from unit.golden_fleet import (
    ADMINISTRATOR,
    BILLING,
    HIGH,
    MANAGEMENT,
    SEARCH,
    TOKYO,
    VIRGINIA,
    node_id,
    number_of,
    rescan,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox import Sandbox
    from unit.conftest import Outcome

    RunReport = Callable[..., Outcome]

DAY = 24 * 60 * 60
NONCOMPLIANT = {1, 2, 3, 4, 5, 8, 9, 17, 18, 21, 24}
SEND = ("--to-security-hub", "--yes")


@pytest.fixture
def hub(fleet_report: RunReport) -> RunReport:
    """The report, where Security Hub is enabled in every account and Region."""
    for account_id in (MANAGEMENT, ADMINISTRATOR, BILLING, SEARCH):
        for region in (VIRGINIA, TOKYO):
            securityhub_backend_of(account_id, region).enable_security_hub()
    return fleet_report


def stored(account_id: str, region: str = VIRGINIA) -> dict[int, dict[str, Any]]:
    """What Security Hub has of this program, by node."""
    found = (one.data for one in securityhub_backend_of(account_id, region).findings)
    return {number_of(one["Id"].replace("/", "-")): one for one in found if one["GeneratorId"] == GENERATOR}


def everywhere() -> dict[int, dict[str, Any]]:
    read = ((MANAGEMENT, VIRGINIA), (ADMINISTRATOR, VIRGINIA), (ADMINISTRATOR, TOKYO), (BILLING, VIRGINIA))
    return {number: finding for account_region in read for number, finding in stored(*account_region).items()}


def imports(aws: Sandbox) -> Counter[str]:
    return Counter(call.account_id for call in aws.calls if call.operation == "BatchImportFindings")


def test_nothing_is_sent_before_it_is_confirmed(aws: Sandbox, hub: RunReport) -> None:
    outcome = hub("--to-security-hub", stdin=TerminalText("n\n"))
    assert (
        "Security Hub: 11 new findings, 0 updated, 0 archived, 0 unchanged; to send in 4 accounts and Regions: 11.\n"
    ) in outcome.stderr
    assert "Nothing was sent." in outcome.stderr
    assert imports(aws) == {}
    assert everywhere() == {}


def test_a_question_that_nobody_can_answer_is_refused_before_anything_is_read(aws: Sandbox, hub: RunReport) -> None:
    outcome = hub("--to-security-hub")
    assert (outcome.status, outcome.stdout) == (2, "")
    assert outcome.stderr == (
        "report.py compliance: --to-security-hub asks before it sends, and standard input is not a terminal: use "
        "--yes.\n"
    )
    assert aws.calls == []


def test_each_account_and_region_gets_the_findings_of_its_nodes(aws: Sandbox, hub: RunReport) -> None:
    outcome = hub(*SEND, "--patches", "all")
    assert "Security Hub has accepted 11 findings of 11.\n" in outcome.stderr
    assert outcome.status == 0
    assert imports(aws) == {MANAGEMENT: 1, ADMINISTRATOR: 2, BILLING: 1}
    found = everywhere()
    assert found.keys() == NONCOMPLIANT
    assert set(stored(ADMINISTRATOR, TOKYO)) == {21}
    one = found[1]
    assert one["Id"] == f"{GENERATOR}/{MANAGEMENT}/{VIRGINIA}/{node_id(1)}"
    assert one["ProductArn"] == f"arn:aws:securityhub:{VIRGINIA}:{MANAGEMENT}:product/{MANAGEMENT}/default"
    assert one["FindingProviderFields"]["Severity"] == {"Label": "CRITICAL", "Original": "CRITICAL"}
    assert one["Description"] == "Noncompliant patches: 1 critical, 2 high. Last scanned at 2026-01-05T08:00:00Z."
    assert one["Resources"][0]["Id"] == f"arn:aws:ec2:{VIRGINIA}:{MANAGEMENT}:instance/{node_id(1)}"
    assert len(one["Vulnerabilities"]) == 6
    # AWS's number of missing patches has those that failed here, and not in Systems Manager.
    summary = found[3]["PatchSummary"]
    assert (summary["MissingCount"], summary["FailedCount"], summary["Operation"]) == (1, 1, "SCAN")
    # A patch of level LOW, and one that only waits.
    assert [found[number]["FindingProviderFields"]["Severity"]["Label"] for number in (8, 9)] == ["LOW", "MEDIUM"]


def test_the_second_run_sends_nothing_and_a_patch_that_is_installed_archives(aws: Sandbox, hub: RunReport) -> None:
    hub(*SEND)
    before = len([call for call in aws.calls if call.operation == "BatchImportFindings"])
    aws.clock.advance(DAY)
    outcome = hub(*SEND)
    assert "0 new findings, 0 updated, 0 archived, 11 unchanged; to send in 0 accounts and Re" in outcome.stderr
    assert len([call for call in aws.calls if call.operation == "BatchImportFindings"]) == before
    created = everywhere()[17]["CreatedAt"]
    rescan(17, NO_PATCHES)
    rescan(18, Patches(missing=HIGH))
    outcome = hub(*SEND)
    assert "0 new findings, 1 updated, 1 archived, 9 unchanged; to send in 1 account and Region: 2." in outcome.stderr
    found = stored(ADMINISTRATOR)
    assert (found[17]["RecordState"], found[17]["Compliance"]["Status"]) == ("ARCHIVED", "PASSED")
    assert found[17]["CreatedAt"] == created < found[17]["UpdatedAt"]
    assert (found[18]["RecordState"], found[18]["FindingProviderFields"]["Severity"]["Label"]) == ("ACTIVE", "HIGH")
    # Archived once, and not again; and active again when the patch is missing again.
    assert "0 archived" in hub(*SEND).stderr
    rescan(17, Patches(missing=HIGH))
    assert "0 new findings, 1 updated, 0 archived" in hub(*SEND).stderr
    assert stored(ADMINISTRATOR)[17]["RecordState"] == "ACTIVE"


def test_what_stays_true_is_sent_again_before_it_expires(aws: Sandbox, hub: RunReport) -> None:
    hub(*SEND)
    aws.clock.advance(61 * DAY)
    # Nobody has scanned: no node reports, so that nobody knows whether something is fixed.
    outcome = hub(*SEND)
    assert "0 new findings, 11 updated, 0 archived, 0 unchanged" in outcome.stderr
    aws.clock.advance(61 * DAY)
    assert {finding["RecordState"] for finding in everywhere().values()} == {"ACTIVE"}
    assert "11 updated" in hub(*SEND).stderr


def test_what_a_person_decided_stays_and_findings_of_others_are_untouched(aws: Sandbox, hub: RunReport) -> None:
    hub(*SEND)
    backend = securityhub_backend_of(MANAGEMENT, VIRGINIA)
    stored(MANAGEMENT)[1]["Workflow"] = {"Status": "SUPPRESSED"}
    foreign = {**stored(MANAGEMENT)[1], "Id": "other/i-1", "GeneratorId": "other"}
    client = aws.client("securityhub", MANAGEMENT, VIRGINIA)
    del foreign["Workflow"]
    client.batch_import_findings(Findings=[foreign])
    (before,) = (dict(one.data) for one in backend.findings if one.id == "other/i-1")
    rescan(1, Patches(missing=HIGH))
    aws.clock.advance(DAY)
    hub(*SEND)
    assert stored(MANAGEMENT)[1]["Workflow"] == {"Status": "SUPPRESSED"}
    assert stored(MANAGEMENT)[1]["FindingProviderFields"]["Severity"]["Label"] == "HIGH"
    assert [one.data for one in backend.findings if one.id == "other/i-1"] == [before]


def test_nothing_that_a_person_decided_or_aws_keeps_is_sent_again(
    hub: RunReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub(*SEND)
    note = {"Text": "Known.", "UpdatedBy": "somebody", "UpdatedAt": "2026-01-05T09:00:00Z"}
    stored(ADMINISTRATOR)[17] |= {"Severity": {"Label": "LOW"}, "Workflow": {"Status": "NOTIFIED"}, "Note": note}
    sent: list[dict[str, Any]] = []
    call = AccountSession.call

    def spy(self: AccountSession, *arguments: Any, **parameters: Any) -> Any:
        sent.extend(parameters.get("Findings", ()))
        return call(self, *arguments, **parameters)

    monkeypatch.setattr(AccountSession, "call", spy)
    rescan(17, NO_PATCHES)
    hub(*SEND)
    (archived,) = sent
    assert archived["RecordState"] == "ARCHIVED"
    assert archived.keys().isdisjoint({"Severity", "Workflow", "Note"})


def test_a_refused_finding_is_said_and_is_no_success(hub: RunReport) -> None:
    refused = f"{GENERATOR}/{MANAGEMENT}/{VIRGINIA}/{node_id(2)}"
    securityhub_backend_of(MANAGEMENT, VIRGINIA).refused[refused] = "The finding is too large."
    outcome = hub(*SEND)
    assert outcome.status == 3
    assert "Security Hub has accepted 10 findings of 11.\n" in outcome.stderr
    assert (
        f"FINDING_REFUSED, 1 times:\n  {MANAGEMENT} {VIRGINIA}: {refused}: InvalidInput: The finding is too large.\n"
    ) in outcome.stdout
    assert stored(MANAGEMENT).keys() == {1, 3, 4, 5, 8, 9}


def test_a_throttled_batch_is_sent_again(aws: Sandbox, hub: RunReport) -> None:
    aws.faults.inject(Fault("securityhub", "BatchImportFindings", "throttle", times=2, account_id=BILLING))
    outcome = hub(*SEND)
    assert outcome.status == 0
    assert imports(aws)[BILLING] == 3
    assert everywhere().keys() == NONCOMPLIANT


def test_where_security_hub_is_off_it_is_said_and_the_rest_is_sent(hub: RunReport) -> None:
    securityhub_backend_of(ADMINISTRATOR, TOKYO).disable_security_hub()
    outcome = hub(*SEND)
    assert outcome.status == 3
    assert "Security Hub has accepted 10 findings of 10.\n" in outcome.stderr
    assert f"SECURITY_HUB_NOT_ENABLED, 1 times:\n  {ADMINISTRATOR} {TOKYO}: securityhub:GetFindings" in outcome.stdout


@pytest.mark.parametrize("again", [archived, resent])
def test_what_aws_has_added_is_not_sent_back(again: Callable[..., dict[str, Any]]) -> None:
    """Of a finding as GetFindings has it: with what Security Hub fills in, and what a person has set."""
    sent = {"Id": "a", "CreatedAt": "2026-01-01T00:00:00Z", "Types": ["b"], "Compliance": {"Status": "FAILED"}}
    added = {"CompanyName": "Personal", "ProductName": "Default", "Region": VIRGINIA, "AwsAccountName": "Shop"}
    set_by_person = {"Confidence": 1, "Criticality": 2, "RelatedFindings": [], "Workflow": {"Status": "NOTIFIED"}}
    own = {f"{GENERATOR}/digest": "0"}
    existing = {
        **sent,
        **added,
        **set_by_person,
        "ProductFields": {**own, "aws/securityhub/FindingId": "arn", "aws/securityhub/CompanyName": "Personal"},
        # As many digits as AWS's format takes.
        "UpdatedAt": "2026-01-01T00:00:00.123456789Z",
    }
    finding = again(existing, "2026-06-01T00:00:00Z")
    assert finding.keys() - {"RecordState"} == {*sent, "ProductFields", "UpdatedAt"}
    assert (finding["ProductFields"], finding["UpdatedAt"]) == (own, "2026-06-01T00:00:00Z")


def test_batches_by_number_and_by_size() -> None:
    found = [{"Id": "x" * 80} for _ in range(250)]
    assert [len(batch) for batch in batches(found)] == [100, 100, 50]
    # Of 90 bytes each.
    assert [len(batch) for batch in batches(found[:7], max_bytes=280)] == [3, 3, 1]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            ["--status", "NON_COMPLIANT"],
            "--to-security-hub archives the findings of every other node, and this ",
        ),
        (
            ["--source", "s3", "--bucket", "bucket", "--stack-set", "s"],
            "--to-security-hub is for --source api, and",
        ),
    ],
)
def test_what_cannot_be_asked_is_refused(fleet_report: RunReport, arguments: list[str], expected: str) -> None:
    outcome = fleet_report("--to-security-hub", *arguments)
    assert (outcome.status, outcome.stdout) == (2, "")
    assert f"report.py compliance: {expected}" in outcome.stderr
