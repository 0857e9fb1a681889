"""What the values of a scenario, each right by itself, get wrong together."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sandbox.yaml_reader import ScenarioError

if TYPE_CHECKING:
    from sandbox.scenario import Scenario

# Root and organizational unit, https://docs.aws.amazon.com/organizations/latest/APIReference/API_MoveAccount.html
TARGET_ID = re.compile(r"r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}")


def check_consistency(scenario: Scenario) -> None:
    """Refuse what is there twice and what points to nothing. Raises ScenarioError."""
    where = f"scenario {scenario.name}"
    accounts = (scenario.management_account, *scenario.member_accounts())
    _refuse_repeated(where, "account id", [account.id for account in accounts])
    _refuse_repeated(where, "account e-mail address", [account.email for account in accounts])
    _refuse_repeated(where, "organizational unit", [path for path, _ in scenario.organizational_units_by_path()])
    _refuse_repeated(where, "instance id", [instance.id for instance in scenario.instances])
    if scenario.management_account.status != "ACTIVE":
        raise ScenarioError(f"{where}: management_account.status: the management account cannot be suspended")
    _check_accounts(where, scenario, {account.id for account in accounts})
    _check_targets(where, scenario)


def _refuse_repeated(where: str, what: str, values: list[str]) -> None:
    for value in values:
        if values.count(value) > 1:
            raise ScenarioError(f"{where}: the {what} {value!r} is there more than once")


def _check_accounts(where: str, scenario: Scenario, known: set[str]) -> None:
    lists: dict[str, tuple[Any, ...]] = {
        "delegated_administrators": scenario.delegated_administrators,
        "roles": scenario.roles,
        "service_linked_roles": scenario.service_linked_roles,
        "service_settings": scenario.service_settings,
        "configuration_managers": scenario.configuration_managers,
        "instances": scenario.instances,
    }
    for key, items in lists.items():
        for index, item in enumerate(items):
            if item.account_id not in known:
                raise ScenarioError(
                    f"{where}: {key}[{index}].account_id: no account of this scenario has the id {item.account_id!r}"
                )


def _check_targets(where: str, scenario: Scenario) -> None:
    paths = {path for path, _ in scenario.organizational_units_by_path()}
    for index, manager in enumerate(scenario.configuration_managers):
        targets = manager.parameters.get("TargetOrganizationalUnits", "")
        for target in filter(None, targets.split(",")):
            if target not in paths and not TARGET_ID.fullmatch(target):
                raise ScenarioError(
                    f"{where}: configuration_managers[{index}].parameters.TargetOrganizationalUnits: {target!r} is "
                    f"neither an id nor one of the organizational units {', '.join(sorted(paths)) or '(none)'}"
                )
