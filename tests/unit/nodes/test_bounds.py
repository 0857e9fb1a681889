"""The calls of an organization of 1,000 accounts in four Regions."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from systems_manager_organization.compliance.model.columns import READ
from systems_manager_organization.compliance.model.node import AccountRegionResult
from systems_manager_organization.nodes.reading import AccountReader

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCOUNTS, REGIONS = 1000, ("ap-northeast-1", "eu-west-1", "us-east-1", "us-west-2")


class FakeSession:
    """An account in which each Region has two instances of one profile in a VPC: one online, one unknown or not."""

    region = "us-east-1"

    def __init__(self, calls: Counter[str], *, unmanaged: bool) -> None:
        self.calls, self.unmanaged = calls, unmanaged

    def paginate(self, _service: str, _region: str, operation: str, **_parameters: object) -> Iterator[Any]:
        self.calls[operation] += 1
        if operation == "describe_instances":
            profile = {"Arn": "arn:aws:iam::111111111111:instance-profile/Node"}
            names = ("i-1", "i-2")
            state = {"Name": "running"}
            yield {
                "Instances": [
                    {"InstanceId": name, "State": state, "VpcId": "vpc-1", "IamInstanceProfile": profile}
                    for name in names
                ]
            }
        elif operation == "describe_instance_information":
            for name in ("i-1",) if self.unmanaged else ("i-1", "i-2"):
                yield {"InstanceId": name, "PingStatus": "Online"}

    def call(self, _service: str, _region: str, operation: str, **parameters: Any) -> dict[str, Any]:
        self.calls[operation] += 1
        answers: dict[str, dict[str, Any]] = {
            "get_service_setting": {"ServiceSetting": {"SettingValue": "service-role/Default", "Status": "Customized"}},
            "get_role": {"Role": {"Arn": "arn:aws:iam::111111111111:role/Default", "AssumeRolePolicyDocument": {}}},
            "get_instance_profile": {"InstanceProfile": {"Roles": [{"Arn": "arn:aws:iam::111111111111:role/Node"}]}},
            "simulate_principal_policy": {"EvaluationResults": []},
            "describe_vpc_attribute": {
                name[0].upper() + name[1:]: {"Value": True}
                for name in [parameters.get("Attribute", "")]
                if operation == "describe_vpc_attribute"
            },
        }
        return answers[operation]


def calls_of(*, unmanaged: bool) -> Counter[str]:
    calls: Counter[str] = Counter()
    for number in range(ACCOUNTS):
        reader = AccountReader(FakeSession(calls, unmanaged=unmanaged))  # type: ignore[arg-type]
        for region in REGIONS:
            nodes = reader.read(AccountRegionResult(f"{number:012}", "", "Root", region, READ))
            assert len(nodes) == 2
    return calls


def test_two_calls_in_each_region_where_everything_is_managed() -> None:
    assert calls_of(unmanaged=False).total() == 2 * 4 * ACCOUNTS


def test_ten_calls_in_each_region_with_unmanaged_instances_and_four_in_each_account_for_its_roles() -> None:
    calls = calls_of(unmanaged=True)
    # Two lists, status, setting, four of networks, two attributes of the VPC.
    assert calls.total() == (10 * 4 + 4) * ACCOUNTS
    iam = {name: number for name, number in calls.items() if name in {"get_role", "get_instance_profile"}}
    assert iam == {"get_role": ACCOUNTS, "get_instance_profile": ACCOUNTS}
    assert calls["simulate_principal_policy"] == 2 * ACCOUNTS
