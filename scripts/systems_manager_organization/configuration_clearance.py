"""`ensure.py configuration-clearance`: takes away what an apply that did not finish left in Quick Setup."""

from __future__ import annotations

from typing import TYPE_CHECKING

from systems_manager_organization.command_line import Verb
from systems_manager_organization.errors import UnsettledError
from systems_manager_organization.left_over import IDS_PATTERN, IDS_RULE, UNFINISHED, mark
from systems_manager_organization.managers import GONE, wait_until_settled
from systems_manager_organization.query import COMMON_KEYS, Key

if TYPE_CHECKING:
    from systems_manager_organization.command_line import Connect
    from systems_manager_organization.connection import Connection
    from systems_manager_organization.query import Query


def clear(query: Query, connect: Connect) -> str:
    """Deletes the query's managers, if they still say that they are unfinished, and waits until they are gone.

    Raises:
        UnsettledError: Quick Setup could not delete one, or took more than an hour and a half.
    """
    identifiers = [found for found in query["left_over"].split(",") if found]
    if not identifiers:
        return "Nothing was left over."
    with connect() as aws:
        return " ".join(_clear(aws, f"{_prefix(aws)}{found}") for found in identifiers)


def _prefix(aws: Connection) -> str:
    # Quick Setup's ARNs exist in this partition alone: its API reference, ManagerArn.
    return f"arn:aws:ssm-quicksetup:{aws.region}:{aws.account_id}:configuration-manager/"


def _clear(aws: Connection, arn: str) -> str:
    if mark(aws, arn) != UNFINISHED:
        return f"{arn}: left alone, because it is not unfinished."
    if wait_until_settled(aws, arn) != GONE:
        aws.call(aws.quick_setup.delete_configuration_manager, ManagerArn=arn)
    status = wait_until_settled(aws, arn)
    if status != GONE:
        raise UnsettledError(
            f"Quick Setup could not delete {arn}: its deployment is {status}. It needs the roles that the "
            "configuration was created with; see its console for the reason, delete it there, and run this again."
        )
    return f"{arn}: deleted, an apply had left it unfinished."


VERB = Verb(
    name="configuration-clearance",
    summary="Takes away configuration managers that an apply began to create and did not finish.",
    description="""\
Calls ssm-quicksetup:GetConfigurationManager and DeleteConfigurationManager, for managers tagged as unfinished alone.
aws_ssmquicksetup_configuration_manager keeps nothing of a creation that fails or is interrupted; a release that does
(https://github.com/hashicorp/terraform-provider-aws/issues/43920) would replace this verb.""",
    keys=(*COMMON_KEYS, Key("left_over", "the managers; left out: none", IDS_PATTERN, IDS_RULE)),
    run=clear,
)
