"""The organization that a sandbox begins with, read from YAML into frozen dataclasses.

A mistake in the file is a ScenarioError that names the file, the place in it
(``organizational_units[0].accounts[1].id``) and the rule. Nothing is guessed: an unknown key is an error too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from sandbox.scenario_consistency import check_consistency
from sandbox.yaml_reader import Reader, ScenarioError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = [
    "Account",
    "ConfigurationManager",
    "DelegatedAdministrator",
    "Instance",
    "OrganizationalUnit",
    "Role",
    "Scenario",
    "ScenarioError",
    "ServiceLinkedRole",
    "ServiceSetting",
]

SCENARIOS = Path(__file__).parent / "scenarios"

# https://docs.aws.amazon.com/organizations/latest/APIReference/API_Account.html
ACCOUNT_ID = re.compile(r"[0-9]{12}")
EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
REGION = re.compile(r"[a-z]{2}(-gov)?-(north|south|east|west|central|northeast|southeast|northwest|southwest)-[0-9]")
SERVICE_PRINCIPAL = re.compile(r"[a-z0-9.-]+\.amazonaws\.com")
INSTANCE_ID = re.compile(r"(i|mi)-[0-9a-f]{17}")
ROLE_NAME = re.compile(r"[\w+=,.@-]{1,64}", re.ASCII)
ROLE_PATH = re.compile(r"/|/[!-~]+/")
NOT_EMPTY = re.compile(r"(?s).+")

# StatusSummary in the model of ssm-quicksetup, 2018-05-10.
DEPLOYMENT_STATUSES = (
    "INITIALIZING",
    "DEPLOYING",
    "SUCCEEDED",
    "DELETING",
    "STOPPING",
    "FAILED",
    "STOPPED",
    "DELETE_FAILED",
    "STOP_FAILED",
    "NONE",
)


@dataclass(frozen=True)
class Account:
    """An account. ``status``: ACTIVE or SUSPENDED."""

    id: str
    name: str
    email: str
    status: str = "ACTIVE"


@dataclass(frozen=True)
class OrganizationalUnit:
    """An organizational unit with what is in it."""

    name: str
    accounts: tuple[Account, ...] = ()
    organizational_units: tuple[OrganizationalUnit, ...] = ()


@dataclass(frozen=True)
class DelegatedAdministrator:
    """A member account registered for one service principal."""

    account_id: str
    service_principal: str


@dataclass(frozen=True)
class Role:
    """An IAM role that is already there.

    ``trusted_principals`` are service principals, account ids or ARNs; ``managed_policies`` are names of AWS's.
    """

    account_id: str
    name: str
    path: str = "/"
    trusted_principals: tuple[str, ...] = ()
    managed_policies: tuple[str, ...] = ()


@dataclass(frozen=True)
class ServiceLinkedRole:
    """A service-linked role that is already there; ``service_name`` as ``ssm.amazonaws.com``."""

    account_id: str
    service_name: str


@dataclass(frozen=True)
class ServiceSetting:
    """A Systems Manager service setting that somebody has changed; ``setting_id`` in its path form."""

    account_id: str
    region: str
    setting_id: str
    value: str


@dataclass(frozen=True)
class ConfigurationManager:
    """A Quick Setup configuration manager that is already there.

    ``type`` as ``AWSQuickSetupType-PatchPolicy``; ``status`` is that of its deployment. The parameter
    ``TargetOrganizationalUnits`` may name units by path (``Workloads/Production``) beside ids.
    """

    account_id: str
    region: str
    name: str
    type: str
    parameters: Mapping[str, str]
    status: str = "SUCCEEDED"


@dataclass(frozen=True)
class Instance:
    """A managed node. ``platform`` as Systems Manager's PlatformName, such as ``Amazon Linux`` or ``Ubuntu``."""

    account_id: str
    region: str
    id: str
    platform: str
    platform_version: str
    agent_version: str
    instance_profile: str | None = None

    @property
    def platform_type(self) -> str:
        """Systems Manager's PlatformType: Windows, MacOS or Linux."""
        if self.platform.startswith("Microsoft Windows"):
            return "Windows"
        return "MacOS" if self.platform == "macOS" else "Linux"


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

    @classmethod
    def named(cls, name: str) -> Scenario:
        """One of the scenarios that come with the sandbox. Raises ScenarioError, listing them, when there is none."""
        known = sorted(path.stem for path in SCENARIOS.glob("*.yaml"))
        if name not in known:
            raise ScenarioError(f"there is no scenario named {name!r}; there are: {', '.join(known)}")
        return cls.load(SCENARIOS / f"{name}.yaml")

    @classmethod
    def load(cls, path: Path | str) -> Scenario:
        """Read a scenario file. Raises ScenarioError when it cannot be read or breaks a rule."""
        path = Path(path)
        try:
            document = yaml.safe_load(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise ScenarioError(f"scenario {path}: cannot be read: {error.strerror}") from error
        except yaml.YAMLError as error:
            raise ScenarioError(f"scenario {path}: not YAML: {error}") from error
        return cls.parse(document, path.stem)

    @classmethod
    def parse(cls, document: object, name: str = "scenario") -> Scenario:
        """Read a scenario from what YAML gave. Raises ScenarioError when it breaks a rule."""
        scenario = _scenario(Reader(document, f"scenario {name}"), name)
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


def _scenario(reader: Reader, name: str) -> Scenario:
    with reader:
        return Scenario(
            name=name,
            description=reader.text("description", NOT_EMPTY, "some text"),
            management_account=_account(reader.child("management_account")),
            feature_set=reader.choice("feature_set", ("ALL", "CONSOLIDATED_BILLING"), "ALL"),
            accounts=reader.each("accounts", _account),
            organizational_units=reader.each("organizational_units", _organizational_unit),
            trusted_access=reader.texts("trusted_access", SERVICE_PRINCIPAL, "service principals"),
            stack_sets_access=reader.choice("stack_sets_access", ("DISABLED", "ENABLED"), "DISABLED"),
            delegated_administrators=reader.each("delegated_administrators", _delegated_administrator),
            roles=reader.each("roles", _role),
            service_linked_roles=reader.each("service_linked_roles", _service_linked_role),
            service_settings=reader.each("service_settings", _service_setting),
            configuration_managers=reader.each("configuration_managers", _configuration_manager),
            instances=reader.each("instances", _instance),
        )


def _account(reader: Reader) -> Account:
    with reader:
        return Account(
            id=_account_id(reader, "id"),
            name=reader.text("name", NOT_EMPTY, "some text"),
            email=reader.text("email", EMAIL, "an e-mail address"),
            status=reader.choice("status", ("ACTIVE", "SUSPENDED"), "ACTIVE"),
        )


def _organizational_unit(reader: Reader) -> OrganizationalUnit:
    with reader:
        return OrganizationalUnit(
            name=reader.text("name", re.compile(r"(?s).{1,128}"), "1 to 128 characters"),
            accounts=reader.each("accounts", _account),
            organizational_units=reader.each("organizational_units", _organizational_unit),
        )


def _delegated_administrator(reader: Reader) -> DelegatedAdministrator:
    with reader:
        return DelegatedAdministrator(
            account_id=_account_id(reader), service_principal=_service(reader, "service_principal")
        )


def _role(reader: Reader) -> Role:
    with reader:
        return Role(
            account_id=_account_id(reader),
            name=reader.text("name", ROLE_NAME, "a role name of 1 to 64 letters, digits or +=,.@_-"),
            path=reader.text("path", ROLE_PATH, "a path such as / or /service-role/", "/"),
            trusted_principals=reader.texts("trusted_principals", NOT_EMPTY, "principals"),
            managed_policies=reader.texts("managed_policies", NOT_EMPTY, "names of AWS managed policies"),
        )


def _service_linked_role(reader: Reader) -> ServiceLinkedRole:
    with reader:
        return ServiceLinkedRole(account_id=_account_id(reader), service_name=_service(reader, "service_name"))


def _service_setting(reader: Reader) -> ServiceSetting:
    with reader:
        return ServiceSetting(
            account_id=_account_id(reader),
            region=_region(reader),
            setting_id=reader.text("setting_id", re.compile(r"/ssm/\S+"), "a path such as /ssm/…"),
            value=reader.text("value", NOT_EMPTY, "some text"),
        )


def _configuration_manager(reader: Reader) -> ConfigurationManager:
    with reader:
        return ConfigurationManager(
            account_id=_account_id(reader),
            region=_region(reader),
            name=reader.text("name", re.compile(r"[ A-Za-z0-9._-]{1,120}"), "1 to 120 letters, digits, spaces or ._-"),
            type=reader.text("type", re.compile(r"AWSQuickSetupType-\w+"), "AWSQuickSetupType-…"),
            parameters=reader.text_map("parameters"),
            status=reader.choice("status", DEPLOYMENT_STATUSES, "SUCCEEDED"),
        )


def _instance(reader: Reader) -> Instance:
    with reader:
        return Instance(
            account_id=_account_id(reader),
            region=_region(reader),
            id=reader.text("id", INSTANCE_ID, "i- or mi- and 17 hexadecimal digits"),
            platform=reader.text("platform", NOT_EMPTY, "some text"),
            platform_version=reader.text("platform_version", NOT_EMPTY, "some text; quote numbers"),
            agent_version=reader.text("agent_version", re.compile(r"\d+(\.\d+){3}"), "a version of four numbers"),
            instance_profile=reader.optional_text("instance_profile", NOT_EMPTY, "the name of an instance profile"),
        )


def _account_id(reader: Reader, key: str = "account_id") -> str:
    return reader.text(key, ACCOUNT_ID, "12 digits, in quotes")


def _region(reader: Reader) -> str:
    return reader.text("region", REGION, "a Region such as us-east-1")


def _service(reader: Reader, key: str) -> str:
    return reader.text(key, SERVICE_PRINCIPAL, "a service principal such as ssm.amazonaws.com")
