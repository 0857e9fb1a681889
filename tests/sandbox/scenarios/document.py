"""Validates a scenario document by its JSON Schema (scenario.schema.yaml), and builds the parts of the scenario."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from sandbox.clock import START
from sandbox.scenarios import parts
from sandbox.services.ssm.patches import Patches, Severities
from sandbox.services.ssmquicksetup.behavior import Behavior

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_SCHEMA = Path(__file__).parent / "scenario.schema.yaml"
_VALIDATOR = Draft202012Validator(yaml.load(_SCHEMA.read_text(encoding="utf-8"), yaml.CSafeLoader))


class ScenarioError(Exception):
    """A scenario is invalid; the message names the file, the location in it and the rule."""


def parse_document(document: object, name: str) -> dict[str, Any]:
    """Return the fields of the scenario. Raises ScenarioError when the document does not match the schema."""
    error = best_match(_VALIDATOR.iter_errors(document))
    if error is not None:
        location = error.json_path.removeprefix("$").removeprefix(".")
        rule = f"; expected {error.schema['description']}" if "description" in error.schema else ""
        raise ScenarioError(f"scenario {name}: {f'{location}: ' if location else ''}{error.message}{rule}")
    assert isinstance(document, dict)
    try:
        return {key: _FIELDS[key](value) if key in _FIELDS else value for key, value in document.items()}
    except ValueError as error:
        # Such as 30 February.
        raise ScenarioError(f"scenario {name}: {error}") from error


def _tuple_of(build: Callable[..., Any]) -> Callable[[list[dict[str, Any]]], tuple[Any, ...]]:
    return lambda items: tuple(build(**item) for item in items)


def _organizational_unit(
    name: str, accounts: list[dict[str, Any]] | None = None, organizational_units: list[dict[str, Any]] | None = None
) -> parts.OrganizationalUnit:
    units = tuple(_organizational_unit(**unit) for unit in organizational_units or ())
    return parts.OrganizationalUnit(name, tuple(parts.Account(**account) for account in accounts or ()), units)


def _role(**members: Any) -> parts.Role:
    fields: dict[str, Any] = {key: tuple(one) if isinstance(one, list) else one for key, one in members.items()}
    return parts.Role(**fields)


def _configuration_manager(parameters: Mapping[str, str] | None = None, **members: Any) -> parts.ConfigurationManager:
    return parts.ConfigurationManager(parameters=MappingProxyType(dict(parameters or {})), **members)


def _instance(
    patches: Mapping[str, Any] | None = None,
    scanned_at: str | float | None = None,
    launched_at: str | float | None = None,
    **members: Any,
) -> parts.Instance:
    counts: dict[str, Any] = {
        state: Severities(**count) if isinstance(count, dict) else count for state, count in (patches or {}).items()
    }
    return parts.Instance(
        patches=Patches(**counts), scanned_at=_time(scanned_at), launched_at=_time(launched_at), **members
    )


def _time(value: str | float | None) -> datetime | None:
    if not isinstance(value, str):
        return None if value is None else START - timedelta(days=value)
    return datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def _cloud9_environment(account_id: str, **members: str) -> parts.Cloud9Environment:
    defaults = {"type": "ec2", "owner_arn": f"arn:aws:iam::{account_id}:user/Administrator"}
    return parts.Cloud9Environment(account_id=account_id, **{**defaults, **members})


_FIELDS: dict[str, Callable[[Any], Any]] = {
    "management_account": lambda members: parts.Account(**members),
    "accounts": _tuple_of(parts.Account),
    "organizational_units": _tuple_of(_organizational_unit),
    "trusted_access": tuple,
    "delegated_administrators": _tuple_of(parts.DelegatedAdministrator),
    "roles": _tuple_of(_role),
    "service_linked_roles": _tuple_of(parts.ServiceLinkedRole),
    "service_settings": _tuple_of(parts.ServiceSetting),
    "configuration_managers": _tuple_of(_configuration_manager),
    "instances": _tuple_of(_instance),
    "cloud9_environments": _tuple_of(_cloud9_environment),
    "enabled_regions": _tuple_of(parts.EnabledRegion),
    "quick_setup": lambda members: Behavior(**members),
    "resource_data_syncs": _tuple_of(parts.ResourceDataSync),
}
