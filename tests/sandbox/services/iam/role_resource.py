"""AWS::IAM::Role: what moto's leaves out of its policies.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-role.html
"""

# ruff: noqa: ARG003 (the signatures are moto's)

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from moto.core.common_models import CloudFormationModel
from moto.iam.models import Role as MotoRole

from sandbox.services.cloudformation.handlers import HandlerError
from sandbox.services.iam.models import iam_backend_of

if TYPE_CHECKING:
    from collections.abc import Mapping


class RoleResource(MotoRole, CloudFormationModel):
    """A role of a stack, with managed policies, and with changes of its policies.

    moto finds direct subclasses of CloudFormationModel alone, the last one of a type.
    """

    @classmethod
    def create_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: Any,
        account_id: str,
        region_name: str,
        **kwargs: Any,
    ) -> MotoRole:
        role = MotoRole.create_from_cloudformation_json(
            resource_name, cloudformation_json, account_id, region_name, **kwargs
        )
        _set_policies(account_id, role, cloudformation_json["Properties"])
        return role

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: MotoRole,
        new_resource_name: str,
        cloudformation_json: Any,
        account_id: str,
        region_name: str,
    ) -> MotoRole:
        properties = cloudformation_json["Properties"]
        if properties.get("RoleName", original_resource.name) != original_resource.name:
            raise HandlerError("InvalidRequest", "The sandbox has not built the replacement of a role of a stack.")
        iam = iam_backend_of(account_id)
        iam.update_assume_role_policy(original_resource.name, _json(properties["AssumeRolePolicyDocument"]))
        iam.update_role(
            original_resource.name, properties.get("Description", ""), properties.get("MaxSessionDuration", "3600")
        )
        _set_policies(account_id, original_resource, properties)
        return original_resource

    @classmethod
    def delete_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str
    ) -> None:
        iam = iam_backend_of(account_id)
        for arn in list(iam.get_role(resource_name).managed_policies):
            iam.detach_role_policy(arn, resource_name)
        super().delete_from_cloudformation_json(resource_name, cloudformation_json, account_id, region_name)


def _set_policies(account_id: str, role: MotoRole, properties: Mapping[str, Any]) -> None:
    # moto keeps objects where IAM has text.
    role.policies.clear()
    for policy in properties.get("Policies", []):
        role.put_policy(policy["PolicyName"], _json(policy["PolicyDocument"]))
    iam, desired = iam_backend_of(account_id), set(properties.get("ManagedPolicyArns", []))
    for arn in set(role.managed_policies) - desired:
        iam.detach_role_policy(arn, role.name)
    for arn in desired - set(role.managed_policies):
        iam.attach_role_policy(arn, role.name)


def _json(document: Any) -> str:
    # A version without quotation marks is a date in YAML.
    return json.dumps(document, default=str)
