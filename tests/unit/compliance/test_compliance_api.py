"""Patch compliance through the API: every account and Region is told once, as what it is."""

from __future__ import annotations

import json
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from sandbox import Scenario
from sandbox.clock import START
from sandbox.faults import Fault
from systems_manager_organization.aws.account_sessions import AccountSessions
from systems_manager_organization.aws.error_translation import Explained
from systems_manager_organization.aws.session import AwsSession, boto3_session
from systems_manager_organization.clock import Clock
from systems_manager_organization.compliance.model.columns import NODES, SEVERITIES
from systems_manager_organization.compliance.model.node import time_text
from systems_manager_organization.compliance.sources.api import ACTIONS, ApiSource
from systems_manager_organization.compliance.sources.result_sink import Scope
from systems_manager_organization.errors import CredentialsError, QueryError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sandbox import Sandbox
    from systems_manager_organization.compliance.model.account_region_result import AccountRegionResult
    from systems_manager_organization.compliance.model.columns import Node
    from systems_manager_organization.compliance.sources.result_sink import Problem

MANAGEMENT, ROLE = "111111111111", "OrganizationAccountAccessRole"
TOKYO, IRELAND, VIRGINIA = REGIONS = ("ap-northeast-1", "eu-west-1", "us-east-1")
SCENARIO = Scenario.generated(accounts=12, regions=REGIONS, instances=140, unreadable=2)
EVERYTHING = Scope(regions=REGIONS)


@dataclass
class Told:
    """A ledger in memory."""

    done: frozenset[tuple[str, str]] = frozenset()
    expected: int = 0
    places: dict[tuple[str, str], AccountRegionResult] = field(default_factory=dict)
    nodes: list[dict[str, Any]] = field(default_factory=list)
    _turn: Any = field(default_factory=threading.Lock)

    def is_done(self, account_id: str, region: str) -> bool:
        return (account_id, region) in self.done

    def expect(self, places: int) -> None:
        with self._turn:
            self.expected += places

    def place(self, place: AccountRegionResult, nodes: Sequence[Node] = ()) -> None:
        with self._turn:
            assert self.places.setdefault((place.account_id, place.region), place) is place
            self.nodes += [dict(zip((column.name for column in NODES), node, strict=True)) for node in nodes]

    def problem(self, problem: Problem) -> None:
        raise AssertionError(problem)

    @property
    def codes(self) -> Counter[str]:
        return Counter(place.code for place in self.places.values())


@pytest.fixture
def connection(aws: Sandbox) -> Iterator[AwsSession]:
    aws.reset(SCENARIO)
    query = {"account_id": MANAGEMENT, "region": VIRGINIA, "profile": "", "role_arn": ""}
    clock = Clock(now=lambda: 0.0, sleep=lambda _seconds: None)
    with AwsSession(query, session_factory=boto3_session, clock=clock, notice=lambda _text: None) as connection:
        yield connection


def read(connection: AwsSession, scope: Scope = EVERYTHING, told: Told | None = None) -> Told:
    told = told or Told()
    ApiSource(ROLE, now=START.timestamp).read(connection, scope, told)
    return told


def test_every_account_and_region_is_told_once_and_every_node_is_as_the_organization_has_it(
    aws: Sandbox, connection: AwsSession
) -> None:
    told = read(connection)
    listed = aws.client("organizations", MANAGEMENT).list_accounts()["Accounts"]
    assert set(told.places) == {(account["Id"], region) for account in listed for region in REGIONS}
    assert told.expected == len(told.places) == 36
    assert told.codes == {"": 27, "ROLE_NOT_ASSUMED": 6, "ACCOUNT_NOT_ACTIVE": 3}
    assert {place.organizational_unit for place in told.places.values()} >= {"Root", "Root/Workloads/Production/Retail"}
    unreadable = {account for (account, _), place in told.places.items() if place.state != "READ"}
    expected = [
        instance
        for instance in SCENARIO.instances
        if instance.account_id not in unreadable and instance.status != "Terminated"
    ]
    assert len(expected) > 60
    found = {node["node_id"]: node for node in told.nodes}
    assert set(found) == {instance.id for instance in expected}
    for instance in expected:
        node, patches, scanned = found[instance.id], instance.patches, instance.scanned_at
        assert (node["account_id"], node["region"]) == (instance.account_id, instance.region)
        assert (node["platform_type"], node["platform_name"]) == (instance.platform_type, instance.platform)
        severities = tuple(node[f"noncompliant_{name.lower()}"] for name in SEVERITIES)
        assert severities == (tuple(patches.noncompliant) if scanned else (0,) * 6)
        assert node["missing"] == (sum(patches.missing) if scanned else 0)
        assert node["operation_ended_at"] == (time_text(scanned.timestamp()) if scanned else "")
    assert {node["status"] for node in told.nodes} == {"COMPLIANT", "NON_COMPLIANT", "NOT_REPORTING"}


def test_the_fewest_calls_are_made_and_no_other_than_the_role_is_let_do(aws: Sandbox, connection: AwsSession) -> None:
    policies: set[str] = set()
    connection.sts.meta.events.register(
        "provide-client-params.sts.AssumeRole", lambda params, **_: policies.add(params["Policy"])
    )
    told = read(connection)
    calls = [(call.operation, call.account_id, call.region) for call in aws.calls if call.service == "ssm"]
    places = {where for where, place in told.places.items() if place.state == "READ"}
    with_nodes = {(node["account_id"], node["region"]) for node in told.nodes}
    assert Counter(operation for operation, *_ in calls) == {
        "DescribeInstanceInformation": len(places),
        "DescribeInstancePatchStates": len(with_nodes),
        "ListResourceComplianceSummaries": len(with_nodes),
    }
    assert {f"ssm:{operation}" for operation, *_ in calls} == set(ACTIONS)
    (policy,) = policies
    assert json.loads(policy)["Statement"][0]["Action"] == list(ACTIONS)


@pytest.mark.parametrize(
    ("operation", "kind", "code", "said"),
    [
        ("DescribeInstanceInformation", "access_denied", "ACCESS_DENIED", "ssm:DescribeInstanceInformation failed for"),
        ("DescribeInstancePatchStates", "throttle", "THROTTLED", "Rate exceeded"),
        ("ListResourceComplianceSummaries", "server_error", "SERVICE_ERROR", "ssm:ListResourceComplianceSummaries fai"),
        ("DescribeInstanceInformation", "UnrecognizedClientException", "REGION_DISABLED", "UnrecognizedClientExcepti"),
        ("DescribeInstanceInformation", "dropped", "SERVICE_ERROR", "could not be called for account"),
    ],
)
def test_what_fails_in_one_place_is_told_there_with_the_words_of_aws_and_ends_nothing_else(
    aws: Sandbox,
    connection: AwsSession,
    monkeypatch: pytest.MonkeyPatch,
    operation: str,
    kind: Any,
    code: str,
    said: str,
) -> None:
    where = _busiest()
    if kind == "UnrecognizedClientException":
        _refuse(monkeypatch, where, kind)
    else:
        aws.faults.inject(Fault("ssm", operation, kind, times=10, account_id=where[0], region=where[1]))
    told = read(connection)
    assert told.codes == {"": 26, "ROLE_NOT_ASSUMED": 6, "ACCOUNT_NOT_ACTIVE": 3, code: 1}
    place = told.places[where]
    assert (place.state, place.code) == ("NOT_READ", code)
    assert said in place.reason
    assert where not in {(node["account_id"], node["region"]) for node in told.nodes}


def test_credentials_of_the_caller_that_are_over_end_it(
    connection: AwsSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    _refuse(monkeypatch, (MANAGEMENT, TOKYO), "ExpiredTokenException")
    with pytest.raises(CredentialsError, match="ExpiredTokenException"):
        read(connection)


def test_places_that_are_done_are_not_asked_again_and_accounts_with_nothing_else_are_not_entered(
    aws: Sandbox, connection: AwsSession
) -> None:
    first = read(connection)
    done = frozenset(where for where, place in first.places.items() if place.state == "READ")
    before = len(aws.calls)
    second = read(connection, told=Told(done=done))
    assert set(second.places) == set(first.places) - done
    assert second.expected == 9
    entered = [call for call in aws.calls[before:] if call.operation == "AssumeRole"]
    refused = {account for (account, _), place in first.places.items() if place.code == "ROLE_NOT_ASSUMED"}
    assert len(entered) == len(refused) == 2
    assert all(call.error_code for call in entered)


@pytest.mark.parametrize(
    ("scope", "told"),
    [
        (Scope(organizational_unit="Root/Workload"), 'no organizational unit "Root/Workload": name one of "Root"'),
        (Scope(organizational_unit="Root/Workloads/Nowhere"), '"Root/Workloads", "Root/Workloads/Production", "Root/'),
        (Scope(organizational_unit="ou-sbox-00000000"), '"Root/Workloads/Production/Retail"'),
        (Scope(account_ids=("123456789012", MANAGEMENT)), "There is no account 123456789012 in the organization."),
        (
            Scope(organizational_unit="Root/Workloads", account_ids=(MANAGEMENT,)),
            f'There is no account {MANAGEMENT} in the organizational unit "Root/Workloads".',
        ),
        (Scope(regions=("us-east-9", "us-east-1")), "There is no Region us-east-9: name some of "),
    ],
)
def test_what_there_is_not_is_refused_with_the_choices(connection: AwsSession, scope: Scope, told: str) -> None:
    ledger = Told()
    with pytest.raises(QueryError) as raised:
        read(connection, scope, ledger)
    assert told in str(raised.value)
    assert not ledger.places


def test_the_scope_narrows_it(aws: Sandbox, connection: AwsSession) -> None:
    everything = read(connection)
    by_path = read(connection, Scope(organizational_unit="Root/Workloads", regions=(TOKYO,)))
    assert set(by_path.places) == {
        where
        for where, place in everything.places.items()
        if place.region == TOKYO and place.organizational_unit.startswith("Root/Workloads/")
    }
    unit = aws.client("organizations", MANAGEMENT).list_organizational_units_for_parent(ParentId="r-sbox")
    unit_id = next(unit["Id"] for unit in unit["OrganizationalUnits"] if unit["Name"] == "Workloads")
    by_id = read(connection, Scope(organizational_unit=unit_id, regions=(TOKYO,)))
    assert by_id.places == by_path.places
    one = read(connection, Scope(account_ids=(MANAGEMENT,)))
    assert {account for account, _ in one.places} == {MANAGEMENT}
    # Every Region that is enabled in the caller's account.
    assert {*REGIONS, "us-west-2"} <= {region for _, region in one.places}


def test_credentials_that_near_their_end_are_renewed(aws: Sandbox, connection: AwsSession) -> None:
    passed = 0.0
    object.__setattr__(connection.clock, "now", lambda: passed)
    member = AccountSessions(connection, ROLE, ACTIONS).assume_role(_busiest()[0])

    def ask() -> int:
        member.call("ssm", VIRGINIA, "describe_instance_information")
        return sum(call.operation == "AssumeRole" for call in aws.calls)

    assert ask() == 1
    passed = 600
    assert ask() == 1
    passed = 700
    assert ask() == 2
    passed = 1300
    assert ask() == 2


def _busiest() -> tuple[str, str]:
    """A member account and Region that can be read and has nodes."""
    places = Counter((instance.account_id, instance.region) for instance in SCENARIO.instances)
    roles = {account.id for account in SCENARIO.member_accounts() if account.access_role == "trusting"}
    return next(where for where, _ in places.most_common() if where[0] in roles)


def _refuse(monkeypatch: pytest.MonkeyPatch, where: tuple[str, str], kind: str) -> None:
    """Lets what is asked of Systems Manager there be answered as the sandbox never does."""
    call = AccountSessions.call

    def refused(self: AccountSessions, member: Any, service: str, region: str, operation: str, parameters: Any) -> Any:
        if (member.account_id, region, service) == (*where, "ssm"):
            with Explained(f"{service}:{operation}", account_id=where[0], region=region):
                raise ClientError({"Error": {"Code": kind, "Message": "The security token is invalid"}}, operation)
        return call(self, member, service, region, operation, parameters)

    monkeypatch.setattr(AccountSessions, "call", refused)
