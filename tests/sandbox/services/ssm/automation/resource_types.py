"""AWS::SSM::Association of a runbook, and AWS::SSMQuickSetup::LifecycleAutomation: the types of CloudFormation.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ssm-association.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ssmquicksetup-lifecycleautomation.html
"""

# ruff: noqa: ARG003 (the signatures are moto's)

from __future__ import annotations

from typing import Any, Self

from moto.core.common_models import CloudFormationModel

from sandbox.services.cloudformation.handlers import HandlerError, InvalidPropertiesError
from sandbox.services.cloudformation.stack_resource import StackResource
from sandbox.services.ssm.automation.associations import Association
from sandbox.services.ssm.automation.executions import execute
from sandbox.services.ssm.models import ssm_backend_of

ASSOCIATION, LIFECYCLE = "AWS::SSM::Association", "AWS::SSMQuickSetup::LifecycleAutomation"


class _Resource(StackResource):
    """A resource with an association. `replaced`: the resource that it replaces."""

    _PROPERTIES: frozenset[str] = frozenset()
    _REQUIRED: tuple[str, ...] = ()

    def __init__(self, properties: dict[str, Any], association: Association) -> None:
        self.properties = properties
        self.association = association
        self.replaced: Any = None

    @property
    def physical_resource_id(self) -> str:
        """What Ref returns."""
        return self.association.id

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return attr == "AssociationId"

    def get_cfn_attribute(self, attribute_name: str) -> str:
        return self.association.id

    @classmethod
    def _validated(cls, cloudformation_json: dict[str, Any]) -> dict[str, Any]:
        properties: dict[str, Any] = cloudformation_json["Properties"]
        problems = [f"#: required key [{name}] not found" for name in cls._REQUIRED if name not in properties]
        problems += [
            f"#: extraneous key [{name}] is not permitted" for name in sorted(set(properties) - cls._PROPERTIES)
        ]
        if problems:
            raise InvalidPropertiesError(problems)
        return properties


class AssociationResource(_Resource, CloudFormationModel):
    """An association of a stack, which runs a runbook after it is created or changed, and by its schedule."""

    type_name = ASSOCIATION
    _PROPERTIES = frozenset({"AssociationName", "Name", "Parameters", "ScheduleExpression"})
    _REQUIRED = ("Name",)

    def delete(self, account_id: str, region: str) -> None:
        ssm_backend_of(account_id, region).automation_associations.pop(self.association.name, None)

    @classmethod
    def create_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
        **kwargs: Any,
    ) -> Self:
        properties = cls._validated(cloudformation_json)
        association = Association(
            properties.get("AssociationName", resource_name),
            properties["Name"],
            properties.get("Parameters", {}),
            properties.get("ScheduleExpression", ""),
        )
        association.begin()
        ssm_backend_of(account_id, region_name).automation_associations[association.name] = association
        return cls(properties, association)

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
        if updated.association.name != original_resource.association.name:
            updated.replaced = original_resource
        else:
            updated.association.runs = original_resource.association.runs
        return updated


class LifecycleAutomationResource(_Resource, CloudFormationModel):
    """An automation that runs when the resource is created, updated and deleted, and has to be successful.

    ASSUMPTION(lifecycle-automation-of-customers): it runs any runbook of the account as AWS's own, with the parameter
    ExecutionMode, waits for the automation, and fails with it. AWS has not published its handlers.
    """

    type_name = LIFECYCLE
    _PROPERTIES = frozenset({"AutomationDocument", "AutomationParameters", "ResourceKey", "Tags"})
    _REQUIRED = ("AutomationDocument", "AutomationParameters", "ResourceKey")

    def delete(self, account_id: str, region: str) -> None:
        """Run it a last time. Raises HandlerError."""
        self._run("Delete", account_id, region)

    def _run(self, mode: str, account_id: str, region: str) -> None:
        backend = ssm_backend_of(account_id, region)
        execution = execute(backend, self.association.document_name, self._parameters(mode))
        self.association.runs.append(execution)
        if execution.failure is not None:
            raise HandlerError("GeneralServiceException", execution.failure)

    def _parameters(self, mode: str) -> dict[str, list[str]]:
        return {**self.properties["AutomationParameters"], "ExecutionMode": [mode]}

    @classmethod
    def create_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
        **kwargs: Any,
    ) -> Self:
        return cls._made("Create", cloudformation_json, account_id, region_name)

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: Any,
        new_resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
    ) -> Self:
        is_replaced = original_resource.properties["ResourceKey"] != cloudformation_json["Properties"]["ResourceKey"]
        made = cls._made("Create" if is_replaced else "Update", cloudformation_json, account_id, region_name)
        if is_replaced:
            made.replaced = original_resource
        return made

    @classmethod
    def _made(cls, mode: str, cloudformation_json: dict[str, Any], account_id: str, region: str) -> Self:
        properties = cls._validated(cloudformation_json)
        association = Association(properties["ResourceKey"], properties["AutomationDocument"], {}, "")
        made = cls(properties, association)
        made._run(mode, account_id, region)
        return made
