"""Reads the nodes of one account, and the evidence for those that are not managed."""

from __future__ import annotations

import json
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

from systems_manager_organization.compliance.model.node import time_text
from systems_manager_organization.compliance.sources.read_failures import classify_read_error
from systems_manager_organization.errors import ScriptError, ServiceError
from systems_manager_organization.nodes.causes import REMEDIES, UNKNOWN
from systems_manager_organization.nodes.columns import MANAGED, UNMANAGED
from systems_manager_organization.nodes.diagnosis import ONLINE, Diagnosis, diagnose
from systems_manager_organization.nodes.evidence import AGENT_ACTIONS, Evidence, HostManagement, Network, Profile, Role
from systems_manager_organization.organizations.default_host_management_role import NONE, default_host_management_role

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from systems_manager_organization.aws.account_sessions import AccountSession
    from systems_manager_organization.compliance.model.columns import Node
    from systems_manager_organization.compliance.model.node import AccountRegionResult
    from systems_manager_organization.nodes.evidence import Item

# What the role of a member account does, to which the session policy limits it.
ACTIONS = (
    "ec2:DescribeInstances",
    "ec2:DescribeInstanceStatus",
    "ec2:DescribeNetworkAcls",
    "ec2:DescribeRouteTables",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeVpcAttribute",
    "ec2:DescribeVpcEndpoints",
    "iam:GetInstanceProfile",
    "iam:GetRole",
    "iam:SimulatePrincipalPolicy",
    "ssm:DescribeInstanceInformation",
    "ssm:GetServiceSetting",
)

# The most that AWS returns at once: botocore's models `ec2` and `ssm`.
_PAGE, _ROUTE_TABLES_PAGE, _SSM_PAGE = 1000, 100, 50
_MISSING = frozenset({"NoSuchEntity"})
_SYSTEMS_MANAGER = "ssm.amazonaws.com"

R = TypeVar("R")


class AccountReader:
    """Reads one account, in many threads: its roles are read once for all Regions."""

    def __init__(self, account_session: AccountSession) -> None:
        self._session = account_session
        self._lock = Lock()
        self._known: dict[tuple[str, str], tuple[Any, list[str]]] = {}

    def read(self, result: AccountRegionResult) -> list[Node]:
        """The nodes of a Region. Raises ScriptError when they cannot be listed."""
        region = result.region
        instances = self.instances(region)
        listed = self._session.paginate("ssm", region, "describe_instance_information", MaxResults=_SSM_PAGE)
        pings = {ping["InstanceId"]: ping for ping in listed}
        unmanaged = [one for one in instances if pings.get(one["InstanceId"], {}).get("PingStatus") != ONLINE]
        evidence = {found.instance["InstanceId"]: found for found in self.evidence(region, unmanaged, pings)}
        rows = [
            _row(result, instance, pings.get(instance["InstanceId"], {}), evidence.get(instance["InstanceId"]))
            for instance in instances
        ]
        known = {instance["InstanceId"] for instance in instances}
        return rows + [_row(result, {}, ping, None) for node_id, ping in pings.items() if node_id not in known]

    def instances(self, region: str) -> list[Item]:
        """EC2's Instance of each one that is not terminated. Raises ScriptError when they cannot be listed."""
        reservations = self._session.paginate("ec2", region, "describe_instances", MaxResults=_PAGE)
        return [
            instance
            for reservation in reservations
            for instance in reservation["Instances"]
            if instance["State"]["Name"] not in ("terminated", "shutting-down")
        ]

    def evidence(self, region: str, instances: Sequence[Item], pings: Mapping[str, Item]) -> Iterable[Evidence]:
        """The evidence of each of these instances, which are not managed; `pings`: InstanceInformation by id."""
        if not instances:
            return
        failures: list[str] = []
        read = partial(self._read, failures)
        pages = partial(self._pages, region)
        statuses = read("ec2:DescribeInstanceStatus", partial(pages, "describe_instance_status")) or ()
        status_of = {status["InstanceId"]: status for status in statuses}
        host_management = read("ssm:GetServiceSetting", partial(self._host_management, failures, region))
        network = Network(
            read("ec2:DescribeRouteTables", partial(pages, "describe_route_tables", _ROUTE_TABLES_PAGE)),
            read("ec2:DescribeVpcEndpoints", partial(pages, "describe_vpc_endpoints")),
            read("ec2:DescribeSecurityGroups", partial(pages, "describe_security_groups")),
            read("ec2:DescribeNetworkAcls", partial(pages, "describe_network_acls")),
            read("ec2:DescribeVpcAttribute", partial(self._dns, region, instances)) or {},
        )
        for instance in instances:
            own: list[str] = []
            arn = instance.get("IamInstanceProfile", {}).get("Arn", "")
            profile = self._once(self._profile, arn.rpartition("/")[2], own) if arn else None
            yield Evidence(
                instance,
                status_of.get(instance["InstanceId"], {}),
                pings.get(instance["InstanceId"], {}),
                profile,
                host_management,
                network,
                tuple(dict.fromkeys([*failures, *own])),
            )

    def _read(self, failures: list[str], action: str, call: Callable[[], Any]) -> Any:
        """What `call` returns; None, and a failure more, when AWS does not let it. Raises what concerns every call."""
        try:
            return call()
        except ScriptError as error:
            failures.append(f"{action} ({classify_read_error(error)[0]})")
            return None

    def _pages(self, region: str, operation: str, page: int = _PAGE) -> list[Item]:
        return list(self._session.paginate("ec2", region, operation, MaxResults=page))

    def _dns(self, region: str, instances: Sequence[Item]) -> dict[str, tuple[bool, bool]]:
        """By VPC of these instances: DNS support, and host names."""

        def attribute(vpc: str, name: str) -> bool:
            key = name[0].upper() + name[1:]
            answer = self._session.call("ec2", region, "describe_vpc_attribute", VpcId=vpc, Attribute=name)
            return bool(answer[key]["Value"])

        vpcs = sorted({instance["VpcId"] for instance in instances if instance.get("VpcId")})
        return {vpc: (attribute(vpc, "enableDnsSupport"), attribute(vpc, "enableDnsHostnames")) for vpc in vpcs}

    def _host_management(self, failures: list[str], region: str) -> HostManagement | None:
        value = default_host_management_role(self._session, region)
        if value == NONE:
            return HostManagement()
        # With its path: "service-role/NAME".
        role = self._once(self._trusted_role, value.rpartition("/")[2], failures)
        return HostManagement(role) if role else None

    def _trusted_role(self, failures: list[str], name: str) -> Role | None:
        role = self._read(failures, "iam:GetRole", partial(self._iam, "get_role", RoleName=name))
        if not role:
            return role if role is None else Role(name, exists=False)
        trusted = _SYSTEMS_MANAGER in json.dumps(role["Role"]["AssumeRolePolicyDocument"])
        arn = role["Role"]["Arn"]
        return Role(arn, trusted=trusted, denied=self._denied(failures, arn))

    def _profile(self, failures: list[str], name: str) -> Profile | None:
        call = partial(self._iam, "get_instance_profile", InstanceProfileName=name)
        profile = self._read(failures, "iam:GetInstanceProfile", call)
        if not profile:
            return profile if profile is None else Profile(name, exists=False)
        arns = [role["Arn"] for role in profile["InstanceProfile"]["Roles"]]
        return Profile(name, role=Role(arns[0], denied=self._denied(failures, arns[0])) if arns else None)

    def _denied(self, failures: list[str], arn: str) -> frozenset[str] | None:
        """The actions of the agent that the role may not do, with its permissions boundary. One call for each role."""

        def simulate() -> list[Item]:
            # "IAM might return fewer results, even when there are more": botocore's model `iam`.
            listed = self._session.paginate(
                "iam",
                self._session.region,
                "simulate_principal_policy",
                PolicySourceArn=arn,
                ActionNames=list(AGENT_ACTIONS),
            )
            return list(listed)

        results = self._read(failures, "iam:SimulatePrincipalPolicy", simulate)
        if results is None:
            return None
        return frozenset(found["EvalActionName"] for found in results if found["EvalDecision"] != "allowed")

    def _iam(self, operation: str, **parameters: object) -> dict[str, Any]:
        """The response; empty for what does not exist."""
        try:
            return self._session.call("iam", self._session.region, operation, **parameters)
        except ServiceError as error:
            if error.code in _MISSING:
                return {}
            raise

    def _once(self, read: Callable[[list[str], str], R], name: str, failures: list[str]) -> R:
        """What `read` returns, and its failures; from memory if it was read before, in any Region."""
        with self._lock:
            known = self._known.get((read.__name__, name))
            if known is None:
                own: list[str] = []
                known = self._known[read.__name__, name] = (read(own, name), own)
        failures += known[1]
        found: R = known[0]
        return found


def _row(result: AccountRegionResult, instance: Item, ping: Item, evidence: Evidence | None) -> Node:
    diagnosis, status = Diagnosis("", "", ""), MANAGED
    if evidence is not None:
        diagnosis, status = diagnose(evidence, result.region), UNMANAGED
    elif ping.get("PingStatus") != ONLINE:
        diagnosis, status = _lost(ping), UNMANAGED
    last: datetime | None = ping.get("LastPingDateTime")
    return (
        result.account_id,
        result.account_name,
        result.organizational_unit,
        result.region,
        instance.get("InstanceId") or ping["InstanceId"],
        name_of(instance) or ping.get("ComputerName", ""),
        " ".join(filter(None, (ping.get("PlatformName"), ping.get("PlatformVersion"))))
        or instance.get("PlatformDetails", ""),
        instance.get("State", {}).get("Name", ""),
        ping.get("AgentVersion", ""),
        time_text(last) if last else "",
        status,
        diagnosis.cause,
        diagnosis.evidence,
        diagnosis.remedy,
        " | ".join(diagnosis.notes),
        " | ".join(evidence.not_checked if evidence else ()),
        "",
    )


def _lost(ping: Item) -> Diagnosis:
    """A hybrid node, or an EC2 instance that is gone: nothing else can be read of it."""
    last = ping.get("LastPingDateTime")
    text = f"Systems Manager knows it as {ping['PingStatus']}"
    text += f", last heard of at {time_text(last)}." if last else "."
    return Diagnosis(UNKNOWN, text, REMEDIES[UNKNOWN])


def name_of(instance: Item) -> str:
    """Its tag Name; empty without one."""
    return next((str(tag["Value"]) for tag in instance.get("Tags", ()) if tag["Key"] == "Name"), "")
