"""Handles requests to Quick Setup."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from moto.core.responses import ActionResult, BaseResponse, EmptyResult

from sandbox.protocol.pagination import paginate
from sandbox.services.ssmquicksetup.configuration_types.catalog import TYPES
from sandbox.services.ssmquicksetup.exceptions import ResourceNotFoundException, ValidationException
from sandbox.services.ssmquicksetup.models import QuickSetupBackend, process_due_operations, quick_setup_backend_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sandbox.services.ssmquicksetup.manager import ConfigurationManager, Definition, Deployed

T = TypeVar("T")

# MaxItems in botocore's model `ssm-quicksetup`.
MAXIMUM_PAGE = 100

DEFINITION_CHANGES = (
    "Parameters",
    "TypeVersion",
    "LocalDeploymentAdministrationRoleArn",
    "LocalDeploymentExecutionRoleName",
)


class QuickSetupResponse(BaseResponse):
    """All fourteen operations of the service."""

    def __init__(self) -> None:
        super().__init__(service_name="ssm-quicksetup")
        self.automated_parameter_parsing = True

    @property
    def quick_setup(self) -> QuickSetupBackend:
        process_due_operations()
        return quick_setup_backend_of(self.current_account, self.region)

    # Configuration managers

    def create_configuration_manager(self) -> ActionResult:
        manager = self.quick_setup.create_configuration_manager(
            self._get_param("Name", ""),
            self._get_param("Description", ""),
            self._get_param("ConfigurationDefinitions"),
            self._get_param("Tags", {}),
        )
        return ActionResult({"ManagerArn": manager.arn})

    def get_configuration_manager(self) -> ActionResult:
        quick_setup = self.quick_setup
        manager = quick_setup.get_configuration_manager(self._get_param("ManagerArn"))
        described = manager.describe()
        quick_setup.poll(manager)
        return ActionResult(described)

    def update_configuration_manager(self) -> ActionResult:
        self.quick_setup.update_configuration_manager(
            self._get_param("ManagerArn"), self._get_param("Name"), self._get_param("Description")
        )
        return EmptyResult()

    def update_configuration_definition(self) -> ActionResult:
        changes = {key: self._get_param(key) for key in DEFINITION_CHANGES}
        self.quick_setup.update_configuration_definition(
            self._get_param("ManagerArn"),
            self._get_param("Id"),
            {key: value for key, value in changes.items() if value is not None},
        )
        return EmptyResult()

    def delete_configuration_manager(self) -> ActionResult:
        self.quick_setup.delete_configuration_manager(self._get_param("ManagerArn"))
        return EmptyResult()

    def list_configuration_managers(self) -> ActionResult:
        # ASSUMPTION(quick-setup-filter-keys): the keys; AWS's pages name none.
        filters = self._filters(
            {
                "Name": lambda manager: {manager.name},
                "Type": lambda manager: {definition.type.name for definition in manager.definitions},
                "Status": lambda manager: {manager.deployment.status},
            }
        )
        managers = [manager for manager in self.quick_setup.managers.values() if _matches(manager, filters)]
        return self._page("ConfigurationManagersList", managers, lambda manager: manager.summarize())

    # Configurations

    def list_configurations(self) -> ActionResult:
        quick_setup = self.quick_setup
        arn, definition_id = self._get_param("ManagerArn"), self._get_param("ConfigurationDefinitionId")
        if arn is not None:
            quick_setup.get_configuration_manager(arn)
        filters = self._filters(
            {
                "Account": lambda deployed: {deployed.account_id},
                "Region": lambda deployed: {deployed.region},
                "Status": lambda deployed: {deployed.deployment.status},
            }
        )
        configurations = [
            (manager, definition, deployed)
            for manager, definition, deployed in quick_setup.configurations()
            if arn in {None, manager.arn} and definition_id in {None, definition.id} and _matches(deployed, filters)
        ]
        return self._page("ConfigurationsList", configurations, _describe_configuration)

    def get_configuration(self) -> ActionResult:
        requested = self._get_param("ConfigurationId")
        for manager, definition, deployed in self.quick_setup.configurations():
            if deployed.id == requested:
                return ActionResult(
                    {
                        **manager.describe_configuration(definition, deployed),
                        "LastModifiedAt": deployed.modified_at,
                        "Parameters": definition.parameters,
                    }
                )
        raise ResourceNotFoundException(f"The configuration {requested} does not exist.")

    def list_quick_setup_types(self) -> ActionResult:
        return ActionResult(
            {
                "QuickSetupTypeList": [
                    {"Type": known.name, "LatestVersion": known.latest_version} for known in TYPES.values()
                ]
            }
        )

    # Service settings

    def get_service_settings(self) -> ActionResult:
        role_arn = self.quick_setup.explorer_enabling_role_arn
        return ActionResult({"ServiceSettings": {"ExplorerEnablingRoleArn": role_arn} if role_arn else {}})

    def update_service_settings(self) -> ActionResult:
        self.quick_setup.update_service_settings(self._get_param("ExplorerEnablingRoleArn"))
        return EmptyResult()

    # Tags: of configuration managers, the service's only resource with an ARN

    def list_tags_for_resource(self) -> ActionResult:
        tags = self._tagged().tags
        return ActionResult({"Tags": [{"Key": key, "Value": value} for key, value in sorted(tags.items())]})

    def tag_resource(self) -> ActionResult:
        self._tagged().tags.update(self._get_param("Tags"))
        return EmptyResult()

    def untag_resource(self) -> ActionResult:
        tags = self._tagged().tags
        for key in self._get_param("TagKeys"):
            tags.pop(key, None)
        return EmptyResult()

    def _tagged(self) -> ConfigurationManager:
        return self.quick_setup.get_configuration_manager(self._get_param("ResourceArn"))

    def _filters(self, known: dict[str, Callable[[Any], set[str]]]) -> list[tuple[Callable[[Any], set[str]], set[str]]]:
        requested = self._get_param("Filters", [])
        for entry in requested:
            if entry["Key"] not in known:
                raise ValidationException(f"The filter key {entry['Key']} is not one of {', '.join(known)}.")
        return [(known[entry["Key"]], set(entry["Values"])) for entry in requested]

    def _page(self, member: str, items: Sequence[T], describe: Callable[[T], dict[str, Any]]) -> ActionResult:
        found, next_token = paginate(
            items,
            token=self._get_param("StartingToken"),
            limit=self._get_param("MaxItems", MAXIMUM_PAGE),
            invalid_token=ValidationException("The StartingToken is invalid."),
        )
        # "If there are no additional operations to return, the string is empty": the model.
        return ActionResult({member: [describe(item) for item in found], "NextToken": next_token or ""})


def _describe_configuration(configuration: tuple[ConfigurationManager, Definition, Deployed]) -> dict[str, Any]:
    manager, definition, deployed = configuration
    return {
        **manager.describe_configuration(definition, deployed),
        "FirstClassParameters": definition.first_class_parameters,
    }


def _matches(item: Any, filters: list[tuple[Callable[[Any], set[str]], set[str]]]) -> bool:
    return all(not values_of(item).isdisjoint(requested) for values_of, requested in filters)
