"""AWS::SSMGuiConnect::Preferences, the type of CloudFormation.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ssmguiconnect-preferences.html

ASSUMPTION(rdp-recording-existing): its handler follows the contract, by which what exists is not created:
https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-test-contract.html
"""

# ruff: noqa: ARG003 (the signatures are moto's)

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from moto.core.common_models import CloudFormationModel

from sandbox.services.cloudformation.handlers import HandlerError
from sandbox.services.cloudformation.stack_resource import StackResource
from sandbox.services.cloudformation.stack_sets.member_roles import stack_sets_role
from sandbox.services.ssmguiconnect.exceptions import AccessDeniedException
from sandbox.services.ssmguiconnect.models import gui_connect_of

if TYPE_CHECKING:
    from collections.abc import Mapping

TYPE = "AWS::SSMGuiConnect::Preferences"


class PreferencesResource(StackResource, CloudFormationModel):
    """The preferences of a stack, of which an account and Region has one."""

    type_name = TYPE

    def __init__(self, account_id: str) -> None:
        self.physical_resource_id = account_id

    def delete(self, account_id: str, region: str) -> None:
        """Delete the preferences, if they are still there."""
        gui_connect_of(account_id, region).preferences = None

    @classmethod
    def create_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
        **kwargs: Any,
    ) -> Self:
        if gui_connect_of(account_id, region_name).preferences is not None:
            raise HandlerError(
                "AlreadyExists", f"Resource of type '{TYPE}' with identifier '{account_id}' already exists."
            )
        _set(account_id, region_name, cloudformation_json["Properties"])
        return cls(account_id)

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: Any,
        new_resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
    ) -> Self:
        _set(account_id, region_name, cloudformation_json["Properties"])
        return cls(account_id)


def _set(account_id: str, region: str, properties: Mapping[str, Any]) -> None:
    preferences = properties["ConnectionRecordingPreferences"]
    try:
        gui_connect_of(account_id, region).update(preferences, stack_sets_role(account_id))
    except AccessDeniedException as error:
        raise HandlerError("AccessDenied", error.message) from error
