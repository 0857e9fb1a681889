"""Quick Setup of one account and Region.

https://docs.aws.amazon.com/quick-setup/latest/APIReference/Welcome.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

from moto.core.base_backend import BackendDict, BaseBackend
from moto.iam.exceptions import NotFoundException

from sandbox.clock import clock
from sandbox.iam.models import roles_of
from sandbox.organizations.models import organization_of
from sandbox.organizations.principals import STACK_SETS_PRINCIPAL
from sandbox.ssmquicksetup import configuration_types, progress
from sandbox.ssmquicksetup.configuration_types import REGIONS, Targets, type_named, validate_parameters, version_of
from sandbox.ssmquicksetup.exceptions import (
    AccessDeniedException,
    ConflictException,
    ResourceNotFoundException,
    ValidationException,
)
from sandbox.ssmquicksetup.manager import ConfigurationManager, Definition, Deployed, Status, new_definition
from sandbox.ssmquicksetup.server_parameters import server_parameters
from sandbox.ssmquicksetup.targeting import accounts_of

if TYPE_CHECKING:
    from collections.abc import Iterator

# https://docs.aws.amazon.com/general/latest/gr/quick-setup.html
MAXIMUM_MANAGERS = 100
# https://docs.aws.amazon.com/systems-manager/latest/userguide/quick-setup-getting-started.html
MAXIMUM_DEPLOYMENTS = 10_000
# Seconds that a caller is taken to have waited before it asks again how far a deployment is.
POLLING_INTERVAL = 30


class QuickSetupBackend(BaseBackend):
    """Configuration managers and service settings."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.managers: dict[str, ConfigurationManager] = {}
        self.explorer_enabling_role_arn: str | None = None
        self._drawn = 0

    # Configuration managers

    def create_configuration_manager(
        self, name: str, description: str, definitions: list[dict[str, Any]], tags: dict[str, str]
    ) -> ConfigurationManager:
        """Make a manager and start its deployment.

        ASSUMPTION: names need not be unique; the model has no error for it.
        """
        if not definitions:
            raise ValidationException("A configuration manager needs a configuration definition.")
        self._require_idle()
        if len(self.managers) >= MAXIMUM_MANAGERS:
            raise ValidationException(
                f"You can have {MAXIMUM_MANAGERS} configuration managers in an account and Region."
            )
        manager = self._new_manager(name, description, definitions, tags)
        for definition in manager.definitions:
            self._require_deployable(manager, definition)
        self.managers[manager.arn] = manager
        progress.begin_deployment(manager, clock.now())
        return manager

    def adopt(self, *, name: str, type_name: str, parameters: dict[str, str], status: str) -> None:
        """Take in a manager that is there already, with its deployment in the given status."""
        manager = self._new_manager(name, "", [{"Type": type_name, "Parameters": parameters}], {})
        for definition in manager.definitions:
            validate_parameters(definition.type, definition.parameters)
            self._require_delegated_account(definition)
        self.managers[manager.arn] = manager
        progress.adopt(manager, status, clock.now())

    def get_configuration_manager(self, arn: str) -> ConfigurationManager:
        """Return the manager. Raises ResourceNotFoundException."""
        manager = self.managers.get(arn)
        if manager is None:
            raise ResourceNotFoundException(f"The configuration manager {arn} does not exist.")
        return manager

    def update_configuration_manager(self, arn: str, name: str | None, description: str | None) -> None:
        """Rename a manager or describe it anew; nothing is deployed."""
        manager = self.get_configuration_manager(arn)
        self._require_idle()
        manager.name = manager.name if name is None else name
        manager.description = manager.description if description is None else description
        manager.modified_at = clock.now()

    def update_configuration_definition(self, arn: str, definition_id: str, changes: dict[str, Any]) -> None:
        """Change a definition and deploy again.

        `changes` has the members Parameters (which replaces all of them), TypeVersion and the two role members, each
        optional; the type cannot change. ASSUMPTION: it deploys again also when nothing of it is different.
        """
        manager = self.get_configuration_manager(arn)
        current = manager.definition(definition_id)
        if current is None:
            raise ResourceNotFoundException(f"The configuration manager {arn} has no definition {definition_id}.")
        self._require_idle()
        version = version_of(current.type, changes.pop("TypeVersion", None))
        changed = new_definition(definition_id, {**current.describe(), **changes}, version)
        self._require_deployable(manager, changed)
        changed.parameters = server_parameters.complete(manager.name, changed.parameters)
        changed.deployed, changed.stack_set = current.deployed, current.stack_set
        manager.definitions[manager.definitions.index(current)] = changed
        progress.begin_deployment(manager, clock.now())

    def delete_configuration_manager(self, arn: str) -> None:
        """Start to take a manager away, with all that it deployed."""
        manager = self.get_configuration_manager(arn)
        self._require_idle()
        progress.begin_deletion(manager, clock.now())

    def poll(self, manager: ConfigurationManager) -> None:
        """Let time pass, as though whoever asked for an unfinished manager had waited before asking again."""
        if not manager.is_finished:
            clock.advance(POLLING_INTERVAL)

    # Configurations, which are definitions as deployed

    def configurations(self) -> list[tuple[ConfigurationManager, Definition, Deployed]]:
        """Return every deployment, by manager, definition, account and Region."""
        return [
            (manager, definition, deployed)
            for manager in self.managers.values()
            for definition in manager.definitions
            for _, deployed in sorted(definition.deployed.items())
        ]

    # Tags and settings

    def update_service_settings(self, explorer_enabling_role_arn: str | None) -> None:
        """Set the role by which Explorer is enabled; an empty ARN unsets it (ASSUMPTION), None leaves it.

        ASSUMPTION: a role that does not exist is refused; the caller has to be allowed to pass it.
        """
        if explorer_enabling_role_arn is None:
            return
        if explorer_enabling_role_arn:
            try:
                roles_of(self.account_id).get_role_by_arn(explorer_enabling_role_arn)
            except NotFoundException:
                raise ValidationException(f"The role {explorer_enabling_role_arn} does not exist.") from None
        self.explorer_enabling_role_arn = explorer_enabling_role_arn or None

    # Parts of the rules

    def _require_idle(self) -> None:
        """One change at a time in an account and Region: ConflictException of the model.

        Who is refused is taken to wait as long as a poller does, so that a deployment nobody watches any more ends too.
        """
        if any(manager.work is not None for manager in self.managers.values()):
            clock.advance(POLLING_INTERVAL)
            raise ConflictException

    def _require_deployable(self, manager: ConfigurationManager, definition: Definition) -> None:
        targets = validate_parameters(definition.type, definition.parameters)
        self._require_permission(definition, targets)
        self._require_delegated_account(definition)
        # "A value must be provided when you are running an organizational deployment for a patch policy or running any
        # type of deployment for an individual account": the reference of configuration_types.py.
        needs_roles = definition.type.always_needs_roles or targets.is_local
        if needs_roles and not (definition.administration_role_arn and definition.execution_role_name):
            raise ValidationException(
                "This deployment requires LocalDeploymentAdministrationRoleArn and LocalDeploymentExecutionRoleName."
            )
        deployments = len(accounts_of(manager, targets)) * len(targets.regions)
        if deployments > MAXIMUM_DEPLOYMENTS:
            raise ValidationException(
                f"The deployment has {deployments} accounts times Regions, more than {MAXIMUM_DEPLOYMENTS}."
            )

    def _require_permission(self, definition: Definition, targets: Targets) -> None:
        if targets.account_id is not None:
            # "The ID of the account initiating the deployment": the reference of configuration_types.py.
            if targets.account_id != self.account_id:
                raise ValidationException(f"TargetAccounts can only be the account {self.account_id} that deploys.")
            return
        organization = organization_of(self.account_id)
        if organization is not None and organization.account_id == self.account_id:
            return
        # https://docs.aws.amazon.com/systems-manager/latest/userguide/quick-setup-delegated-administrator.html
        is_administrator = organization is not None and all(
            organization.is_delegated_administrator(self.account_id, principal)
            for principal in ("ssm-quicksetup.amazonaws.com", STACK_SETS_PRINCIPAL)
        )
        if not is_administrator or definition.type.management_account_only:
            raise AccessDeniedException(
                f"Account {self.account_id} can't deploy {definition.type.name} to organizational units."
            )

    def _require_delegated_account(self, definition: Definition) -> None:
        """Refuse a DelegatedAccountId that does not administer Systems Manager.

        The parameter is the id of the delegated administrator (the reference of configuration_types.py), of which there
        is one for all tools: https://docs.aws.amazon.com/systems-manager/latest/userguide/setting_up_delegated_admin.html
        ASSUMPTION: that it is checked, and with which error.
        """
        account_id = definition.parameters.get("DelegatedAccountId")
        if account_id is None:
            return
        organization = organization_of(self.account_id)
        if organization is None or not organization.is_delegated_administrator(account_id, "ssm.amazonaws.com"):
            raise ValidationException(
                f"The DelegatedAccountId {account_id} is not a delegated administrator of ssm.amazonaws.com."
            )

    def _new_manager(
        self, name: str, description: str, definitions: list[dict[str, Any]], tags: dict[str, str]
    ) -> ConfigurationManager:
        now = clock.now()
        return ConfigurationManager(
            arn=self._new_arn(),
            account_id=self.account_id,
            region=self.region_name,
            name=name,
            description=description,
            tags=dict(tags),
            definitions=[self._new_definition(name, requested) for requested in definitions],
            created_at=now,
            modified_at=now,
            deployment=Status("Deployment", "NONE", now),
            executions=Status("AsyncExecutions", "NONE", now),
        )

    def _new_definition(self, manager_name: str, requested: dict[str, Any]) -> Definition:
        configuration_type = type_named(requested["Type"])
        version = version_of(configuration_type, requested.get("TypeVersion"))
        # Short, as in the bucket names aws-quicksetup-patchpolicy-<account>-<id>.
        definition = new_definition(self._draw().hex[:5], requested, version)
        definition.parameters = server_parameters.complete(manager_name, definition.parameters)
        return definition

    def _new_arn(self) -> str:
        return f"arn:aws:ssm-quicksetup:{self.region_name}:{self.account_id}:configuration-manager/{self._draw()}"

    def _draw(self) -> Any:
        # The same in every run, so that what is shown can be compared.
        self._drawn += 1
        return uuid5(NAMESPACE_URL, f"{self.account_id}/{self.region_name}/{self._drawn}")


ssmquicksetup_backends = BackendDict(
    QuickSetupBackend, "ssm-quicksetup", use_boto3_regions=False, additional_regions=list(REGIONS)
)


def quick_setup_of(account_id: str, region: str) -> QuickSetupBackend:
    """Return Quick Setup of an account and Region. Raises ValidationException where AWS has no endpoint."""
    if region not in configuration_types.REGIONS:
        raise ValidationException(f"Quick Setup has no endpoint in the Region {region}.")
    return ssmquicksetup_backends[account_id][region]


def every_quick_setup() -> Iterator[QuickSetupBackend]:
    """Return Quick Setup of every account and Region that has been asked for."""
    for account_backends in list(ssmquicksetup_backends.values()):
        yield from list(account_backends.values())


def settle() -> None:
    """Do everywhere what is due by now."""
    now = clock.now()
    for quick_setup in every_quick_setup():
        quick_setup.managers = {
            arn: manager for arn, manager in quick_setup.managers.items() if progress.advance(manager, now)
        }
