"""The source `api`."""

from __future__ import annotations

import itertools
import json
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ClientError

from sandbox import Scenario
from sandbox.clock import START
from sandbox.faults import Fault
from systems_manager_organization.aws.account_sessions import AccountSessions
from systems_manager_organization.aws.error_translation import translate_errors
from systems_manager_organization.compliance.model.columns import NODES, SEVERITIES
from systems_manager_organization.compliance.model.node import time_text
from systems_manager_organization.compliance.sources.api import ACTIONS, ApiSource
from systems_manager_organization.compliance.sources.result_sink import Scope
from systems_manager_organization.errors import CredentialsError, QueryError
from unit.cases import open_session

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sandbox import Sandbox
    from systems_manager_organization.aws.session import AwsSession
    from systems_manager_organization.compliance.model.columns import Node
    from systems_manager_organization.compliance.model.node import AccountRegionResult
    from systems_manager_organization.compliance.sources.result_sink import Problem, Row

MANAGEMENT, ROLE = "111111111111", "OrganizationAccountAccessRole"
TOKYO, IRELAND, VIRGINIA = REGIONS = ("ap-northeast-1", "eu-west-1", "us-east-1")
SCENARIO = Scenario.generated(accounts=12, regions=REGIONS, instances=140, unreadable=2)
EVERYTHING = Scope(regions=REGIONS)


@dataclass
class MemorySink:
    """A result sink in memory."""

    done: frozenset[tuple[str, str]] = frozenset()
    expected: int = 0
    results: dict[tuple[str, str], AccountRegionResult] = field(default_factory=dict)
    nodes: list[dict[str, Any]] = field(default_factory=list)
    _lock: Any = field(default_factory=threading.Lock)

    def is_done(self, account_id: str, region: str) -> bool:
        return (account_id, region) in self.done

    def expect(self, results: int) -> None:
        with self._lock:
            self.expected += results

    def add_result(self, result: AccountRegionResult, nodes: Sequence[Node] = ()) -> None:
        with self._lock:
            assert self.results.setdefault((result.account_id, result.region), result) is result
            self.nodes += [dict(zip((column.name for column in NODES), node, strict=True)) for node in nodes]

    def add_instances(self, result: AccountRegionResult, instances: Sequence[Row]) -> None:
        raise AssertionError(instances)

    def add_problem(self, problem: Problem) -> None:
        raise AssertionError(problem)

    @property
    def codes(self) -> Counter[str]:
        return Counter(result.code for result in self.results.values())


@pytest.fixture
def session(aws: Sandbox) -> Iterator[AwsSession]:
    aws.reset(SCENARIO)
    with open_session(VIRGINIA) as session:
        yield session


def read(session: AwsSession, scope: Scope = EVERYTHING, sink: MemorySink | None = None) -> MemorySink:
    sink = sink or MemorySink()
    ApiSource(ROLE, now=START.timestamp).read(session, scope, sink)
    return sink


def test_every_account_and_region_has_one_result_with_its_nodes(aws: Sandbox, session: AwsSession) -> None:
    sink = read(session)
    listed = aws.client("organizations", MANAGEMENT).list_accounts()["Accounts"]
    assert set(sink.results) == {(account["Id"], region) for account in listed for region in REGIONS}
    assert sink.expected == len(sink.results) == 36
    assert sink.codes == {"": 27, "ROLE_NOT_ASSUMED": 6, "ACCOUNT_NOT_ACTIVE": 3}
    assert {result.organizational_unit for result in sink.results.values()} >= {
        "Root",
        "Root/Workloads/Production/Retail",
    }
    unreadable = {account for (account, _), result in sink.results.items() if result.state != "READ"}
    expected = [
        instance
        for instance in SCENARIO.instances
        if instance.account_id not in unreadable and instance.status not in ("Stopped", "Terminated")
    ]
    assert len(expected) > 60
    found = {node["node_id"]: node for node in sink.nodes}
    assert set(found) == {instance.id for instance in expected}
    for instance in expected:
        node, patches, scanned = found[instance.id], instance.patches, instance.scanned_at
        assert (node["account_id"], node["region"]) == (instance.account_id, instance.region)
        assert (node["platform_type"], node["platform_name"]) == (instance.platform_type, instance.platform)
        severities = tuple(node[f"noncompliant_{name.lower()}"] for name in SEVERITIES)
        assert severities == (tuple(patches.noncompliant) if scanned else (0,) * 6)
        assert node["missing"] == (sum(patches.missing) if scanned else 0)
        assert node["operation_ended_at"] == (time_text(scanned.timestamp()) if scanned else "")
    assert {node["status"] for node in sink.nodes} == {"COMPLIANT", "NON_COMPLIANT", "NOT_REPORTING"}


def test_the_fewest_calls_are_made_and_no_other_than_the_role_is_let_do(aws: Sandbox, session: AwsSession) -> None:
    policies: set[str] = set()
    session.sts.meta.events.register(
        "provide-client-params.sts.AssumeRole", lambda params, **_: policies.add(params["Policy"])
    )
    sink = read(session)
    calls = [(call.operation, call.account_id, call.region) for call in aws.calls if call.service == "ssm"]
    results = {account_region for account_region, result in sink.results.items() if result.state == "READ"}
    with_nodes = {(node["account_id"], node["region"]) for node in sink.nodes}
    assert Counter(operation for operation, *_ in calls) == {
        "DescribeInstanceInformation": len(results),
        "DescribeInstancePatchStates": len(with_nodes),
        "ListResourceComplianceSummaries": len(with_nodes),
    }
    assert {f"ssm:{operation}" for operation, *_ in calls} == set(ACTIONS)
    (policy,) = policies
    assert json.loads(policy)["Statement"][0]["Action"] == list(ACTIONS)


@pytest.mark.parametrize(
    ("operation", "kind", "code", "expected"),
    [
        ("DescribeInstanceInformation", "access_denied", "ACCESS_DENIED", "ssm:DescribeInstanceInformation failed for"),
        ("DescribeInstancePatchStates", "throttle", "THROTTLED", "Rate exceeded"),
        ("ListResourceComplianceSummaries", "server_error", "SERVICE_ERROR", "ssm:ListResourceComplianceSummaries fai"),
        ("DescribeInstanceInformation", "UnrecognizedClientException", "REGION_DISABLED", "UnrecognizedClientExcepti"),
        ("DescribeInstanceInformation", "dropped", "SERVICE_ERROR", "could not be called for account"),
    ],
)
def test_an_error_in_one_region_is_reported_there_only(
    aws: Sandbox,
    session: AwsSession,
    monkeypatch: pytest.MonkeyPatch,
    operation: str,
    kind: Any,
    code: str,
    expected: str,
) -> None:
    account_region = _busiest()
    if kind == "UnrecognizedClientException":
        _refuse(monkeypatch, account_region, kind)
    else:
        aws.faults.inject(
            Fault("ssm", operation, kind, times=10, account_id=account_region[0], region=account_region[1])
        )
    sink = read(session)
    assert sink.codes == {"": 26, "ROLE_NOT_ASSUMED": 6, "ACCOUNT_NOT_ACTIVE": 3, code: 1}
    result = sink.results[account_region]
    assert (result.state, result.code) == ("NOT_READ", code)
    assert expected in result.reason
    assert account_region not in {(node["account_id"], node["region"]) for node in sink.nodes}


def test_credentials_of_the_caller_that_are_over_end_it(session: AwsSession, monkeypatch: pytest.MonkeyPatch) -> None:
    _refuse(monkeypatch, (MANAGEMENT, TOKYO), "ExpiredTokenException")
    with pytest.raises(CredentialsError, match="ExpiredTokenException"):
        read(session)


@pytest.mark.parametrize(
    ("code", "expected"), [("InvalidClientTokenId", CredentialsError), ("AccessDenied", "ROLE_NOT_ASSUMED")]
)
def test_a_role_that_cannot_be_assumed_anew_is_no_region_that_is_disabled(
    session: AwsSession, code: str, expected: type[Exception] | str
) -> None:
    """Its credentials end meanwhile, and so does the caller's key, or its permission to assume the role."""
    hours = itertools.count()
    object.__setattr__(session.clock, "now", lambda: next(hours) * 3600.0)
    entered: set[str] = set()

    def refuse_the_second_time(params: dict[str, Any], **_: object) -> Any:
        role_arn = params["body"]["RoleArn"]
        if role_arn not in entered:
            entered.add(role_arn)
            return None
        return AWSResponse("", 403, HTTPHeaders(), None), {"Error": {"Code": code, "Message": "The token is invalid."}}

    session.sts.meta.events.register("before-call.sts.AssumeRole", refuse_the_second_time)
    if isinstance(expected, str):
        assert set(read(session).codes) == {"", expected, "ACCOUNT_NOT_ACTIVE"}
    else:
        with pytest.raises(expected, match=r"sts:AssumeRole failed .*: InvalidClientTokenId"):
            read(session)


def test_completed_regions_are_not_read_again(aws: Sandbox, session: AwsSession) -> None:
    first = read(session)
    done = frozenset(account_region for account_region, result in first.results.items() if result.state == "READ")
    before = len(aws.calls)
    second = read(session, sink=MemorySink(done=done))
    assert set(second.results) == set(first.results) - done
    assert second.expected == 9
    entered = [call for call in aws.calls[before:] if call.operation == "AssumeRole"]
    refused = {account for (account, _), result in first.results.items() if result.code == "ROLE_NOT_ASSUMED"}
    assert len(entered) == len(refused) == 2
    assert all(call.error_code for call in entered)


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (Scope(organizational_unit="Root/Workload"), 'unit "Root/Workload". Did you mean "Root/Workloads" (ou-sbox-'),
        (Scope(organizational_unit="Production"), '"Production". Did you mean "Root/Workloads/Production" (ou-sbox-'),
        (Scope(organizational_unit="retial"), '"retial". Did you mean "Root/Workloads/Production/Retail" (ou-sbox-'),
        (Scope(organizational_unit="Work/Production"), 'Did you mean "Root/Workloads/Production" (ou-sbox-'),
        (Scope(organizational_unit="Elsewhere"), 'no organizational unit "Elsewhere": name one of "Root", "Root/'),
        (Scope(organizational_unit="Root/Workloads/Nowhere"), '"Root/Workloads", "Root/Workloads/Production", "Root/'),
        (Scope(organizational_unit="ou-sbox-00000000"), '"Root/Workloads/Production/Retail"'),
        (Scope(account_ids=("123456789012", MANAGEMENT)), "There is no account 123456789012 in the organization."),
        (
            Scope(account_ids=("111111111112",)),
            "no account 111111111112 in the organization. Did you mean 111111111111?",
        ),
        (
            Scope(organizational_unit="Root/Workloads", account_ids=(MANAGEMENT,)),
            f'There is no account {MANAGEMENT} in the organizational unit "Root/Workloads".',
        ),
        (Scope(regions=("us-east-9", "us-east-1")), "There is no Region us-east-9: name some of "),
    ],
)
def test_an_unknown_scope_is_an_error_with_choices(session: AwsSession, scope: Scope, expected: str) -> None:
    sink = MemorySink()
    with pytest.raises(QueryError) as raised:
        read(session, scope, sink)
    assert expected in str(raised.value)
    assert not sink.results


def test_the_scope_narrows_it(aws: Sandbox, session: AwsSession) -> None:
    everything = read(session)
    by_path = read(session, Scope(organizational_unit="Root/Workloads", regions=(TOKYO,)))
    assert set(by_path.results) == {
        account_region
        for account_region, result in everything.results.items()
        if result.region == TOKYO and result.organizational_unit.startswith("Root/Workloads/")
    }
    unit = aws.client("organizations", MANAGEMENT).list_organizational_units_for_parent(ParentId="r-sbox")
    unit_id = next(unit["Id"] for unit in unit["OrganizationalUnits"] if unit["Name"] == "Workloads")
    by_id = read(session, Scope(organizational_unit=unit_id, regions=(TOKYO,)))
    assert by_id.results == by_path.results
    one = read(session, Scope(account_ids=(MANAGEMENT,)))
    assert {account for account, _ in one.results} == {MANAGEMENT}
    # Every Region that is enabled in the caller's account.
    assert {*REGIONS, "us-west-2"} <= {region for _, region in one.results}


def test_credentials_that_near_their_end_are_renewed(aws: Sandbox, session: AwsSession) -> None:
    passed = 0.0
    object.__setattr__(session.clock, "now", lambda: passed)
    member = AccountSessions(session, ROLE, ACTIONS).assume_role(_busiest()[0])

    def assumed_roles() -> int:
        member.call("ssm", VIRGINIA, "describe_instance_information")
        return sum(call.operation == "AssumeRole" for call in aws.calls)

    assert assumed_roles() == 1
    passed = 600
    assert assumed_roles() == 1
    passed = 700
    assert assumed_roles() == 2
    passed = 1300
    assert assumed_roles() == 2


def _busiest() -> tuple[str, str]:
    """A member account and Region that can be read and has nodes."""
    results = Counter((instance.account_id, instance.region) for instance in SCENARIO.instances)
    roles = {account.id for account in SCENARIO.member_accounts() if account.access_role == "trusting"}
    return next(account_region for account_region, _ in results.most_common() if account_region[0] in roles)


def _refuse(monkeypatch: pytest.MonkeyPatch, account_region: tuple[str, str], kind: str) -> None:
    """Returns an error for Systems Manager there that the sandbox does not have."""
    invoke = AccountSessions.invoke

    def refused(
        self: AccountSessions, request: Any, account_session: Any, service: str, region: str, operation: str
    ) -> Any:
        if (account_session.account_id, region, service) == (*account_region, "ssm"):
            with translate_errors(f"{service}:{operation}", account_id=account_region[0], region=region):
                raise ClientError({"Error": {"Code": kind, "Message": "The security token is invalid"}}, operation)
        return invoke(self, request, account_session, service, region, operation)

    monkeypatch.setattr(AccountSessions, "invoke", refused)
