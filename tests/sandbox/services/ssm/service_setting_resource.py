"""AWS::SSM::ServiceSetting, the type of CloudFormation.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ssm-servicesetting.html

ASSUMPTION(service-setting-resource): creating one replaces what was set, and deleting it resets the setting. AWS has
not published its handlers.
"""

# ruff: noqa: ARG003 (the signatures are moto's)

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

from moto.core.common_models import CloudFormationModel
from moto.ssm.exceptions import SSMException

from sandbox.clock import clock
from sandbox.services.cloudformation.handlers import STRING, HandlerError, Schema
from sandbox.services.cloudformation.stack_resource import StackResource
from sandbox.services.ssm.models import ssm_backend_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TYPE = "AWS::SSM::ServiceSetting"
SCHEMA = Schema({"SettingId": STRING, "SettingValue": STRING}, required=("SettingId", "SettingValue"))


class ServiceSettingResource(StackResource, CloudFormationModel):
    """A service setting of a stack. `replaced`: the resource that it replaces."""

    type_name = TYPE

    def __init__(self, properties: Mapping[str, Any], replaced: ServiceSettingResource | None = None) -> None:
        self.properties = properties
        self.replaced = replaced

    @property
    def physical_resource_id(self) -> str:
        """What Ref returns."""
        return str(self.properties["SettingId"])

    def delete(self, account_id: str, region: str) -> None:
        """Reset the setting. Raises HandlerError."""
        with _translated(self.physical_resource_id):
            ssm_backend_of(account_id, region).service_settings.reset(self.physical_resource_id)

    @classmethod
    def create_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
        **kwargs: Any,
    ) -> Self:
        properties = SCHEMA.validated(cloudformation_json["Properties"])
        with _translated(properties["SettingId"]):
            ssm_backend_of(account_id, region_name).service_settings.update(
                properties["SettingId"],
                properties["SettingValue"],
                modified_at=clock.now(),
                modified_by=f"arn:aws:sts::{account_id}:assumed-role/AWSCloudFormation",
            )
        return cls(properties)

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: Any,
        new_resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
    ) -> Self:
        updated = cls.create_from_cloudformation_json(new_resource_name, cloudformation_json, account_id, region_name)
        if updated.physical_resource_id != original_resource.physical_resource_id:
            updated.replaced = original_resource
        return updated


@contextmanager
def _translated(setting_id: str) -> Iterator[None]:
    try:
        yield
    except SSMException as error:
        code = "NotFound" if error.code == "ServiceSettingNotFound" else "InvalidRequest"
        raise HandlerError(code, f"{setting_id}: {error.message}") from error
