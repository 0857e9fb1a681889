"""AWS::IAM::ManagedPolicy: its changes, which moto leaves out, and its deletion.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-managedpolicy.html
"""

# ruff: noqa: ARG003 (the signatures are moto's)

from __future__ import annotations

import json
from typing import Any

from moto.core.common_models import CloudFormationModel
from moto.iam.models import ManagedPolicy

from sandbox.services.cloudformation.handlers import HandlerError
from sandbox.services.iam.models import iam_backend_of

# Those that moto gives a policy when it creates it.
_LISTS = ("Groups", "Roles", "Users")


class ManagedPolicyResource(ManagedPolicy, CloudFormationModel):
    """A managed policy of a stack, whose document may change."""

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: ManagedPolicy,
        new_resource_name: str,
        cloudformation_json: Any,
        account_id: str,
        region_name: str,
    ) -> ManagedPolicy:
        properties = cloudformation_json["Properties"]
        name = properties.get("ManagedPolicyName", original_resource.name)
        if name != original_resource.name or properties.get("Description") != original_resource.description:
            raise HandlerError("InvalidRequest", "The sandbox has not built the replacement of a policy of a stack.")
        if any(properties.get(entities) for entities in _LISTS):
            raise HandlerError("InvalidRequest", "The sandbox has not built changes of a policy's entities.")
        iam = iam_backend_of(account_id)
        # ASSUMPTION(managed-policy-keeps-other-attachments): what is attached stays. Of five versions the oldest goes.
        for version in original_resource.versions[:-4]:
            iam.delete_policy_version(original_resource.arn, version.version_id)
        iam.create_policy_version(original_resource.arn, json.dumps(properties["PolicyDocument"]), True)
        return original_resource

    @classmethod
    def delete_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str
    ) -> None:
        iam_backend_of(account_id).delete_policy(resource_name)
