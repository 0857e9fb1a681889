"""`report.py compliance` outside of the partition `aws`, which the sandbox does not have: the answers are written here.

ARNs and endpoints are those of the partition: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from systems_manager_organization.aws.session import botocore_session

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from botocore.model import OperationModel
    from botocore.session import Session

    from unit.conftest import Run

ACCOUNT = "111111111111"
MANAGED, UNMANAGED, HYBRID = "i-00000000000000001", "i-00000000000000002", "mi-00000000000000003"
NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
# The host of IAM, which has one endpoint for all Regions of a partition: botocore's rules of endpoints.
PARTITIONS = [
    ("aws", "eu-west-1", "iam.amazonaws.com"),
    ("aws-cn", "cn-northwest-1", "iam.cn-north-1.amazonaws.com.cn"),
    ("aws-us-gov", "us-gov-east-1", "iam.us-gov.amazonaws.com"),
    ("aws-eusc", "eusc-de-east-1", "iam.eusc-de-east-1.amazonaws.eu"),
]


@dataclass
class Aws:
    """Answers the calls of sessions that it makes, and keeps them: operation, host and parameters."""

    partition: str
    region: str
    calls: list[tuple[str, str, Mapping[str, Any]]] = field(default_factory=list)

    def session(self, **options: Any) -> Session:
        made = botocore_session(**options)
        made.get_component("event_emitter").register("before-call", self._answer)
        return made

    def hosts(self, service: str) -> set[str]:
        return {host for name, host, _ in self.calls if name.startswith(f"{service}:")}

    def _answer(self, model: OperationModel, params: Mapping[str, Any], **_event: object) -> Any:
        host = params["url"].split("/")[2]
        body = params["body"]
        parsed = json.loads(body) if isinstance(body, (bytes, str)) and body[:1] in (b"{", "{") else {}
        self.calls.append((f"{model.service_model.signing_name}:{model.name}", host, parsed))
        return SimpleNamespace(status_code=200), self._answers()[model.name]

    def _answers(self) -> dict[str, dict[str, Any]]:
        iam = f"arn:{self.partition}:iam::{ACCOUNT}"
        profile = {"Arn": f"{iam}:instance-profile/Node"}
        placement = {"State": {"Name": "running"}, "LaunchTime": NOW, "VpcId": "vpc-1", "SubnetId": "subnet-1"}
        instances = [{"InstanceId": one, "IamInstanceProfile": profile, **placement} for one in (MANAGED, UNMANAGED)]
        known = {"PingStatus": "Online", "PlatformType": "Linux", "LastPingDateTime": NOW, "RegistrationDate": NOW}
        state = {"OperationEndTime": NOW, "Operation": "Scan", "MissingCount": 1, "CriticalNonCompliantCount": 1}
        denied = {"EvalActionName": "ssm:UpdateInstanceInformation", "EvalDecision": "implicitDeny"}
        return {
            "GetCallerIdentity": {"Account": ACCOUNT, "Arn": f"{iam}:user/Administrator"},
            "ListRoots": {"Roots": [{"Id": "r-ab12", "Name": "Root"}]},
            "ListOrganizationalUnitsForParent": {"OrganizationalUnits": []},
            "ListAccountsForParent": {"Accounts": [{"Id": ACCOUNT, "Name": "Management", "Status": "ACTIVE"}]},
            "ListRegions": {"Regions": [{"RegionName": self.region, "RegionOptStatus": "ENABLED_BY_DEFAULT"}]},
            "DescribeInstanceInformation": {
                "InstanceInformationList": [{"InstanceId": one, **known} for one in (MANAGED, HYBRID)]
            },
            "DescribeInstancePatchStates": {
                "InstancePatchStates": [{"InstanceId": one, **state} for one in (MANAGED, HYBRID)]
            },
            "ListResourceComplianceSummaries": {"ResourceComplianceSummaryItems": []},
            "DescribeInstances": {"Reservations": [{"Instances": instances}]},
            "DescribeInstanceStatus": {"InstanceStatuses": []},
            "GetServiceSetting": {"ServiceSetting": {"Status": "Default", "SettingValue": "$None"}},
            "DescribeRouteTables": {"RouteTables": []},
            "DescribeVpcEndpoints": {"VpcEndpoints": []},
            "DescribeSecurityGroups": {"SecurityGroups": []},
            "DescribeNetworkAcls": {"NetworkAcls": []},
            "DescribeVpcAttribute": {"EnableDnsSupport": {"Value": True}, "EnableDnsHostnames": {"Value": True}},
            "GetInstanceProfile": {"InstanceProfile": {"Roles": [{"Arn": f"{iam}:role/Node"}]}},
            "SimulatePrincipalPolicy": {"EvaluationResults": [denied]},
            "GetFindings": {"Findings": []},
            "BatchImportFindings": {"SuccessCount": 2, "FailedCount": 0, "FailedFindings": []},
        }


@pytest.fixture
def report(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Any]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)

    def report(aws: Aws, *arguments: str) -> Any:
        options = ("--region", aws.region, "--coverage", *arguments)
        outcome = run(
            "report", "compliance", *options, session_factory=aws.session, time=partial(datetime.timestamp, NOW)
        )
        assert outcome.status == 0, outcome.stderr
        return outcome

    return report


@pytest.mark.parametrize(("partition", "region", "iam"), PARTITIONS)
def test_arns_and_endpoints_are_those_of_the_partition(
    report: Callable[..., Any], partition: str, region: str, iam: str
) -> None:
    aws = Aws(partition, region)
    outcome = report(aws, "--format", "ocsf")
    events = [json.loads(line) for line in outcome.stdout.splitlines()]
    resources = {event["resources"][0]["uid"]: event["resources"][0]["cloud_partition"] for event in events}
    assert resources == dict.fromkeys(
        (
            f"arn:{partition}:ec2:{region}:{ACCOUNT}:instance/{MANAGED}",
            f"arn:{partition}:ec2:{region}:{ACCOUNT}:instance/{UNMANAGED}",
            f"arn:{partition}:ssm:{region}:{ACCOUNT}:managed-instance/{HYBRID}",
        ),
        partition,
    )
    # Why the third is not managed is read of IAM, where the partition has it.
    assert f"arn:{partition}:iam::{ACCOUNT}:role/Node may not do ssm:UpdateInstanceInformation" in outcome.stdout
    assert aws.hosts("iam") == {iam}


@pytest.mark.parametrize(("partition", "region", "iam"), PARTITIONS)
def test_findings_of_security_hub_are_those_of_the_partition(
    report: Callable[..., Any], partition: str, region: str, iam: str
) -> None:
    aws = Aws(partition, region)
    report(aws, "--to-security-hub", "--yes")
    product = f"arn:{partition}:securityhub:{region}:{ACCOUNT}:product/{ACCOUNT}/default"
    (asked,) = (parameters for name, _, parameters in aws.calls if name == "securityhub:GetFindings")
    assert asked["Filters"]["ProductArn"] == [{"Value": product, "Comparison": "EQUALS"}]
    (sent,) = (parameters for name, _, parameters in aws.calls if name == "securityhub:BatchImportFindings")
    assert {finding["ProductArn"] for finding in sent["Findings"]} == {product}
    resources = [finding["Resources"][0] for finding in sent["Findings"]]
    assert {resource["Id"].split(":")[1] for resource in resources} == {partition}
    assert [resource["Partition"] for resource in resources] == [partition, partition]
    assert aws.hosts("iam") == {iam}
