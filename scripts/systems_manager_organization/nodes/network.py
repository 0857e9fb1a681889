"""Whether an instance reaches Systems Manager, from routes, endpoints, security groups and network ACLs."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from systems_manager_organization.nodes.evidence import Item, Network

HTTPS = 443
# The ports to which responses come back.
# https://docs.aws.amazon.com/vpc/latest/userguide/custom-network-acl.html#nacl-ephemeral-ports
EPHEMERAL = (1024, 65535)
_TCP, _ANY_PROTOCOL = ("6", "tcp"), "-1"
_DEFAULT_ROUTE = "0.0.0.0/0"


def route_table_of(tables: Sequence[Item], vpc: str, subnet: str) -> Item | None:
    """The route table of the subnet: its own, or the main one of the VPC."""
    main = None
    for table in tables:
        for association in table.get("Associations", ()):
            if association.get("SubnetId") == subnet:
                return table
            if association.get("Main") and table.get("VpcId") == vpc:
                main = table
    return main


def ways_out(table: Item) -> Iterator[str]:
    """The targets of routes that may lead to AWS's public addresses. A blackhole leads nowhere."""
    for route in table.get("Routes", ()):
        if route.get("State") == "blackhole" or route.get("GatewayId") == "local":
            continue
        # An endpoint of type Gateway, of S3 or DynamoDB.
        if route.get("GatewayId", "").startswith("vpce-") and "DestinationPrefixListId" in route:
            continue
        destination = route.get("DestinationCidrBlock")
        if destination is None or not _is_private(destination):
            yield next((value for key, value in route.items() if key in _TARGETS and value), "unknown")


_TARGETS = (
    "GatewayId",
    "NatGatewayId",
    "TransitGatewayId",
    "VpcPeeringConnectionId",
    "NetworkInterfaceId",
    "InstanceId",
    "EgressOnlyInternetGatewayId",
    "LocalGatewayId",
    "CarrierGatewayId",
    "CoreNetworkArn",
)


def _is_private(cidr: str) -> bool:
    return cidr != _DEFAULT_ROUTE and ip_network(cidr, strict=False).is_private


def endpoint_of(network: Network, vpc: str, region: str) -> Item | None:
    """The interface endpoint of Systems Manager in the VPC, the usable one first."""
    found = [
        endpoint
        for endpoint in network.endpoints or ()
        if endpoint["VpcId"] == vpc
        and endpoint["ServiceName"].endswith(f".{region}.ssm")
        and endpoint.get("State", "available").lower() == "available"
    ]
    return max(found, key=lambda endpoint: bool(endpoint.get("PrivateDnsEnabled")), default=None)


def lets_out(groups: Sequence[Item]) -> bool:
    """Whether a rule of these security groups allows TCP 443 to anything."""
    return any(
        _covers(rule.get("IpProtocol"), rule.get("FromPort"), rule.get("ToPort"))
        for group in groups
        for rule in group.get("IpPermissionsEgress", ())
    )


def lets_in(groups: Sequence[Item], address: str, sources: Sequence[str]) -> bool:
    """Whether a rule of these security groups allows TCP 443 from the address, or from the security groups `sources`.

    What a prefix list holds is not read: it counts as allowing.
    """
    return any(
        any(_holds(source["CidrIp"], address) for source in rule.get("IpRanges", ()))
        or any(pair.get("GroupId") in sources for pair in rule.get("UserIdGroupPairs", ()))
        or bool(rule.get("PrefixListIds"))
        for group in groups
        for rule in group.get("IpPermissions", ())
        if _covers(rule.get("IpProtocol"), rule.get("FromPort"), rule.get("ToPort"))
    )


def _covers(protocol: str | None, first: int | None, last: int | None) -> bool:
    if protocol == _ANY_PROTOCOL:
        return True
    return protocol in _TCP and (first is None or last is None or first <= HTTPS <= last)


def _holds(cidr: str, address: str) -> bool:
    return not address or ip_address(address) in ip_network(cidr, strict=False)


def acl_of(acls: Sequence[Item], subnet: str) -> Item | None:
    return next(
        (acl for acl in acls for found in acl.get("Associations", ()) if found.get("SubnetId") == subnet),
        None,
    )


def acl_blocks(acl: Item) -> str:
    """Which direction the network ACL blocks as a whole: "outbound TCP 443", "inbound TCP 1024-65535", or neither."""
    if _blocks(acl, egress=True, ports=(HTTPS, HTTPS)):
        return "outbound TCP 443"
    return "inbound TCP 1024-65535" if _blocks(acl, egress=False, ports=EPHEMERAL) else ""


def _blocks(acl: Item, *, egress: bool, ports: tuple[int, int]) -> bool:
    """Whether no entry before the first that denies all of it allows any of it."""
    entries = sorted(
        (entry for entry in acl.get("Entries", ()) if entry["Egress"] is egress), key=lambda entry: entry["RuleNumber"]
    )
    for entry in entries:
        if str(entry["Protocol"]) not in (_ANY_PROTOCOL, *_TCP):
            continue
        limits = entry.get("PortRange") or {"From": 0, "To": 65535}
        first, last = limits["From"], limits["To"]
        if entry["RuleAction"] == "allow" and first <= ports[1] and ports[0] <= last:
            return False
        covers = first <= ports[0] and ports[1] <= last and entry.get("CidrBlock") == _DEFAULT_ROUTE
        if entry["RuleAction"] == "deny" and covers:
            return True
    return True
