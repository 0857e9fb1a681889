"""What is read of a role, as far as AWS's answers differ from the usual ones."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from systems_manager_organization.aws.pagination import follow_tokens
from systems_manager_organization.nodes.evidence import Profile, Role
from systems_manager_organization.nodes.reading import AccountReader
from unit.cases import open_session

if TYPE_CHECKING:
    from collections.abc import Iterator

    from systems_manager_organization.aws.session import AwsSession

ROLE = "arn:aws:iam::111111111111:role/Node"
FIRST, SECOND = (
    {"EvalActionName": "ssm:UpdateInstanceInformation", "EvalDecision": "allowed"},
    {"EvalActionName": "ec2messages:GetMessages", "EvalDecision": "implicitDeny"},
)


class Session:
    """An account in which IAM returns fewer results than there are, as its API says that it may."""

    region = "us-east-1"

    def __init__(self, aws: AwsSession) -> None:
        self._rule = aws.pagination("iam", "SimulatePrincipalPolicy")

    def paginate(self, service: str, region: str, operation: str, **parameters: object) -> Iterator[Any]:
        if operation != "simulate_principal_policy":
            return iter(())
        return follow_tokens(partial(self.call, service, region, operation), self._rule, parameters)

    def call(self, _service: str, _region: str, operation: str, **parameters: object) -> dict[str, Any]:
        if operation == "get_service_setting":
            return {"ServiceSetting": {"Status": "Default"}}
        if operation == "get_instance_profile":
            return {"InstanceProfile": {"Roles": [{"Arn": ROLE}]}}
        if "Marker" in parameters:
            return {"EvaluationResults": [SECOND], "IsTruncated": False}
        return {"EvaluationResults": [FIRST], "IsTruncated": True, "Marker": "next"}


@pytest.mark.usefixtures("aws")
def test_what_the_role_may_not_do_is_read_from_every_page() -> None:
    with open_session() as session:
        reader = AccountReader(Session(session))  # type: ignore[arg-type]
        instance = {"InstanceId": "i-1", "IamInstanceProfile": {"Arn": "arn:aws:iam::111111111111:instance-profile/N"}}
        (evidence,) = reader.evidence("us-east-1", [instance], {})
    assert evidence.profile == Profile("N", role=Role(ROLE, denied=frozenset({"ec2messages:GetMessages"})))
