"""`report.py adopt`: brings a configuration manager that Terraform does not have into its state, whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from systems_manager_organization.command_line import Verb
from systems_manager_organization.errors import QueryError, UnsettledError
from systems_manager_organization.left_over import FINISHED, TAG, UNFINISHED
from systems_manager_organization.managers import (
    FAILED,
    UNDER_WAY,
    configurations_in,
    definitions_in,
    deployment_status,
    described,
    managers_named,
    wait_until_settled,
)
from systems_manager_organization.names import (
    CHANGE_MANAGER,
    DEFAULT_HOST_MANAGEMENT,
    HOST_MANAGEMENT,
    NAME,
    OPS_CENTER,
    PATCH_POLICY,
    YES,
)
from systems_manager_organization.query import OPTIONAL_COMMON_KEYS, Key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from systems_manager_organization.command_line import Connect
    from systems_manager_organization.configurations import Configuration
    from systems_manager_organization.connection import Connection
    from systems_manager_organization.managers import Definition
    from systems_manager_organization.query import Query
    from systems_manager_organization.screen import Screen

_MANAGEMENT_ACCOUNT = "-management-account"
_RESOURCE = "aws_ssmquicksetup_configuration_manager.this"

# Where the root module has the configurations of a type: those of organizational units, and (True) the account's own.
_PLACES = {
    (PATCH_POLICY, False): 'module.patch_policy["{policy}"].module.turn_{turn}[0]',
    (PATCH_POLICY, True): 'module.patch_policy["{policy}"].module.management_account[0]',
    (DEFAULT_HOST_MANAGEMENT, False): "module.default_host_management[0].module.configuration[0]",
    (HOST_MANAGEMENT, False): "module.host_management[0].module.organization[0]",
    (HOST_MANAGEMENT, True): "module.host_management[0].module.management_account[0]",
    (OPS_CENTER, False): "module.ops_center[0].module.configuration",
    (CHANGE_MANAGER, False): "module.change_manager[0].module.configuration",
}


def adopt(query: Query, connect: Connect, screen: Screen) -> int:
    """Deploys it again if that failed, marks it as Terraform's, and prints the import block.

    Returns 0, or 1 when the person says no. Raises UnsettledError when it fails again, QueryError when it is not clear
    which manager is meant.
    """
    with connect() as aws:
        description = _settled(aws, screen, chosen(aws, query["name"]))
        mark, status = description.get("Tags", {}).get(TAG, ""), deployment_status(description)
        steps = [
            *(["deploy it again with the parameters that it has"] if status in FAILED else []),
            *(["mark it as finished, so that no apply clears it away"] if mark == UNFINISHED else []),
        ]
        if mark.startswith(FINISHED):
            screen.tell("It is marked as Terraform's already: the block is needed only if the state was lost.")
        if steps and not _agreed(query, screen, description, steps):
            return 1
        if status in FAILED:
            redeploy(aws, screen, description)
        if mark == UNFINISHED:
            aws.call(aws.quick_setup.tag_resource, ResourceArn=description["ManagerArn"], Tags={TAG: FINISHED})
    for configuration in configurations_in(description):
        screen.write(_import_block(query["module_address"], query["turn"], configuration))
    return 0


def chosen(aws: Connection, name: str) -> dict[str, Any]:
    """The description of the one manager that is meant: the only one, or the only one that is unfinished.

    Raises QueryError.
    """
    descriptions = [described(aws, manager.arn) for manager in managers_named(aws, name)]
    unfinished = [found for found in descriptions if found.get("Tags", {}).get(TAG) == UNFINISHED]
    candidates = unfinished if len(descriptions) > 1 else descriptions
    if len(candidates) != 1:
        arns = ", ".join(found["ManagerArn"] for found in descriptions)
        raise QueryError(
            f'there are {len(descriptions)} configuration managers "{name}". Say which by its ARN: {arns}.'
        )
    return candidates[0]


def _settled(aws: Connection, screen: Screen, description: dict[str, Any]) -> dict[str, Any]:
    """The description once nothing is under way: how that ends says what is to be done. Raises QueryError."""
    if deployment_status(description) not in UNDER_WAY:
        return description
    screen.tell(f"Quick Setup is still working on {description['Name']}: waiting for it.")
    wait_until_settled(aws, description["ManagerArn"])
    settled = described(aws, description["ManagerArn"])
    if not settled:
        raise QueryError(f"the configuration manager {description['ManagerArn']} is gone: it was being deleted.")
    return settled


def redeploy(aws: Connection, screen: Screen, description: Mapping[str, Any]) -> None:
    """Deploys a manager again as it is, and waits. Raises UnsettledError when it fails again."""
    arn = description["ManagerArn"]
    for definition in definitions_in(description):
        screen.tell(f"Deploying {description['Name']} again.")
        aws.call(
            aws.quick_setup.update_configuration_definition,
            ManagerArn=arn,
            Id=definition.id,
            Parameters=dict(definition.parameters),
            **_roles(definition),
        )
    status = wait_until_settled(aws, arn)
    if status != "SUCCEEDED":
        raise UnsettledError(
            f"the deployment of {description['Name']} is {status} again, so it is not adopted. See why: "
            f"report.py explain {arn}"
        )


def _roles(definition: Definition) -> dict[str, str]:
    roles = {
        "LocalDeploymentAdministrationRoleArn": definition.administration_role_arn,
        "LocalDeploymentExecutionRoleName": definition.execution_role_name,
    }
    return {name: role for name, role in roles.items() if role}


def _agreed(query: Query, screen: Screen, description: Mapping[str, Any], steps: list[str]) -> bool:
    screen.tell(
        f"{description['Name']}, {description['ManagerArn']}: its deployment is {deployment_status(description)}. "
        f"This will {' and '.join(steps)}."
    )
    return bool(query["yes"]) or screen.confirms("Go on?")


def _import_block(module_address: str, turn: str, configuration: Configuration) -> str:
    return f'import {{\n  to = {_address(module_address, turn, configuration)}\n  id = "{configuration.arn}"\n}}'


def _address(module: str, turn: str, configuration: Configuration) -> str:
    is_local = bool(configuration.account_id)
    place = _PLACES.get((configuration.type, is_local))
    if place is None:
        return f"{module}.{_RESOURCE}"
    policy = configuration.name.removesuffix(_MANAGEMENT_ACCOUNT) if is_local else configuration.name
    return f"{module}.{place.format(policy=policy, turn=turn)}.{_RESOURCE}"


VERB: Verb[str] = Verb(
    name="adopt",
    summary="Brings a configuration manager that an apply left behind under Terraform, by an import block.",
    description="""\
Calls ssm-quicksetup:ListConfigurationManagers and GetConfigurationManager; where its deployment failed
UpdateConfigurationDefinition with the parameters that it has, and waits; where it is marked as unfinished TagResource.
Prints the import block on standard output and everything else on standard error: report.py adopt NAME > import.tf.
aws_ssmquicksetup_configuration_manager keeps nothing of a creation that fails or is interrupted; a release that does
(https://github.com/hashicorp/terraform-provider-aws/issues/43920) would replace this verb.""",
    keys=(
        NAME,
        *OPTIONAL_COMMON_KEYS,
        Key(
            "module_address",
            "how your configuration calls the module (for types that the root module has no input for: "
            "modules/quick-setup-configuration)",
            r"module\.[A-Za-z_][A-Za-z0-9_-]*(\[[^\]\n]+\])?(\.module\.[A-Za-z_][A-Za-z0-9_-]*(\[[^\]\n]+\])?)*",
            'the address of a module, for example "module.systems_manager"',
            default="module.systems_manager",
            by_hand=True,
        ),
        Key(
            "turn",
            "the turn that your configuration gives a patch policy",
            r"[1-5]",
            "1 to 5",
            default="1",
            by_hand=True,
        ),
        YES,
    ),
    by_hand=adopt,
)
