"""Quick Setup of one account and Region.

https://docs.aws.amazon.com/quick-setup/latest/APIReference/Welcome.html
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

from moto.core.base_backend import BackendDict, BaseBackend
from moto.iam.exceptions import NotFoundException

from sandbox.clock import clock
from sandbox.services.cloudformation.stack_sets.deployments import advance_stack_sets
from sandbox.services.iam.models import iam_backend_of
from sandbox.services.moto_internals import existing_backends
from sandbox.services.ssmquicksetup import progress, rules
from sandbox.services.ssmquicksetup.configuration_types.catalog import REGIONS, type_named, version_of
from sandbox.services.ssmquicksetup.configuration_types.server_parameters import server_parameters
from sandbox.services.ssmquicksetup.exceptions import ConflictException, ResourceNotFoundException, ValidationException
from sandbox.services.ssmquicksetup.manager import ConfigurationManager, Definition, Deployed, Status, new_definition

if TYPE_CHECKING:
    from uuid import UUID

# https://docs.aws.amazon.com/general/latest/gr/quick-setup.html
MAXIMUM_MANAGERS = 100
# Virtual seconds between two polls of a deployment.
POLLING_INTERVAL = 30


class QuickSetupBackend(BaseBackend):
    """Configuration managers and service settings."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.managers: dict[str, ConfigurationManager] = {}
        self.explorer_enabling_role_arn: str | None = None
        self._drawn: Counter[tuple[str, ...]] = Counter()

    # Configuration managers

    def create_configuration_manager(
        self, name: str, description: str, definitions: list[dict[str, Any]], tags: dict[str, str]
    ) -> ConfigurationManager:
        """Create a manager and start its deployment.

        ASSUMPTION(quick-setup-manager-names): names need not be unique; the model has no error for it.
        """
        if not definitions:
            raise ValidationException("A configuration manager needs a configuration definition.")
        if len(self.managers) >= MAXIMUM_MANAGERS:
            raise ValidationException(
                f"You can have {MAXIMUM_MANAGERS} configuration managers in an account and Region."
            )
        manager = self._new_manager(name, description, definitions, tags)
        for definition in manager.definitions:
            rules.require_deployable(manager, definition, self._definitions_beside(manager))
        self.managers[manager.arn] = manager
        progress.begin_deployment(manager, clock.now())
        return manager

    def add_existing(self, *, name: str, type_name: str, parameters: dict[str, str], status: str) -> None:
        """Add an existing manager, with its deployment in the given status."""
        manager = self._new_manager(name, "", [{"Type": type_name, "Parameters": parameters}], {})
        for definition in manager.definitions:
            rules.require_possible(manager, definition, self._definitions_beside(manager))
        self.managers[manager.arn] = manager
        progress.add_existing(manager, status, clock.now())

    def get_configuration_manager(self, arn: str) -> ConfigurationManager:
        """Return the manager. Raises ResourceNotFoundException."""
        manager = self.managers.get(arn)
        if manager is None:
            raise ResourceNotFoundException(f"The configuration manager {arn} does not exist.")
        return manager

    def update_configuration_manager(self, arn: str, name: str | None, description: str | None) -> None:
        """Change the name or description of a manager, without a deployment."""
        manager = self.get_configuration_manager(arn)
        self._require_idle(manager)
        manager.name = manager.name if name is None else name
        manager.description = manager.description if description is None else description
        manager.modified_at = clock.now()

    def update_configuration_definition(self, arn: str, definition_id: str, changes: dict[str, Any]) -> None:
        """Change a definition and deploy again.

        `changes` has the members Parameters (which replaces all of them), TypeVersion and the two role members, each
        optional; the type cannot change. ASSUMPTION(quick-setup-update-deploys-again): it deploys again also when
        nothing of it is different.
        """
        manager = self.get_configuration_manager(arn)
        current = manager.definition(definition_id)
        if current is None:
            raise ResourceNotFoundException(f"The configuration manager {arn} has no definition {definition_id}.")
        self._require_idle(manager)
        version = version_of(current.type, changes.pop("TypeVersion", None))
        changed = new_definition(definition_id, {**current.describe(), **changes}, version)
        rules.require_deployable(manager, changed, self._definitions_beside(manager))
        changed.parameters = server_parameters.complete(manager.name, changed.parameters)
        changed.deployed, changed.stack_sets, changed.stacks = current.deployed, current.stack_sets, current.stacks
        manager.definitions[manager.definitions.index(current)] = changed
        progress.begin_deployment(manager, clock.now())

    def delete_configuration_manager(self, arn: str) -> None:
        """Start the deletion of a manager, with everything that it deployed."""
        manager = self.get_configuration_manager(arn)
        self._require_idle(manager)
        for definition in manager.definitions:
            rules.require_roles(manager, definition)
        progress.begin_deletion(manager, clock.now())

    def poll(self, manager: ConfigurationManager) -> None:
        """Advance the clock for an unfinished manager, as if the client had waited before the next poll."""
        if not manager.is_finished:
            clock.advance(POLLING_INTERVAL)

    # Configurations, which are definitions as deployed

    def configurations(self) -> list[tuple[ConfigurationManager, Definition, Deployed]]:
        """Return every row of ListConfigurations, by manager and definition."""
        return [
            (manager, definition, deployed)
            for manager in self.managers.values()
            for definition in manager.definitions
            for deployed in manager.configurations(definition)
        ]

    # Tags and settings

    def update_service_settings(self, explorer_enabling_role_arn: str | None) -> None:
        """Set the role by which Explorer is enabled; the caller must be allowed to pass it.

        ASSUMPTION(quick-setup-service-settings): an empty ARN unsets it, and an unknown role is an error; None leaves
        it.
        """
        if explorer_enabling_role_arn is None:
            return
        if explorer_enabling_role_arn:
            try:
                iam_backend_of(self.account_id).get_role_by_arn(explorer_enabling_role_arn)
            except NotFoundException:
                raise ValidationException(f"The role {explorer_enabling_role_arn} does not exist.") from None
        self.explorer_enabling_role_arn = explorer_enabling_role_arn or None

    # Parts of the rules

    def _require_idle(self, manager: ConfigurationManager) -> None:
        """A manager is not changed while it is being deployed or deleted: ConflictException of the model.

        Managers change side by side: the acceptance tests of aws_ssmquicksetup_configuration_manager do so in AWS
        (hashicorp/terraform-provider-aws pull request 39931). ASSUMPTION(quick-setup-conflict-is-of-one-manager): that
        a change of one that is being deployed fails, for which the model is the only source. The caller is assumed to
        wait as long as a poller does.
        """
        if manager.pending_work is not None:
            clock.advance(POLLING_INTERVAL)
            raise ConflictException

    def _definitions_beside(self, manager: ConfigurationManager) -> list[Definition]:
        """Return the definitions that may collide with a manager's, its own included.

        Those of its account in every Region, and what other accounts deploy to the organization.
        """
        known = [
            known
            for beside in existing_backends(ssmquicksetup_backends, QuickSetupBackend)
            for known in beside.managers.values()
        ]
        managers = known if manager in known else [*known, manager]
        return [
            definition
            for found in managers
            for definition in found.definitions
            if found.account_id == self.account_id or not definition.targets.is_local
        ]

    def _new_manager(
        self, name: str, description: str, definitions: list[dict[str, Any]], tags: dict[str, str]
    ) -> ConfigurationManager:
        now = clock.now()
        return ConfigurationManager(
            arn=self._new_arn(name),
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
        definition = new_definition(self._draw(manager_name, requested["Type"]).hex[:5], requested, version)
        definition.parameters = server_parameters.complete(manager_name, definition.parameters)
        return definition

    def _new_arn(self, name: str) -> str:
        id_ = self._draw(name)
        return f"arn:aws:ssm-quicksetup:{self.region_name}:{self.account_id}:configuration-manager/{id_}"

    def _draw(self, *names: str) -> UUID:
        # From names and not from the order of the calls, in which Terraform is free: so that runs can be compared.
        self._drawn[names] += 1
        return uuid5(NAMESPACE_URL, "/".join([self.account_id, self.region_name, *names, str(self._drawn[names])]))


ssmquicksetup_backends = BackendDict(
    QuickSetupBackend, "ssm-quicksetup", use_boto3_regions=False, additional_regions=list(REGIONS)
)


def quick_setup_backend_of(account_id: str, region: str) -> QuickSetupBackend:
    """Return Quick Setup of an account and Region. Raises ValidationException where AWS has no endpoint."""
    if region not in REGIONS:
        raise ValidationException(f"Quick Setup has no endpoint in the Region {region}.")
    return ssmquicksetup_backends[account_id][region]


def process_due_operations() -> None:
    """Process the due operations of Quick Setup and of StackSets, in every account and Region."""
    now = clock.now()
    advance_stack_sets(now)
    for quick_setup in existing_backends(ssmquicksetup_backends, QuickSetupBackend):
        quick_setup.managers = {
            arn: manager for arn, manager in quick_setup.managers.items() if progress.advance(manager, now)
        }
