"""The organization that a sandbox begins with, read from YAML into frozen dataclasses.

A mistake in the file is a ScenarioError that names the file, the place in it
(``organizational_units[0].accounts[1].id``) and the rule. Nothing is guessed: an unknown key is an error too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from sandbox.scenarios.consistency import check_consistency
from sandbox.scenarios.document import ScenarioError, parse_document
from sandbox.scenarios.generation import ADMINISTRATOR, MANAGEMENT, Generation, administrators
from sandbox.scenarios.parts import (
    Account,
    Cloud9Environment,
    ConfigurationManager,
    DelegatedAdministrator,
    EnabledRegion,
    Instance,
    OrganizationalUnit,
    ResourceDataSync,
    Role,
    ServiceLinkedRole,
    ServiceSetting,
)
from sandbox.services.ssmquicksetup.behavior import Behavior

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = [
    "Account",
    "Cloud9Environment",
    "ConfigurationManager",
    "DelegatedAdministrator",
    "EnabledRegion",
    "Instance",
    "OrganizationalUnit",
    "ResourceDataSync",
    "Role",
    "Scenario",
    "ScenarioError",
    "ServiceLinkedRole",
    "ServiceSetting",
]

SCENARIOS = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Scenario:
    """An organization to begin with."""

    name: str
    description: str
    management_account: Account
    feature_set: str = "ALL"
    accounts: tuple[Account, ...] = ()
    organizational_units: tuple[OrganizationalUnit, ...] = ()
    trusted_access: tuple[str, ...] = ()
    stack_sets_access: str = "DISABLED"
    delegated_administrators: tuple[DelegatedAdministrator, ...] = ()
    roles: tuple[Role, ...] = ()
    service_linked_roles: tuple[ServiceLinkedRole, ...] = ()
    service_settings: tuple[ServiceSetting, ...] = ()
    configuration_managers: tuple[ConfigurationManager, ...] = ()
    instances: tuple[Instance, ...] = ()
    cloud9_environments: tuple[Cloud9Environment, ...] = ()
    enabled_regions: tuple[EnabledRegion, ...] = ()
    resource_data_syncs: tuple[ResourceDataSync, ...] = ()
    quick_setup: Behavior = field(default_factory=Behavior)

    @classmethod
    def named(cls, name: str) -> Scenario:
        """Load a scenario of the sandbox by name. Raises ScenarioError, which lists the names."""
        known = cls.names()
        if name not in known:
            raise ScenarioError(f"there is no scenario named {name!r}; there are: {', '.join(known)}")
        return cls.load(SCENARIOS / f"{name}.yaml")

    @staticmethod
    def names() -> list[str]:
        """The names that `named` takes."""
        return sorted(path.stem for path in SCENARIOS.glob("*.yaml"))

    @classmethod
    def load(cls, path: Path | str) -> Scenario:
        """Read a scenario file. Raises ScenarioError when it cannot be read or breaks a rule."""
        path = Path(path)
        try:
            document = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
        except OSError as error:
            raise ScenarioError(f"scenario {path}: cannot be read: {error.strerror}") from error
        except yaml.YAMLError as error:
            raise ScenarioError(f"scenario {path}: not YAML: {error}") from error
        return cls.parse(document, path.stem)

    @classmethod
    def parse(cls, document: object, name: str = "scenario") -> Scenario:
        """Read a scenario from what YAML gave. Raises ScenarioError when it breaks a rule."""
        scenario = cls(name=name, **parse_document(document, name))
        check_consistency(scenario)
        return scenario

    @classmethod
    def generated(
        cls,
        *,
        accounts: int = 40,
        regions: Sequence[str] = ("ap-northeast-1", "eu-west-1", "us-east-1"),
        instances: int = 600,
        unreadable: int = 3,
        seed: int = 6,
    ) -> Scenario:
        """An organization of so many accounts, in which Systems Manager is set up: the same for the same arguments.

        ``accounts`` are all that there are: the management account (111111111111), the delegated administrator
        (222222222222), one that is suspended, and members in nested organizational units, of which ``unreadable`` have
        no role that the management account may assume. The instances are managed nodes of several platforms, unevenly
        spread; most were scanned lately, a few long ago, a few never, and a few are terminated. Raises ScenarioError.
        """
        generation = Generation(accounts, regions, unreadable, seed)
        scenario = cls(
            name="generated",
            description=f"{accounts} accounts with {instances} instances in {len(regions)} Regions.",
            management_account=Account(MANAGEMENT, "Management", "management@example.com"),
            accounts=(Account(ADMINISTRATOR, "Systems Manager Administrator", "administrator@example.com"),),
            organizational_units=generation.units(),
            trusted_access=("ssm.amazonaws.com",),
            stack_sets_access="ENABLED",
            delegated_administrators=administrators(),
            instances=generation.instances(instances),
        )
        check_consistency(scenario)
        return scenario

    def member_accounts(self) -> tuple[Account, ...]:
        """Every account but the management account, those in organizational units included, in the file's order."""
        return self.accounts + tuple(
            account for _, unit in self.organizational_units_by_path() for account in unit.accounts
        )

    def organizational_units_by_path(self) -> Iterator[tuple[str, OrganizationalUnit]]:
        """Each organizational unit with its path below the root (``Workloads/Production``), parents first."""
        return _walk(self.organizational_units, "")


def _walk(units: tuple[OrganizationalUnit, ...], parent: str) -> Iterator[tuple[str, OrganizationalUnit]]:
    for unit in units:
        path = f"{parent}{unit.name}"
        yield path, unit
        yield from _walk(unit.organizational_units, f"{path}/")
