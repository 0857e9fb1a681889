"""The rules of a scenario that its JSON Schema cannot express: unique ids and references."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from sandbox.clock import START
from sandbox.scenarios.document import ScenarioError
from sandbox.services.account.regions import ENABLED_BY_DEFAULT, OPT_IN
from sandbox.services.ssm.patch_baselines import operating_system_of

if TYPE_CHECKING:
    from sandbox.scenarios.scenario import Scenario

# Root and organizational unit, https://docs.aws.amazon.com/organizations/latest/APIReference/API_MoveAccount.html
TARGET_ID = re.compile(r"r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}")

# For each of the two kinds: https://docs.aws.amazon.com/general/latest/gr/ssm.html and
# https://docs.aws.amazon.com/systems-manager/latest/userguide/inventory-create-resource-data-sync.html
MAXIMUM_RESOURCE_DATA_SYNCS = 5


def check_consistency(scenario: Scenario) -> None:
    """Raise ScenarioError for duplicate ids and unknown references."""
    where = f"scenario {scenario.name}"
    accounts = (scenario.management_account, *scenario.member_accounts())
    _refuse_repeated(where, "account id", [account.id for account in accounts])
    _refuse_repeated(where, "account e-mail address", [account.email for account in accounts])
    _refuse_repeated(where, "organizational unit", [path for path, _ in scenario.organizational_units_by_path()])
    _refuse_repeated(where, "instance id", [instance.id for instance in scenario.instances])
    _refuse_repeated(where, "Cloud9 environment id", [environment.id for environment in scenario.cloud9_environments])
    _check_accounts(where, scenario, {account.id for account in accounts})
    _check_targets(where, scenario)
    _check_enabled_regions(where, scenario)
    _check_resource_data_syncs(where, scenario)
    _check_instances(where, scenario)


def _refuse_repeated(where: str, what: str, values: list[str]) -> None:
    for value, count in Counter(values).items():
        if count > 1:
            raise ScenarioError(f"{where}: the {what} {value!r} is there more than once")


def _check_accounts(where: str, scenario: Scenario, known: set[str]) -> None:
    lists: dict[str, tuple[Any, ...]] = {
        "delegated_administrators": scenario.delegated_administrators,
        "roles": scenario.roles,
        "service_linked_roles": scenario.service_linked_roles,
        "service_settings": scenario.service_settings,
        "configuration_managers": scenario.configuration_managers,
        "instances": scenario.instances,
        "cloud9_environments": scenario.cloud9_environments,
        "enabled_regions": scenario.enabled_regions,
        "resource_data_syncs": scenario.resource_data_syncs,
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


def _check_enabled_regions(where: str, scenario: Scenario) -> None:
    for index, enabled in enumerate(scenario.enabled_regions):
        location = f"{where}: enabled_regions[{index}].region: {enabled.region!r}"
        if enabled.region in ENABLED_BY_DEFAULT:
            raise ScenarioError(
                f"{location} is enabled by default in every account, and cannot be disabled; leave it out"
            )
        if enabled.region not in OPT_IN:
            raise ScenarioError(f"{location} is not one of the opt-in Regions {', '.join(sorted(OPT_IN))}")


def _check_resource_data_syncs(where: str, scenario: Scenario) -> None:
    syncs = scenario.resource_data_syncs
    _refuse_repeated(where, "resource data sync", [f"{sync.account_id} {sync.region} {sync.name}" for sync in syncs])
    for (account_id, region, kind), count in Counter(
        (sync.account_id, sync.region, sync.type) for sync in syncs
    ).items():
        if count > MAXIMUM_RESOURCE_DATA_SYNCS:
            raise ScenarioError(
                f"{where}: resource_data_syncs: {account_id} has {count} of type {kind} in {region}; an account has at "
                f"most {MAXIMUM_RESOURCE_DATA_SYNCS} of a kind in a Region"
            )
    # https://docs.aws.amazon.com/systems-manager/latest/userguide/Explorer-setup-delegated-administrator.html
    administrators = {
        scenario.management_account.id,
        *(
            known.account_id
            for known in scenario.delegated_administrators
            if known.service_principal == "ssm.amazonaws.com"
        ),
    }
    for index, sync in enumerate(syncs):
        if sync.organization and sync.type == "SyncFromSource" and sync.account_id not in administrators:
            raise ScenarioError(
                f"{where}: resource_data_syncs[{index}].organization: only the management account and the delegated "
                "administrator of ssm.amazonaws.com sync from the organization"
            )


def _check_instances(where: str, scenario: Scenario) -> None:
    for index, instance in enumerate(scenario.instances):
        if instance.scanned_at is not None and instance.scanned_at > START:
            raise ScenarioError(
                f"{where}: instances[{index}].scanned_at: {instance.scanned_at:%Y-%m-%dT%H:%M:%SZ} is after the start "
                f"of the sandbox, {START:%Y-%m-%dT%H:%M:%SZ}"
            )
        is_known = operating_system_of(instance.platform, instance.platform_version) is not None
        if instance.scanned_at is not None and not is_known:
            raise ScenarioError(
                f"{where}: instances[{index}].scanned_at: there is no patch baseline for the platform "
                f"{instance.platform!r}, so that nothing scans it"
            )
