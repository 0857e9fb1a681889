"""The sources `s3` and `athena`: the same results as from the API, and malformed objects."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from sandbox import Fault, Scenario
from systems_manager_organization.compliance.model.columns import (
    ACCOUNT_LEFT_ORGANIZATION,
    ACCOUNT_NOT_ACTIVE,
    INSTANCES_NOT_READ,
    MALFORMED_OBJECT,
    NODES,
    PARTITION_MISSING,
    READ,
    ROLE_NOT_ASSUMED,
    SERVICE_ERROR,
    SYNC_NOT_DEPLOYED,
)
from systems_manager_organization.compliance.sources.api import ApiSource
from systems_manager_organization.compliance.sources.athena import AthenaSource
from systems_manager_organization.compliance.sources.bucket import BucketSource
from systems_manager_organization.compliance.sources.bucket_objects import Bucket
from systems_manager_organization.compliance.sources.result_sink import Scope
from systems_manager_organization.errors import QueryError, ScriptError, ServiceError
from systems_manager_organization.nodes.instances import NodeInstances
from unit.synced_data import (
    ADMINISTRATOR,
    BROKEN,
    BUCKET,
    DATABASE,
    MANAGEMENT,
    PREFIX,
    REGION,
    REGIONS,
    STACK_SET,
    WORKGROUP,
    MemorySink,
    build,
    frozen_time,
    make_stack_set,
    open_session,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox import Sandbox
    from systems_manager_organization.compliance.sources.result_sink import Source

_UNKNOWN_ACCOUNT = "999999999999"
_SCENARIO = Scenario.generated(accounts=8, instances=40, unreadable=1)


def _sources(now: Callable[[], float]) -> tuple[Source, Source]:
    return BucketSource(BUCKET, PREFIX, STACK_SET, now), AthenaSource(WORKGROUP, DATABASE, STACK_SET, now)


def test_three_sources_have_the_same_results(aws: Sandbox) -> None:
    data = build(aws, Scenario.generated())
    now = frozen_time(aws)
    api = MemorySink()
    with open_session(aws, MANAGEMENT) as management:
        ApiSource("OrganizationAccountAccessRole", now).read(management, Scope(regions=REGIONS), api)
    s3, athena = (data.collect(source) for source in _sources(now))

    assert len(api.nodes) > 500
    assert sorted(s3.nodes) == sorted(athena.nodes)
    # "This operation does not return information for nodes that are either Stopped or Terminated": botocore's model of
    # DescribeInstanceInformation. Inventory has both, as "Stopped" and "Terminated".
    stopped = {instance.id for instance in data.scenario.instances if instance.status == "Stopped"}
    missing = set(s3.nodes) - set(api.nodes)
    assert {node[4] for node in missing} <= stopped
    assert len(missing) > 10
    assert sorted(api.nodes) == sorted(node for node in s3.nodes if node[4] not in stopped)
    assert len(api.results) == s3.expected == athena.expected == 40 * len(REGIONS)
    assert api.states == s3.states == athena.states
    assert api.problems == s3.problems == athena.problems == []

    assert api.codes(ROLE_NOT_ASSUMED) == s3.codes(SYNC_NOT_DEPLOYED) == data.failed
    assert s3.results == athena.results
    suspended = {account.id for account in data.scenario.member_accounts() if account.status == "SUSPENDED"}
    assert api.codes(ACCOUNT_NOT_ACTIVE) == s3.codes(ACCOUNT_NOT_ACTIVE) == suspended
    for account_id in data.failed:
        assert s3.results[account_id, REGION].reason.endswith(f"FAILED: {BROKEN}")


def test_the_bucket_has_the_tags_that_the_api_has(aws: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    tagged = tuple(
        replace(one, tags={"Team": f"team-{number % 3}", "Other": "=", "Stage": "té st"} if number % 4 else {})
        for number, one in enumerate(_SCENARIO.instances)
    )
    data = build(aws, replace(_SCENARIO, instances=tagged))
    now, keys = frozen_time(aws), frozenset({"Stage", "Team"})
    api = MemorySink()
    with open_session(aws, MANAGEMENT) as management:
        source = ApiSource("OrganizationAccountAccessRole", now, NodeInstances(keys, diagnoses=False))
        source.read(management, Scope(regions=REGIONS), api)
    bucket = BucketSource(BUCKET, PREFIX, STACK_SET, now, keys)
    s3 = data.collect(bucket)

    managed = {node[4] for node in api.nodes}
    assert {(row[4], row[-1]) for row in s3.instances} == {
        (row[4], row[-1]) for row in api.instances if row[4] in managed
    }
    assert len(s3.instances) == len(managed) > 20
    assert {row[-1] for row in s3.instances} == {"[]"} | {
        json.dumps(["Stage=té st", f"Team=team-{number}"]) for number in range(3)
    }
    assert data.collect(_sources(now)[0]).instances == []

    # An object that stays away is a problem of its account and Region: its nodes are in the report all the same.
    busy = str(s3.nodes[0][0])
    read = Bucket.body

    def body(one: Bucket, key: str) -> bytes:
        if f"AWS:Tag/accountid={busy}/" in key:
            raise ServiceError("s3:GetObject failed: SlowDown: Please reduce your request rate.", "SlowDown")
        return read(one, key)

    monkeypatch.setattr(Bucket, "body", body)
    sink = data.collect(bucket)
    assert sorted(sink.nodes) == sorted(s3.nodes)
    assert {row[0] for row in sink.instances} == {row[0] for row in s3.instances} - {busy}
    assert {(problem.code, problem.subject.split()[0]) for problem in sink.problems} == {(INSTANCES_NOT_READ, busy)}


def test_malformed_objects_are_problems(aws: Sandbox) -> None:
    data = build(aws, _SCENARIO)
    now = frozen_time(aws)
    whole = data.collect(_sources(now)[0])
    lost, unscanned, *_ = (node for node in whole.nodes if node[3] == REGION and node[9] != "NOT_REPORTING")
    keys = [
        data.put("instance_information", str(lost[0]), str(lost[4]), "no JSON"),
        data.put("patch_summary", str(unscanned[0]), str(unscanned[4]), '{"captureTime": "2026-01-05T00:00:00Z"}\n[1]'),
    ]
    key = data.put(
        "instance_information", _UNKNOWN_ACCOUNT, "i-00000000000000001", '{"resourceId": "i-00000000000000001"}'
    )
    assert f"accountid={_UNKNOWN_ACCOUNT}/" in key

    s3, athena = (data.collect(source) for source in _sources(now))
    assert sorted(s3.nodes) == sorted(athena.nodes)
    assert s3.results == athena.results == whole.results
    found = {problem.subject: problem for problem in s3.problems if problem.code == MALFORMED_OBJECT}
    assert found.keys() == set(keys)
    assert found[keys[0]].message.startswith(
        "1 of its lines is no JSON object with a resourceId. The node is missing from this report."
    )
    assert found[keys[1]].message.startswith("2 of its lines are no JSON object with a resourceId. The node counts as")
    assert [problem for problem in athena.problems if problem.code == MALFORMED_OBJECT] == list(found.values())
    # What the tables do not know of has no row in Athena.
    assert [(problem.code, problem.subject) for problem in s3.problems if problem.subject not in found] == [
        (ACCOUNT_LEFT_ORGANIZATION, _UNKNOWN_ACCOUNT)
    ]
    rows = {node[4]: node for node in s3.nodes}
    assert lost[4] not in rows
    assert rows[unscanned[4]][9] == "NOT_REPORTING"
    assert len(rows) == len(whole.nodes) - 1


def test_a_text_that_no_table_takes_is_cleaned_or_the_problem_of_its_object(aws: Sandbox) -> None:
    data = build(aws, _SCENARIO)
    source = _sources(frozen_time(aws))[0]
    whole = data.collect(source)
    account_id = data.deployed_account_ids[0]
    names = {"i-00000000000000bad": "a\\ud800b", "i-0000000000000bad1": "a\\u0000b"}
    for node_id, name in names.items():
        text = f'{{"resourceId": "{node_id}", "ComputerName": "{name}", "captureTime": "2026-01-05T00:00:00Z"}}'
        data.put("instance_information", account_id, node_id, text)
    key = data.put("instance_information", account_id, "i-0000000000000bad2", "[" * 200_000)
    found = data.collect(source)
    rows = {str(node[4]): node for node in found.nodes}
    assert [rows[node_id][5] for node_id in names] == ["a?b", "a\N{REPLACEMENT CHARACTER}b"]
    assert len(rows) == len(whole.nodes) + 2
    (problem,) = (problem for problem in found.problems if problem.code == MALFORMED_OBJECT)
    assert problem.subject == key
    assert problem.message.startswith("1 of its lines is no JSON object with a resourceId.")


def test_of_several_lines_the_latest_of_patches_counts(aws: Sandbox) -> None:
    data = build(aws, _SCENARIO)
    node = "i-00000000000000003"
    common = {"resourceId": node, "captureTime": "2026-01-05T08:00:00Z"}
    patch = {**common, "ComplianceType": "Patch", "Status": "NON_COMPLIANT", "NonCompliantCriticalCount": "2"}
    objects: dict[str, list[Any]] = {
        "instance_information": [{**common, "ComputerName": "shop", "InstanceStatus": "Active", "Unknown": {"a": 1}}],
        "compliance_summary": [
            {**patch, "captureTime": "2026-01-05T09:00:00Z", "ComplianceType": "Association"}
            | {"NonCompliantCriticalCount": "7"},
            patch,
            {**patch, "captureTime": "2026-01-04T08:00:00Z", "NonCompliantCriticalCount": "9"},
        ],
        "patch_summary": [
            {**common, "MissingCount": 2, "FailedCount": "many", "OperationType": "Scan"}
            | {"OperationEndTime": "2026-01-05T07:59:59.123Z", "BaselineId": None},
        ],
    }
    for table, lines in objects.items():
        data.put(table, ADMINISTRATOR, node, "\n\n".join(map(json.dumps, lines)) + "\n")
    for source in _sources(frozen_time(aws)):
        sink = data.collect(source)
        (row,) = (found for found in sink.nodes if found[4] == node)
        values = dict(zip([column.name for column in NODES], row, strict=True))
        assert (values["status"], values["severity"], values["noncompliant_critical"]) == (
            "NON_COMPLIANT",
            "CRITICAL",
            2,
        )
        assert (values["missing"], values["failed"], values["baseline_id"]) == (2, 0, "")
        assert values["operation_ended_at"] == "2026-01-05T07:59:59Z"
        assert sink.problems == []


def test_regions_without_a_sync_or_a_partition(aws: Sandbox) -> None:
    joined = next(
        one.id for one in _SCENARIO.member_accounts() if one.status == "ACTIVE" and one.access_role == "trusting"
    )
    projected = [MANAGEMENT, *(one.id for one in _SCENARIO.member_accounts() if one.id != joined)]
    data = build(aws, _SCENARIO, projected=projected)
    now = frozen_time(aws)
    s3, athena = (data.collect(source) for source in _sources(now))
    assert s3.results[joined, REGION].state == READ
    assert athena.codes(PARTITION_MISSING) == {joined}
    assert "apply modules/compliance-reporting again" in athena.results[joined, REGION].reason

    # A Region without a stack instance and objects is not read.
    elsewhere = Scope(regions=("eu-north-1",), account_ids=(MANAGEMENT,))
    for source in _sources(now)[:1]:
        sink = data.collect(source, elsewhere)
        assert "make its resource data sync there" in sink.results[MANAGEMENT, "eu-north-1"].reason
        assert sink.codes(SYNC_NOT_DEPLOYED) == {MANAGEMENT}

    # What was read before an interruption is not read again.
    done = frozenset(s3.results) - {(ADMINISTRATOR, REGION)}
    for source in _sources(now):
        assert data.collect(source, sink=MemorySink(done)).results.keys() == {(ADMINISTRATOR, REGION)}


def test_regions_are_those_of_the_stack_set(aws: Sandbox) -> None:
    data = build(aws, _SCENARIO)
    source, _ = _sources(frozen_time(aws))
    assert {region for _, region in data.collect(source, Scope()).results} == set(REGIONS)
    make_stack_set(aws, "unused")
    with pytest.raises(ScriptError, match=r"has no instance yet, .* or use --regions"):
        data.collect(BucketSource(BUCKET, PREFIX, "unused"), Scope())


def test_fatal_errors_have_remedies(aws: Sandbox) -> None:
    data = build(aws, _SCENARIO)
    now = frozen_time(aws)

    def refused(source: Source) -> str:
        with pytest.raises(ScriptError) as caught:
            data.collect(source)
        return str(caught.value)

    assert "Use the output stack_set_name of" in refused(BucketSource(BUCKET, PREFIX, "elsewhere", now))
    assert "There is no bucket elsewhere" in refused(BucketSource("elsewhere", PREFIX, STACK_SET, now))
    assert "the output workgroup of" in refused(AthenaSource("elsewhere", DATABASE, STACK_SET, now))
    assert "use the output database of" in refused(AthenaSource(WORKGROUP, "elsewhere", STACK_SET, now))
    s3, athena = _sources(now)
    api_calls = len(aws.calls)
    for source in (s3, athena):
        for scope, expected in (
            (Scope("Root/Nowhere"), 'no organizational unit "Root/Nowhere": name one of'),
            (Scope(account_ids=(_UNKNOWN_ACCOUNT,)), f"no account {_UNKNOWN_ACCOUNT} in"),
            (Scope(regions=("us-esat-1",)), "no Region us-esat-1: StackSet patch-compliance has made .* us-east-1"),
        ):
            with pytest.raises(QueryError, match=expected):
                data.collect(source, scope)
    assert "StartQueryExecution" not in [call.operation for call in aws.calls[api_calls:]]
    aws.faults.inject(Fault(service="s3", operation="GetObject", kind="access_denied"))
    assert "takes s3:ListBucket on it, s3:GetObject below inventory/ and kms:Decrypt" in refused(s3)

    aws.client("athena", ADMINISTRATOR).update_work_group(
        WorkGroup=WORKGROUP, ConfigurationUpdates={"BytesScannedCutoffPerQuery": 10_485_760}
    )
    data.put("patch_summary", ADMINISTRATOR, "i-00000000000000002", '{"resourceId": "i-00000000000000002"}\n' * 300_000)
    assert "Raise bytes_scanned_cutoff_per_query" in refused(athena)


def test_an_object_that_stays_away_is_the_end_of_its_account_alone(
    aws: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = build(aws, _SCENARIO)
    source, _ = _sources(frozen_time(aws))
    whole = data.collect(source)
    # Which of the calls that are made at once fails is chance; this one is always the same account's.
    busy = max(whole.nodes, key=lambda node: [row[0] for row in whole.nodes].count(node[0]))[0]
    read = Bucket.body

    def body(bucket: Bucket, key: str) -> bytes:
        if f"accountid={busy}/" in key:
            raise ServiceError("s3:GetObject failed: SlowDown: Please reduce your request rate.", "SlowDown")
        return read(bucket, key)

    monkeypatch.setattr(Bucket, "body", body)
    sink = data.collect(source)
    assert sink.codes(SERVICE_ERROR) == {busy}
    assert "SlowDown" in sink.results[str(busy), REGION].reason
    assert sorted(sink.nodes) == sorted(node for node in whole.nodes if node[0] != busy)
