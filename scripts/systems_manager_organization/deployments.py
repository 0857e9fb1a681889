"""`observe.py deployments`: how each configuration stands in each account and Region."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from systems_manager_organization.command_line import Verb
from systems_manager_organization.configurations import configurations_key, parse_configurations
from systems_manager_organization.deployment_matrix import WITHOUT_END, matrices, summary
from systems_manager_organization.managers import configurations_in, described, managers_named, managers_of
from systems_manager_organization.query import OPTIONAL_COMMON_KEYS, Key, switch
from systems_manager_organization.standing import NO_REASON, Standing, Targets, standing_of
from systems_manager_organization.watching import watched

if TYPE_CHECKING:
    from collections.abc import Iterable

    from systems_manager_organization.command_line import Connect
    from systems_manager_organization.configurations import Configuration
    from systems_manager_organization.connection import Connection
    from systems_manager_organization.query import Query
    from systems_manager_organization.screen import Screen

SCHEMA_VERSION = "1"

ALL_WELL, SOMETHING_FAILED, UNSETTLED = 0, 1, 2


def observe(query: Query, connect: Connect) -> dict[str, str]:
    """All strings, as the external data source wants them:

    - `schema_version`: "1"
    - `account_id`: the account whose credentials were used
    - `deployments`: JSON object from name to account id to Region to `{state, reason}`; `state` is `succeeded`,
      `in_progress`, `failed` or `not_deployed`
    - `failed_associations`: JSON list of `{configuration, account_id, region, reason}`, where what runs on the nodes
      failed. It changes by itself after an apply, and so is kept apart.
    """
    with connect() as aws:
        standings = _standings(aws, _configurations(aws, query))
        return {
            "schema_version": SCHEMA_VERSION,
            "account_id": aws.account_id,
            "deployments": json.dumps({standing.configuration.name: _by_account(standing) for standing in standings}),
            "failed_associations": json.dumps(
                [failed for standing in standings for failed in _failed_associations(standing)]
            ),
        }


def show(query: Query, connect: Connect, screen: Screen) -> int:
    """The same for a person, followed until it has settled with `--watch`.

    Returns 0 when nothing failed and nothing is in progress, 1 when something failed, else 2.
    """
    with connect() as aws:
        configurations = _configurations(aws, query)
        targets = Targets(aws)
        if query["watch"]:
            standings, interrupted = watched(
                aws, screen, lambda: _standings(aws, configurations, targets), float(query["timeout"])
            )
        else:
            standings, interrupted = _standings(aws, configurations, targets), False
    _show(standings, screen, as_json=bool(query["json"]))
    if interrupted:
        raise KeyboardInterrupt
    if any(standing.has_failed for standing in standings):
        return SOMETHING_FAILED
    return ALL_WELL if all(standing.has_settled for standing in standings) else UNSETTLED


def _show(standings: list[Standing], screen: Screen, *, as_json: bool) -> None:
    if as_json:
        screen.write(json.dumps([_document(standing) for standing in standings], indent=2))
        return
    if not standings:
        screen.tell("There is no configuration manager in this account and Region.")
    console = screen.console(screen.stdout)
    if not console.is_terminal:
        console.width = WITHOUT_END
    for standing in standings:
        console.print(*matrices(standing, console.width), sep="\n")
        console.print(summary(standing))


def _configurations(aws: Connection, query: Query) -> list[Configuration]:
    """The query's, or those of the managers that are there."""
    if query["configurations"]:
        return parse_configurations(query["configurations"])
    managers = managers_named(aws, query["name"]) if query["name"] else managers_of(aws)
    return [found for manager in managers for found in configurations_in(described(aws, manager.arn))]


def _standings(
    aws: Connection, configurations: Iterable[Configuration], targets: Targets | None = None
) -> list[Standing]:
    shared = targets or Targets(aws)
    asked = [aws.start(standing_of, aws, configuration, shared) for configuration in configurations]
    return sorted(
        (answer.result() for answer in asked),
        key=lambda standing: (standing.configuration.name, standing.configuration.arn),
    )


def _by_account(standing: Standing) -> dict[str, dict[str, dict[str, str]]]:
    by_account: dict[str, dict[str, dict[str, str]]] = {}
    for (account_id, region), place in standing.states.items():
        by_account.setdefault(account_id, {})[region] = {"state": place.state, "reason": place.reason}
    return by_account


def _failed_associations(standing: Standing) -> list[dict[str, str]]:
    return [
        {
            "configuration": standing.configuration.name,
            "account_id": account_id,
            "region": region,
            "reason": place.association_message or NO_REASON,
        }
        for (account_id, region), place in standing.states.items()
        if place.associations == "FAILED"
    ]


def _document(standing: Standing) -> dict[str, Any]:
    return {
        "name": standing.configuration.name,
        "type": standing.configuration.type,
        "arn": standing.configuration.arn,
        "deployment_status": standing.deployment_status,
        "deployment_message": standing.deployment_message,
        "association_status": standing.association_status,
        "places": [
            {
                "account_id": account_id,
                "account_name": standing.accounts[account_id].name,
                "region": region,
                "state": place.state,
                "reason": place.reason,
                "associations": place.associations,
            }
            for (account_id, region), place in standing.states.items()
        ],
    }


VERB = Verb(
    name="deployments",
    summary="How each configuration stands in each account and Region, with AWS's own reasons.",
    description="""\
Calls ssm-quicksetup:GetConfigurationManager and ListConfigurations; organizations:ListAccounts, or
ListAccountsForParent and ListOrganizationalUnitsForParent; where something failed cloudformation:ListStackSets,
ListStackSetOperations and ListStackSetOperationResults; ssm-quicksetup:ListConfigurationManagers when
--configurations is left out.
By hand it exits with 0 when everything is deployed, 1 when something failed, 2 when something is still in progress.
aws_ssmquicksetup_configuration_manager tells one status and throws the reasons away
(https://github.com/hashicorp/terraform-provider-aws/issues/43920); a data source that tells both for each account and
Region would replace this verb.""",
    keys=(
        *OPTIONAL_COMMON_KEYS,
        configurations_key("which ones, each with its arn; default: all that are there"),
        Key(
            "name",
            "only the managers of this name, or with this ARN",
            r"[^\x00-\x1f\x7f]{1,256}",
            "a name",
            by_hand=True,
        ),
        switch("json", "prints JSON"),
        switch("watch", "follows until everything has settled"),
        Key(
            "timeout",
            "for --watch: how many seconds to follow",
            "[0-9]{1,6}",
            "whole seconds",
            default="5400",
            by_hand=True,
        ),
    ),
    run=observe,
    by_hand=show,
)
