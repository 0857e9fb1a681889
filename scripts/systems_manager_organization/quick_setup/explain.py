"""`report.py explain`: what failed where, and what usually causes it."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from systems_manager_organization.account_region import describe
from systems_manager_organization.aws.account_sessions import AccountSessions
from systems_manager_organization.aws.concurrency import map_concurrently
from systems_manager_organization.cli.application import Command
from systems_manager_organization.cli.common_options import MEMBER_ROLE_NAME, NAME
from systems_manager_organization.cli.options import OPTIONAL_COMMON_KEYS, Option, flag
from systems_manager_organization.cli.report_command import report_command
from systems_manager_organization.cli.terminal import pluralize
from systems_manager_organization.errors import ScriptError, ServiceError, UsageError
from systems_manager_organization.organizations.account_directory import AccountDirectory
from systems_manager_organization.quick_setup.cloud9 import list_environments
from systems_manager_organization.quick_setup.configuration_managers import (
    FAILED_STATUSES,
    configurations_in,
    definitions_in,
    find_managers,
    get_configuration_manager,
)
from systems_manager_organization.quick_setup.deployment_status import (
    FAILED,
    NOT_DEPLOYED,
    get_deployment_status,
)
from systems_manager_organization.quick_setup.known_issues import (
    KnownIssue,
    failed_nodes,
    fallback,
    find_known_issue,
)
from systems_manager_organization.quick_setup.stack_sets import find_stack_sets_if_allowed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from systems_manager_organization.account_region import AccountRegion
    from systems_manager_organization.aws.session import AwsSession
    from systems_manager_organization.cli.application import Connect
    from systems_manager_organization.cli.options import Query
    from systems_manager_organization.cli.terminal import Terminal
    from systems_manager_organization.quick_setup.configuration_managers import Definition, Manager
    from systems_manager_organization.quick_setup.deployment_status import DeploymentStatus

DEPLOYMENT_FAILED = "The deployment failed"
NODES_FAILED = "Associations failed on nodes"
_NOT_CHECKED = (
    "Not checked: Cloud9 environments, on whose instances associations may fail. Use --member-role-name with a role of "
    "the member accounts."
)

_DELETE_ENVIRONMENT = (
    "Delete the environments that are not needed (aws cloud9 delete-environment, in that account and Region), or "
    "remove the account or the Region from the configuration."
)


@dataclass(frozen=True)
class Failure:
    """What failed for one reason of AWS's, and in which accounts and Regions; in none if it did not start."""

    what: str
    reason: str
    account_regions: tuple[AccountRegion, ...]
    explanation: str
    remedy: str
    address: str


@dataclass
class Explanation:
    """The explanation of one configuration manager.

    Attributes:
        messages: AWS's, about the deployment as a whole.
        seen: possible causes that were found, in sentences.
        next: what to do, in sentences.
    """

    name: str
    arn: str
    type: str
    deployment_status: str
    association_status: str
    messages: list[str] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    not_deployed: dict[str, list[AccountRegion]] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)
    next: list[str] = field(default_factory=list)


def explain(query: Query, connect: Connect, terminal: Terminal) -> int:
    """Explains every manager of the name, or a message. Returns 0.

    Raises ScriptError, also when no manager has the name.
    """
    if query["message"]:
        if query["name"] or query["json"]:
            raise UsageError("--message explains a text, as text: leave NAME and --json out.")
        issue = find_known_issue(_unwrapped(query["message"])) or KnownIssue(
            "No known issue has this wording.", "Read it as AWS's: it names the action, the resource and the reason."
        )
        for line in filter(None, (issue.explanation, issue.remedy, issue.address)):
            terminal.echo(line)
        return 0
    with connect() as aws:
        explanations = [
            _explanation(aws, manager, query["member_role_name"]) for manager in find_managers(aws, query["name"])
        ]
    if query["json"]:
        terminal.write(json.dumps([_document(explanation) for explanation in explanations], indent=2))
    else:
        for number, explanation in enumerate(explanations):
            for line in (*([""] if number else []), *_lines(explanation)):
                terminal.echo(line)
    return 0


def _explanation(aws: AwsSession, manager: Manager, role_name: str) -> Explanation:
    description = get_configuration_manager(aws, manager.arn)
    explanation = Explanation(
        manager.name, manager.arn, manager.type, manager.deployment_status, manager.async_executions_status
    )
    definitions, directory = definitions_in(description), AccountDirectory(aws)
    for definition, configuration in zip(definitions, configurations_in(description), strict=True):
        current = get_deployment_status(aws, configuration, directory, description)
        explanation.messages += filter(None, [current.deployment_message])
        explanation.failures += _failures(aws, definition, current)
        for (_, reason), account_regions in current.by_reason(NOT_DEPLOYED).items():
            explanation.not_deployed.setdefault(reason, []).extend(account_regions)
        explanation.seen += _environments(aws, current, role_name)
        explanation.seen += missing_roles(aws, definition)
    if explanation.failures or manager.deployment_status in FAILED_STATUSES:
        explanation.seen += _missing_access(aws)
    explanation.next = _next(manager, explanation)
    return explanation


def _failures(aws: AwsSession, definition: Definition, current: DeploymentStatus) -> list[Failure]:
    reasons = {reason: account_regions for (_, reason), account_regions in current.by_reason(FAILED).items()}
    if current.deployment_error:
        reasons[current.deployment_error] = []
    deployments = [
        _failure(
            reason,
            account_regions,
            _known_issue(reason, current) or fallback(find_stack_sets_if_allowed(aws, [definition.id])),
        )
        for reason, account_regions in reasons.items()
    ]
    issue = failed_nodes(definition, aws.account_id)
    nodes = [
        _failure(message, account_regions, issue, NODES_FAILED)
        for message, account_regions in current.failed_associations.items()
    ]
    return [*deployments, *nodes]


def _known_issue(reason: str, current: DeploymentStatus) -> KnownIssue | None:
    """The issue behind the reason of an account and Region, or else behind the message about the whole."""
    return find_known_issue(reason) or find_known_issue(current.deployment_message)


def _failure(
    reason: str, account_regions: Iterable[AccountRegion], issue: KnownIssue, what: str = DEPLOYMENT_FAILED
) -> Failure:
    return Failure(what, reason, tuple(account_regions), issue.explanation, issue.remedy, issue.address)


def _environments(aws: AwsSession, current: DeploymentStatus, role_name: str) -> list[str]:
    """Cloud9 environments where something failed for an unknown reason; without a role a hint how to check."""
    unclear = [
        account_region
        for account_region, state in current.states.items()
        if state.state == FAILED and _known_issue(state.reason, current) is None
    ]
    if not role_name:
        return [_NOT_CHECKED] if unclear else []
    regions: defaultdict[str, list[str]] = defaultdict(list)
    for account_id, region in unclear:
        regions[account_id].append(region)
    check = partial(_environments_in_account, AccountSessions(aws, role_name), regions)
    return sorted(sentence for sentences in map_concurrently(check, regions) for sentence in sentences)


def _environments_in_account(members: AccountSessions, regions: Mapping[str, list[str]], account_id: str) -> list[str]:
    sentences = []
    try:
        member = members.assume_role(account_id)
        for region in regions[account_id]:
            found = list_environments(member, region)
            if found:
                names = ", ".join(map(str, found))
                sentences.append(
                    f"{account_id} {region} has the Cloud9 environment{'' if len(found) == 1 else 's'} {names}. "
                    f"Associations may fail on its instance. {_DELETE_ENVIRONMENT}"
                )
    except ScriptError as error:
        sentences.append(f"Whether account {account_id} has a Cloud9 environment could not be checked: {error}")
    return sentences


def missing_roles(aws: AwsSession, definition: Definition) -> list[str]:
    """A sentence for each of the definition's roles that does not exist, or could not be read."""
    names = (definition.administration_role_arn.rpartition("/")[2], definition.execution_role_name)
    return [problem for name in names if name and (problem := _check_role(aws, name))]


def _check_role(aws: AwsSession, name: str) -> str:
    try:
        aws.call(aws.iam.get_role, RoleName=name)
    except ServiceError as error:
        if error.code != "NoSuchEntity":
            return f"Whether the role {name} exists could not be checked: {error}"
        return (
            f"The role {name} of this configuration does not exist in account {aws.account_id}: without it AWS can "
            "neither deploy nor delete the configuration. Apply again, or create it with the same name."
        )
    return ""


def _missing_access(aws: AwsSession) -> Iterator[str]:
    try:
        status = aws.call(aws.cloudformation.describe_organizations_access)["Status"]
        if status != "ENABLED":
            yield f"StackSets' access to the organization is {status}: aws cloudformation activate-organizations-access"
        listed = aws.paginate(aws.organizations.list_aws_service_access_for_organization)
        if "ssm.amazonaws.com" not in {principal["ServicePrincipal"] for principal in listed}:
            yield (
                "Systems Manager has no trusted access: aws organizations enable-aws-service-access "
                "--service-principal ssm.amazonaws.com"
            )
    except ServiceError as error:
        yield f"Whether StackSets and Systems Manager have access to the organization could not be checked: {error}"


def _next(manager: Manager, explanation: Explanation) -> list[str]:
    if not explanation.failures and manager.deployment_status not in FAILED_STATUSES:
        return ["Nothing failed."]
    return [
        "Fix the cause, and then",
        f"either apply a corrected input, or deploy again: {report_command()} redeploy {manager.arn}",
        "A failed creation is not in the Terraform state, and the next plan reports it. Then",
        f"either adopt it: terraform show -json PLANFILE | {report_command()} adopt",
        f"or delete it: {report_command()} discard {manager.arn}",
    ]


def _lines(explanation: Explanation) -> Iterator[str]:
    yield f"{explanation.name}: {explanation.type}, {explanation.arn}"
    yield f"Deployment {explanation.deployment_status or 'NONE'}, nodes {explanation.association_status or 'NONE'}."
    reasons = {failure.reason for failure in explanation.failures}
    yield from (f'AWS says of the whole: "{message}"' for message in explanation.messages if message not in reasons)
    for failure in explanation.failures:
        yield ""
        yield f'{failure.what}. AWS says: "{failure.reason}"'
        if failure.account_regions:
            count = pluralize(len(failure.account_regions), "account and Region", "accounts and Regions")
            yield f"  in {count}: {describe(failure.account_regions)}"
            account_id, region = failure.account_regions[0]
            yield f"  Sign in to account {account_id}, Region {region}."
        yield f"  Usually: {failure.explanation}"
        yield f"  To do: {failure.remedy}"
        if failure.address:
            yield f"  More: {failure.address}"
    if explanation.not_deployed:
        yield ""
        yield "Not deployed, but not failed:"
        for reason, account_regions in explanation.not_deployed.items():
            yield f"  {describe(account_regions)}: {reason}"
    if explanation.seen:
        yield ""
        yield "Also found:"
        yield from (f"  {sentence}" for sentence in explanation.seen)
    yield ""
    yield from explanation.next


def _document(explanation: Explanation) -> dict[str, Any]:
    return {
        **vars(explanation),
        "failures": [
            {**vars(failure), "account_regions": _account_regions(failure.account_regions)}
            for failure in explanation.failures
        ],
        "not_deployed": [
            {"reason": reason, "account_regions": _account_regions(account_regions)}
            for reason, account_regions in explanation.not_deployed.items()
        ],
    }


def _account_regions(account_regions: Iterable[AccountRegion]) -> list[dict[str, str]]:
    return [{"account_id": account_id, "region": region} for account_id, region in account_regions]


def _unwrapped(message: str) -> str:
    """The message on one line, without the frame that Terraform draws beside an error."""
    return " ".join(message.replace("│", " ").split())


COMMAND: Command[str] = Command(
    name="explain",
    summary="Explains failures of a configuration: their reasons, usual causes, and remedies.",
    description="""\
Calls the operations of observe.py deployments, and cloudformation:DescribeOrganizationsAccess,
organizations:ListAWSServiceAccessForOrganization and iam:GetRole; with --member-role-name sts:AssumeRole for every
account in which something failed for an unknown reason, and there cloud9:ListEnvironments and DescribeEnvironments.
Changes nothing.""",
    example="explain scan-everything",
    options=(
        replace(NAME, required=False),
        *OPTIONAL_COMMON_KEYS,
        MEMBER_ROLE_NAME,
        Option(
            "message",
            "explains this text of AWS's or Terraform's instead, without calling AWS",
            r"(?s).{1,20000}",
            "a text",
            cli_only=True,
        ),
        flag("json", "prints JSON"),
    ),
    cli_handler=explain,
)
