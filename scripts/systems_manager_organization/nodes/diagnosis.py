"""Why an instance is not managed, from evidence alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from systems_manager_organization.nodes import network
from systems_manager_organization.nodes.causes import REMEDIES, UNKNOWN
from systems_manager_organization.nodes.evidence import REGISTRATION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from systems_manager_organization.nodes.evidence import Evidence, Item, Role

ONLINE = "Online"


class Finding(NamedTuple):
    """What a check found. Without a code it proves no cause, and is a note only."""

    code: str
    evidence: str


class Diagnosis(NamedTuple):
    """The cause, its evidence and its remedy; `notes` has what else was found, and what could not be checked."""

    cause: str
    evidence: str
    remedy: str
    notes: tuple[str, ...] = ()


def diagnose(evidence: Evidence, region: str) -> Diagnosis:
    """The first proven cause of an instance that is not managed; the rest as notes."""
    found = [finding for check in _CHECKS for finding in check(evidence, region)]
    proven = [finding for finding in found if finding.code]
    if not proven:
        nothing = "Nothing that can be read from outside explains it."
        incomplete = " Not everything could be read." if evidence.not_checked else ""
        return _diagnosis(Finding(UNKNOWN, nothing + incomplete), found, evidence)
    return _diagnosis(proven[0], [finding for finding in found if finding is not proven[0]], evidence)


def _diagnosis(cause: Finding, others: list[Finding], evidence: Evidence) -> Diagnosis:
    notes = [f"{code}: {text}" if code else text for code, text in others]
    unread = [f"not checked: {action}" for action in evidence.not_checked]
    return Diagnosis(cause.code, cause.evidence, REMEDIES[cause.code], (*notes, *unread))


def _state(evidence: Evidence, _region: str) -> Iterator[Finding]:
    state = evidence.instance["State"]["Name"]
    if state != "running":
        reason = evidence.instance.get("StateTransitionReason") or evidence.instance.get("StateReason", {}).get(
            "Message", ""
        )
        yield Finding("NOT_RUNNING", f"The instance is {state}{f': {reason}' if reason else ''}.")
        return
    failed = [
        f"{name} check is {evidence.status[key]['Status']}"
        for key, name in (("SystemStatus", "system"), ("InstanceStatus", "instance"))
        if evidence.status.get(key, {}).get("Status") == "impaired"
    ]
    if failed:
        yield Finding("STATUS_CHECK_FAILED", f"The {' and the '.join(failed)}.")


def _ping(evidence: Evidence, _region: str) -> Iterator[Finding]:
    ping = evidence.ping
    if not ping:
        return
    last = ping.get("LastPingDateTime")
    text = f"Systems Manager knows it as {ping['PingStatus']}"
    text += f", last heard of at {last:%Y-%m-%dT%H:%M:%SZ}" if last else ""
    text += f", agent {ping['AgentVersion']}" if ping.get("AgentVersion") else ""
    # A stopped instance cannot answer: that is no cause of its own.
    yield Finding("CONNECTION_LOST" if evidence.instance["State"]["Name"] == "running" else "", f"{text}.")


def _credentials(evidence: Evidence, _region: str) -> Iterator[Finding]:
    """The agent uses the profile's role if that may register the instance, otherwise Default Host Management.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/fleet-manager-default-host-management-configuration.html
    """
    profile = list(_profile(evidence))
    role = evidence.profile.role if evidence.profile else None
    if role is not None and role.denied is not None and REGISTRATION not in role.denied:
        if role.denied:
            denied = ", ".join(sorted(role.denied))
            yield Finding("", f"{role.arn} may register the instance, so that it is used, but not do {denied}.")
        return
    management = list(_host_management(evidence))
    # What could not be read proves nothing, and neither does a profile of no use where the other way is open.
    works = evidence.host_management is None or (
        evidence.host_management.role is not None and not any(finding.code for finding in management)
    )
    for finding in (*profile, *management):
        yield Finding("" if works else finding.code, finding.evidence)


def _profile(evidence: Evidence) -> Iterator[Finding]:
    arn = evidence.instance.get("IamInstanceProfile", {}).get("Arn", "")
    profile = evidence.profile
    if not arn:
        if evidence.host_management is not None and evidence.host_management.role is None:
            yield Finding(
                "NO_CREDENTIALS",
                "No instance profile is attached, and Default Host Management Configuration is off.",
            )
    elif profile is None:
        return
    elif not profile.exists:
        yield Finding("PROFILE_MISSING", f"The attached instance profile {profile.name} does not exist.")
    elif profile.role is None:
        yield Finding("PROFILE_WITHOUT_ROLE", f"The instance profile {profile.name} has no role.")
    elif profile.role.denied:
        yield Finding(
            "ROLE_LACKS_PERMISSIONS", f"{profile.role.arn} may not do {', '.join(sorted(profile.role.denied))}."
        )


def _host_management(evidence: Evidence) -> Iterator[Finding]:
    management = evidence.host_management
    if management is None or management.role is None:
        if management is not None and evidence.instance.get("IamInstanceProfile"):
            yield Finding("", "Default Host Management Configuration is off.")
        return
    yield from _host_management_role(management.role)


def _host_management_role(role: Role) -> Iterator[Finding]:
    if not role.exists:
        yield Finding(
            "HOST_MANAGEMENT_ROLE_MISSING",
            f"Default Host Management Configuration names the role {role.arn}, which does not exist.",
        )
    elif not role.trusted:
        yield Finding("HOST_MANAGEMENT_ROLE_NOT_TRUSTED", f"{role.arn} does not trust ssm.amazonaws.com.")
    elif role.denied and REGISTRATION in role.denied:
        denied = ", ".join(sorted(role.denied))
        yield Finding("HOST_MANAGEMENT_ROLE_LACKS_PERMISSIONS", f"{role.arn} may not do {denied}.")


def _metadata(evidence: Evidence, _region: str) -> Iterator[Finding]:
    if evidence.instance.get("MetadataOptions", {}).get("HttpEndpoint") == "disabled":
        yield Finding("METADATA_DISABLED", "The instance metadata service (HttpEndpoint) is disabled.")


def _way(evidence: Evidence, region: str) -> Iterator[Finding]:
    """The endpoint of Systems Manager in the VPC, which takes precedence, or a route."""
    instance, read = evidence.instance, evidence.network
    vpc, subnet = instance.get("VpcId", ""), instance.get("SubnetId", "")
    if not vpc or read.endpoints is None or read.route_tables is None:
        return
    endpoint = network.endpoint_of(read, vpc, region)
    obstacle = _endpoint_obstacle(evidence, endpoint) if endpoint else ""
    if endpoint and not obstacle:
        yield from _endpoint(evidence, endpoint)
        return
    table = network.route_table_of(read.route_tables, vpc, subnet)
    if table is None:
        return
    ways = list(network.ways_out(table))
    if ways:
        if obstacle:
            yield Finding("", obstacle)
        # A stopped instance has none, even if it had one and will have one.
        lacks_address = instance["State"]["Name"] == "running" and not instance.get("PublicIpAddress")
        if lacks_address and all(way.startswith("igw-") for way in ways):
            yield Finding(
                "NO_PUBLIC_ADDRESS",
                f"{table['RouteTableId']} of {subnet} leads out by {', '.join(ways)} only, and the instance has no "
                "public address.",
            )
    elif obstacle:
        yield Finding("ENDPOINT_UNUSABLE", f"{obstacle} {table['RouteTableId']} of {subnet} has no other way out.")
    else:
        yield Finding(
            "NO_ROUTE_TO_ENDPOINT",
            f"{table['RouteTableId']} of {subnet} has no route out of {vpc}, which has no ssm endpoint either.",
        )


def _endpoint_obstacle(evidence: Evidence, endpoint: Item) -> str:
    """Why the name of Systems Manager does not resolve to the endpoint; empty if it does."""
    if not endpoint.get("PrivateDnsEnabled"):
        return f"{endpoint['VpcEndpointId']} has no private DNS."
    support, names = evidence.network.dns.get(endpoint["VpcId"], (True, True))
    off = [f"enableDns{name} off" for name, on in (("Support", support), ("Hostnames", names)) if not on]
    return f"{endpoint['VpcId']} of {endpoint['VpcEndpointId']} has {' and '.join(off)}." if off else ""


def _endpoint(evidence: Evidence, endpoint: Item) -> Iterator[Finding]:
    instance, read = evidence.instance, evidence.network
    if read.groups is None:
        return
    names = [group["GroupId"] for group in endpoint.get("Groups", ())]
    own = [group["GroupId"] for group in instance.get("SecurityGroups", ())]
    groups = [group for group in read.groups if group["GroupId"] in names]
    if names and len(groups) == len(names) and not network.lets_in(groups, instance.get("PrivateIpAddress", ""), own):
        yield Finding(
            "ENDPOINT_REFUSES",
            f"{', '.join(names)} of {endpoint['VpcEndpointId']} does not allow TCP 443 from the instance.",
        )


def _filters(evidence: Evidence, region: str) -> Iterator[Finding]:
    instance, read = evidence.instance, evidence.network
    own = [group["GroupId"] for group in instance.get("SecurityGroups", ())]
    groups = [group for group in read.groups or () if group["GroupId"] in own]
    if own and len(groups) == len(own) and not network.lets_out(groups):
        yield Finding("SECURITY_GROUP_BLOCKS", f"{', '.join(own)} does not allow outbound TCP 443.")
    subnet = instance.get("SubnetId", "")
    endpoint = network.endpoint_of(read, instance.get("VpcId", ""), region)
    acl = network.acl_of(read.acls or (), subnet)
    # A network ACL does not apply within a subnet.
    if acl and not (endpoint and subnet in endpoint.get("SubnetIds", ())) and (blocked := network.acl_blocks(acl)):
        yield Finding("NETWORK_ACL_BLOCKS", f"{acl['NetworkAclId']} of {subnet} blocks {blocked}.")


# https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSElasticDisasterRecoveryServiceRolePolicy.html: what
# the service may change has this tag.
_DISASTER_RECOVERY_TAG = "AWSElasticDisasterRecoveryManaged"


def _service(evidence: Evidence, _region: str) -> Iterator[Finding]:
    """An instance that an AWS service operates, as EKS Auto Mode does: OperatorResponse in botocore's model `ec2`."""
    operator = evidence.instance.get("Operator", {})
    if operator.get("Managed"):
        yield Finding("MANAGED_BY_A_SERVICE", f"{operator.get('Principal', 'An AWS service')} operates the instance.")
    # ASSUMPTION(disaster-recovery-tag-of-replication-servers): its replication servers have the tag.
    if any(tag["Key"] == _DISASTER_RECOVERY_TAG for tag in evidence.instance.get("Tags", ())):
        yield Finding(
            "MANAGED_BY_A_SERVICE", f"The tag {_DISASTER_RECOVERY_TAG} is that of AWS Elastic Disaster Recovery."
        )


# ASSUMPTION(order-of-node-causes): the first proven cause is the one to resolve first.
_CHECKS = (_state, _ping, _credentials, _metadata, _way, _filters, _service)
