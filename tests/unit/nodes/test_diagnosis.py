"""The diagnosis: the first proven cause, and the rest as notes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from systems_manager_organization.nodes.causes import CAUSES, REMEDIES, UNKNOWN
from systems_manager_organization.nodes.diagnosis import diagnose
from systems_manager_organization.nodes.evidence import (
    AGENT_ACTIONS,
    CHANNELS,
    Evidence,
    HostManagement,
    Network,
    Profile,
    Role,
)

REGION = "eu-west-1"
ARN = "arn:aws:iam::111111111111:role/Node"
GROUP = {
    "GroupId": "sg-1",
    "IpPermissions": [],
    "IpPermissionsEgress": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
}
LOCAL = {"GatewayId": "local", "DestinationCidrBlock": "10.0.0.0/16", "State": "active"}
NAT = {"NatGatewayId": "nat-1", "DestinationCidrBlock": "0.0.0.0/0", "State": "active"}
INTERNET = {"GatewayId": "igw-1", "DestinationCidrBlock": "0.0.0.0/0", "State": "active"}
ENDPOINT = {
    "VpcEndpointId": "vpce-1",
    "VpcId": "vpc-1",
    "ServiceName": f"com.amazonaws.{REGION}.ssm",
    "State": "available",
    "PrivateDnsEnabled": True,
    "SubnetIds": ["subnet-2"],
    "Groups": [{"GroupId": "sg-2"}],
}
ENDPOINT_GROUP = {
    "GroupId": "sg-2",
    "IpPermissions": [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "10.0.0.0/16"}]}],
    "IpPermissionsEgress": [],
}
ALLOW_ALL = [
    {"Egress": egress, "RuleNumber": 100, "Protocol": "-1", "RuleAction": "allow", "CidrBlock": "0.0.0.0/0"}
    for egress in (True, False)
]


def table(*routes: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"RouteTableId": "rtb-1", "VpcId": "vpc-1", "Associations": [{"Main": True}], "Routes": [LOCAL, *routes]}]


def acl(*entries: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "NetworkAclId": "acl-1",
            "Associations": [{"SubnetId": "subnet-1"}],
            "Entries": [
                *entries,
                *({**one, "RuleNumber": 32767, "RuleAction": "deny"} for one in ALLOW_ALL),
            ],
        }
    ]


INSTANCE: dict[str, Any] = {
    "InstanceId": "i-1",
    "State": {"Name": "running"},
    "VpcId": "vpc-1",
    "SubnetId": "subnet-1",
    "PrivateIpAddress": "10.0.0.5",
    "IamInstanceProfile": {"Arn": "arn:aws:iam::111111111111:instance-profile/Node"},
    "SecurityGroups": [{"GroupId": "sg-1"}],
    "MetadataOptions": {"HttpEndpoint": "enabled"},
}
NETWORK = Network(table(NAT), [], [GROUP, ENDPOINT_GROUP], acl(*ALLOW_ALL), {"vpc-1": (True, True)})
# Nothing is wrong with it.
SOUND = Evidence(INSTANCE, profile=Profile("Node", role=Role(ARN)), host_management=HostManagement(), network=NETWORK)


def instance(**changes: Any) -> Evidence:
    return replace(SOUND, instance={**INSTANCE, **changes})


def network(**changes: Any) -> Evidence:
    return replace(SOUND, network=replace(NETWORK, **changes))


def without_profile(role: Role | None) -> Evidence:
    found = {name: value for name, value in INSTANCE.items() if name != "IamInstanceProfile"}
    return replace(SOUND, instance=found, profile=None, host_management=HostManagement(role))


LOST = {"PingStatus": "ConnectionLost", "LastPingDateTime": datetime(2026, 1, 4, tzinfo=UTC)}
DENIED = frozenset(AGENT_ACTIONS)
ONLY_ENDPOINT = {"route_tables": table(), "endpoints": [ENDPOINT]}


CASES: list[tuple[Evidence, str, str]] = [
    (instance(State={"Name": "stopped"}), "NOT_RUNNING", "The instance is stopped."),
    (
        replace(SOUND, status={"SystemStatus": {"Status": "impaired"}, "InstanceStatus": {"Status": "ok"}}),
        "STATUS_CHECK_FAILED",
        "The system check is impaired.",
    ),
    (
        replace(SOUND, ping=LOST),
        "CONNECTION_LOST",
        "Systems Manager knows it as ConnectionLost, last heard of at 2026-01-04T00:00:00Z.",
    ),
    (
        replace(SOUND, profile=Profile("Node", exists=False)),
        "PROFILE_MISSING",
        "The attached instance profile Node does not exist.",
    ),
    (
        replace(SOUND, profile=Profile("Node")),
        "PROFILE_WITHOUT_ROLE",
        "The instance profile Node has no role.",
    ),
    (
        replace(SOUND, profile=Profile("Node", role=Role(ARN, denied=DENIED))),
        "ROLE_LACKS_PERMISSIONS",
        f"{ARN} may not do {', '.join(sorted(AGENT_ACTIONS))}.",
    ),
    (
        without_profile(None),
        "NO_CREDENTIALS",
        "No instance profile is attached, and Default Host Management Configuration is off.",
    ),
    (
        without_profile(Role("Gone", exists=False)),
        "HOST_MANAGEMENT_ROLE_MISSING",
        "Default Host Management Configuration names the role Gone, which does not exist.",
    ),
    (
        without_profile(Role(ARN, trusted=False)),
        "HOST_MANAGEMENT_ROLE_NOT_TRUSTED",
        f"{ARN} does not trust ssm.amazonaws.com.",
    ),
    (
        without_profile(Role(ARN, denied=DENIED)),
        "HOST_MANAGEMENT_ROLE_LACKS_PERMISSIONS",
        f"{ARN} may not do {', '.join(sorted(AGENT_ACTIONS))}.",
    ),
    (
        instance(MetadataOptions={"HttpEndpoint": "disabled"}),
        "METADATA_DISABLED",
        "The instance metadata service (HttpEndpoint) is disabled.",
    ),
    (
        network(route_tables=table()),
        "NO_ROUTE_TO_ENDPOINT",
        "rtb-1 of subnet-1 has no route out of vpc-1, which has no ssm endpoint either.",
    ),
    (
        network(route_tables=table({**NAT, "State": "blackhole"})),
        "NO_ROUTE_TO_ENDPOINT",
        "rtb-1 of subnet-1 has no route out of vpc-1, which has no ssm endpoint either.",
    ),
    (
        network(route_tables=table(INTERNET)),
        "NO_PUBLIC_ADDRESS",
        "rtb-1 of subnet-1 leads out by igw-1 only, and the instance has no public address.",
    ),
    (
        network(route_tables=table(), endpoints=[{**ENDPOINT, "PrivateDnsEnabled": False}]),
        "ENDPOINT_UNUSABLE",
        "vpce-1 has no private DNS. rtb-1 of subnet-1 has no other way out.",
    ),
    (
        network(**ONLY_ENDPOINT, dns={"vpc-1": (True, False)}),
        "ENDPOINT_UNUSABLE",
        "vpc-1 of vpce-1 has enableDnsHostnames off. rtb-1 of subnet-1 has no other way out.",
    ),
    (
        network(**ONLY_ENDPOINT, groups=[GROUP, {**ENDPOINT_GROUP, "IpPermissions": []}]),
        "ENDPOINT_REFUSES",
        "sg-2 of vpce-1 does not allow TCP 443 from the instance.",
    ),
    (
        network(groups=[{**GROUP, "IpPermissionsEgress": []}]),
        "SECURITY_GROUP_BLOCKS",
        "sg-1 does not allow outbound TCP 443.",
    ),
    (network(acls=acl()), "NETWORK_ACL_BLOCKS", "acl-1 of subnet-1 blocks outbound TCP 443."),
    (
        network(acls=acl(ALLOW_ALL[0])),
        "NETWORK_ACL_BLOCKS",
        "acl-1 of subnet-1 blocks inbound TCP 1024-65535.",
    ),
    (
        instance(Operator={"Managed": True, "Principal": "eks.amazonaws.com"}),
        "MANAGED_BY_A_SERVICE",
        "eks.amazonaws.com operates the instance.",
    ),
    (SOUND, UNKNOWN, "Nothing that can be read from outside explains it."),
]


@pytest.mark.parametrize(("evidence", "cause", "text"), CASES)
def test_each_cause_is_proven_by_its_evidence_alone(evidence: Evidence, cause: str, text: str) -> None:
    found = diagnose(evidence, REGION)
    assert (found.cause, found.evidence, found.remedy) == (cause, text, REMEDIES[cause])


def test_every_cause_is_diagnosed_above() -> None:
    assert {cause for _, cause, _ in CASES} == set(CAUSES)


@pytest.mark.parametrize(
    "evidence",
    [
        network(**ONLY_ENDPOINT),
        network(route_tables=table(), endpoints=[{**ENDPOINT, "PrivateDnsEnabled": False}, ENDPOINT]),
        # A security group of the instance as the source.
        network(
            **ONLY_ENDPOINT,
            groups=[
                GROUP,
                {
                    **ENDPOINT_GROUP,
                    "IpPermissions": [{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "sg-1"}]}],
                },
            ],
        ),
        # A network ACL does not apply within a subnet.
        network(**{**ONLY_ENDPOINT, "endpoints": [{**ENDPOINT, "SubnetIds": ["subnet-1"]}]}, acls=acl()),
        replace(network(route_tables=table(INTERNET)), instance={**INSTANCE, "PublicIpAddress": "203.0.113.5"}),
        # Its own route table, and not the main one.
        network(
            route_tables=[
                *table(),
                {"RouteTableId": "rtb-2", "Associations": [{"SubnetId": "subnet-1"}], "Routes": [NAT]},
            ]
        ),
        without_profile(Role(ARN)),
        # The role may not register the instance, so that Default Host Management does.
        replace(
            SOUND,
            profile=Profile("Node", role=Role(ARN, denied=DENIED)),
            host_management=HostManagement(Role(ARN)),
        ),
        # What could not be read proves nothing.
        Evidence(INSTANCE, not_checked=("iam:GetInstanceProfile (ACCESS_DENIED)",)),
        replace(without_profile(None), host_management=None),
    ],
)
def test_what_can_work_is_no_cause(evidence: Evidence) -> None:
    assert diagnose(evidence, REGION).cause == UNKNOWN


def test_the_first_proven_cause_wins_and_the_others_are_notes() -> None:
    mixture = replace(
        network(route_tables=table(), groups=[{**GROUP, "IpPermissionsEgress": []}]),
        profile=Profile("Node"),
        not_checked=("ec2:DescribeNetworkAcls (ACCESS_DENIED)",),
    )
    found = diagnose(mixture, REGION)
    assert found.cause == "PROFILE_WITHOUT_ROLE"
    assert found.notes == (
        "Default Host Management Configuration is off.",
        "NO_ROUTE_TO_ENDPOINT: rtb-1 of subnet-1 has no route out of vpc-1, which has no ssm endpoint either.",
        "SECURITY_GROUP_BLOCKS: sg-1 does not allow outbound TCP 443.",
        "not checked: ec2:DescribeNetworkAcls (ACCESS_DENIED)",
    )


def test_a_role_that_may_register_only_is_a_note() -> None:
    half = replace(SOUND, profile=Profile("Node", role=Role(ARN, denied=frozenset(CHANNELS))))
    found = diagnose(half, REGION)
    assert found.cause == UNKNOWN
    assert found.notes == (
        f"{ARN} may register the instance, so that it is used, but not do {', '.join(sorted(CHANNELS))}.",
    )


def test_a_stopped_instance_lacks_no_public_address() -> None:
    stopped = replace(network(route_tables=table(INTERNET)), instance={**INSTANCE, "State": {"Name": "stopped"}})
    assert diagnose(stopped, REGION).notes == ()


def test_a_stopped_instance_that_was_managed_is_stopped() -> None:
    found = diagnose(replace(instance(State={"Name": "stopped"}), ping=LOST), REGION)
    assert found.cause == "NOT_RUNNING"
    assert found.notes[0].startswith("Systems Manager knows it as ConnectionLost")


def test_the_documentation_has_every_cause_in_its_order_with_its_remedy() -> None:
    page = Path(__file__).parents[3] / "docs" / "usage" / "nodes.md"
    rows = [line for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    assert rows == [f"| `{cause}` | {remedy} |" for cause, remedy in REMEDIES.items()]
