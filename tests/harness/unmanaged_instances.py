"""Instances of one account and Region of the sandbox, each unmanaged in its own way."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sandbox.services.ec2.models import ec2_backend_of
from sandbox.services.ssm.instances import ManagedInstance
from sandbox.services.ssm.models import ssm_backend_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sandbox import Sandbox

REGION = "eu-west-1"
_EVERYWHERE = [{"CidrIp": "0.0.0.0/0"}]
_HOST_MANAGEMENT = "/ssm/managed-instance/default-ec2-instance-management-role"


class Workshop:
    """Makes instances, and the networks and profiles that they are in."""

    def __init__(self, sandbox: Sandbox, account_id: str) -> None:
        self.account_id = account_id
        self.ec2 = sandbox.client("ec2", account_id, REGION)
        self.ssm = sandbox.client("ssm", account_id, REGION)
        self.iam = sandbox.client("iam", account_id)
        self.profile = self.new_profile("Node", "AmazonSSMManagedInstanceCore")
        self._vpcs = 0
        self.vpc, self.gateway = self.new_vpc()
        self.public = self.new_subnet(self.vpc, 0, self.gateway)
        self.group = self.new_group(self.vpc)

    def new_profile(self, name: str, policy: str | None, *, with_role: bool = True) -> str:
        self.iam.create_instance_profile(InstanceProfileName=name)
        if with_role:
            self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=_trust("ec2.amazonaws.com"))
            self.iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
        if policy:
            self.iam.attach_role_policy(RoleName=name, PolicyArn=f"arn:aws:iam::aws:policy/{policy}")
        return name

    def set_host_management_role(self) -> None:
        """Turns on Default Host Management Configuration, with a role that Systems Manager may assume."""
        self.iam.create_role(RoleName="HostManagement", AssumeRolePolicyDocument=_trust("ssm.amazonaws.com"))
        self.ssm.update_service_setting(SettingId=_HOST_MANAGEMENT, SettingValue="HostManagement")

    def new_vpc(self) -> tuple[str, str]:
        """A VPC and its internet gateway."""
        vpc: str = self.ec2.create_vpc(CidrBlock=f"10.{self._vpcs}.0.0/16")["Vpc"]["VpcId"]
        self._vpcs += 1
        self.ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
        gateway: str = self.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        self.ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
        return vpc, gateway

    def new_subnet(self, vpc: str, number: int, gateway: str | None, *, public: bool = True) -> str:
        """A subnet with a route table of its own, which leads to the gateway if there is one."""
        second = self._vpcs - 1
        created = self.ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.{second}.{number}.0/24")
        subnet: str = created["Subnet"]["SubnetId"]
        self.ec2.modify_subnet_attribute(SubnetId=subnet, MapPublicIpOnLaunch={"Value": public})
        table = self.ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
        self.ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
        if gateway:
            self.ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
        return subnet

    def new_group(self, vpc: str, *, lets_out: bool = True) -> str:
        name = f"group-{vpc}-{lets_out}"
        group: str = self.ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]
        if not lets_out:
            rule = {"IpProtocol": "-1", "IpRanges": _EVERYWHERE}
            self.ec2.revoke_security_group_egress(GroupId=group, IpPermissions=[rule])
        return group

    def run(
        self,
        name: str,
        *,
        subnet: str = "",
        groups: Sequence[str] = (),
        profile: str | None = "Node",
        metadata: str = "enabled",
    ) -> str:
        options: dict[str, Any] = {"IamInstanceProfile": {"Name": profile}} if profile else {}
        run = self.ec2.run_instances(
            ImageId="ami-0abcdef1234567890",
            MinCount=1,
            MaxCount=1,
            SubnetId=subnet or self.public,
            SecurityGroupIds=list(groups or [self.group]),
            MetadataOptions={"HttpEndpoint": metadata},
            TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": name}]}],
            **options,
        )
        instance_id: str = run["Instances"][0]["InstanceId"]
        return instance_id

    def twelve_ways(self) -> None:
        """One instance for each way, and three mixtures; its tag Name says which."""
        self.ec2.stop_instances(InstanceIds=[self.run("stopped")])
        ec2_backend_of(self.account_id, REGION).impaired.add(self.run("impaired"))
        lost = self.run("lost")
        ssm_backend_of(self.account_id, REGION).instances[lost] = ManagedInstance(
            lost, "Linux", "Amazon Linux", "2023", "3.3.551.0", "Node", status="ConnectionLost"
        )
        self.run("no-profile", profile=None)
        empty = self.new_profile("Empty", None, with_role=False)
        self.run("profile-without-role", profile=empty)
        self.run("role-without-policy", profile=self.new_profile("Bare", None))
        self.run("metadata-disabled", metadata="disabled")
        isolated = self.new_subnet(self.vpc, 1, None)
        self.run("no-route", subnet=isolated)
        private = self.new_subnet(self.vpc, 3, self.gateway, public=False)
        self.run("no-public-address", subnet=private)
        closed = self.new_group(self.vpc, lets_out=False)
        self.run("security-group", groups=[closed])
        blocked = self.new_subnet(self.vpc, 2, self.gateway)
        self._block(blocked)
        self.run("network-acl", subnet=blocked)
        # Mixtures
        self.ec2.stop_instances(InstanceIds=[self.run("mixture-stopped-without-profile", profile=None)])
        self.run("mixture-profile-route-group", profile=empty, subnet=isolated, groups=[closed])
        self.run("mixture-metadata-acl", metadata="disabled", subnet=blocked)
        # The last way has a VPC of its own: the endpoint would serve all others.
        vpc, _ = self.new_vpc()
        subnet = self.new_subnet(vpc, 0, None)
        self.ec2.create_vpc_endpoint(
            VpcId=vpc,
            ServiceName=f"com.amazonaws.{REGION}.ssm",
            VpcEndpointType="Interface",
            SubnetIds=[subnet],
            PrivateDnsEnabled=False,
        )
        self.run("endpoint-without-dns", subnet=subnet, groups=[self.new_group(vpc)])
        self.run("sound")

    def _block(self, subnet: str) -> None:
        """A network ACL that denies everything."""
        acl = self.ec2.create_network_acl(VpcId=self.vpc)["NetworkAcl"]["NetworkAclId"]
        (found,) = self.ec2.describe_network_acls(Filters=[{"Name": "association.subnet-id", "Values": [subnet]}])[
            "NetworkAcls"
        ]
        (association,) = (one for one in found["Associations"] if one["SubnetId"] == subnet)
        self.ec2.replace_network_acl_association(AssociationId=association["NetworkAclAssociationId"], NetworkAclId=acl)


def _trust(service: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
