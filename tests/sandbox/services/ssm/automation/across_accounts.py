"""Automations that a caller starts: of the account itself, or in other accounts and Regions.

https://docs.aws.amazon.com/systems-manager/latest/userguide/running-automations-multiple-accounts-regions.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from moto.ssm.exceptions import SSMException

from sandbox.policies.evaluation import Permission, Policy, evaluate_policies
from sandbox.services.iam.models import documents_of
from sandbox.services.organizations.models import find_organization
from sandbox.services.ssm.automation.executions import (
    SYSTEMS_MANAGER,
    Step,
    connection,
    execute,
    find_role,
    keep,
    require_assumable,
    run_as,
)
from sandbox.services.ssm.automation.runbooks import RunbookError, arguments_of
from sandbox.services.ssm.exceptions import InvalidAutomationExecutionParametersException
from sandbox.services.ssm.models import ssm_backend_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sandbox.services.organizations.models import Organization
    from sandbox.services.ssm.automation.executions import Execution
    from sandbox.services.ssm.models import SandboxSSMBackend

# Members of StartAutomationExecution's request that are built here, of those that change what runs.
AUTOMATION_REQUEST = ("DocumentName", "Parameters", "TargetLocations", "Targets", "TargetMaps", "TargetLocationsURL")
_BUILT = frozenset(AUTOMATION_REQUEST[:3])

# "If not specified, the default value is AWS-SystemsManager-AutomationExecutionRole" (the model).
_DEFAULT_ROLE = "AWS-SystemsManager-AutomationExecutionRole"
_ROLE_PARAMETER = "AutomationAssumeRole"


def start(backend: SandboxSSMBackend, request: Mapping[str, Any]) -> Execution:
    """Run a runbook of the account's own, and keep the automation.

    Raises InvalidAutomationExecutionParametersException, and NotImplementedError for what is not built.
    """
    if not set(request) <= _BUILT:
        raise NotImplementedError
    name, parameters = request["DocumentName"], request.get("Parameters", {})
    locations = request.get("TargetLocations")
    if not locations:
        return execute(backend, name, parameters)
    execution = keep(backend, name, parameters)
    execution.locations = locations
    role_arn = parameters.get(_ROLE_PARAMETER, [""])[0]
    try:
        require_assumable(backend, role_arn, execution.id)
    except RunbookError as error:
        backend.automations.remove(execution)
        raise InvalidAutomationExecutionParametersException(str(error)) from error
    for location in locations:
        _run_in(backend, execution, location, role_arn)
    return execution


def _run_in(backend: SandboxSSMBackend, execution: Execution, location: Mapping[str, Any], role_arn: str) -> None:
    """Run it in each account and Region, one after another, until more than TargetLocationMaxErrors have failed.

    ASSUMPTION(automation-across-accounts-steps): a step for each account and Region, with both as its location; none
    where it was not started.
    """
    pairs = [(account_id, region) for account_id in _accounts(backend, location) for region in location["Regions"]]
    allowed = _number(location.get("TargetLocationMaxErrors", "0"), len(pairs))
    failed = 0
    for account_id, region in pairs:
        if failed > allowed:
            # ASSUMPTION(automation-messages): the words.
            execution.failure = f"More than {allowed} of the accounts and Regions failed."
            break
        failure = _run_at(backend, execution, (account_id, region), location, role_arn)
        failed += failure is not None
        execution.steps.append(Step(f"{account_id}-{region}", "aws:executeAutomation", failure, (account_id, region)))
    else:
        if failed > allowed:
            execution.failure = f"More than {allowed} of the accounts and Regions failed."


def _number(text: str, total: int) -> int:
    return int(text[:-1]) * total // 100 if text.endswith("%") else int(text)


def _run_at(
    central: SandboxSSMBackend,
    parent: Execution,
    account_region: tuple[str, str],
    location: Mapping[str, Any],
    administration_role_arn: str,
) -> str | None:
    """Run it in an account and Region. Returns the failure."""
    account_id, region = account_region
    role_arn = f"arn:aws:iam::{account_id}:role/{location.get('ExecutionRoleName', _DEFAULT_ROLE)}"
    content = _shared(central, parent.document_name, account_id)
    if content is None or not _may_assume(administration_role_arn, role_arn, central.region_name):
        # The words for both: CrowdStrike/aws-ssm-distributor issue 55, and, of a runbook that is not shared,
        # https://blog.mmmcorp.co.jp/2025/04/18/difficulty-_in_cross-account_execution_of_custom_automation
        return f"The execution role {role_arn} in the target location is unable to be assumed."
    denial = _start_denial(account_id, role_arn, region, central.account_id, parent.document_name)
    if denial is not None:
        return denial
    backend = ssm_backend_of(account_id, region)
    child = keep(backend, parent.document_name, parent.parameters, parent.id)
    try:
        require_assumable(backend, role_arn, child.id)
        given = {name: values for name, values in parent.parameters.items() if name != _ROLE_PARAMETER}
        declared = {name: one for name, one in content.get("parameters", {}).items() if name != _ROLE_PARAMETER}
        arguments = arguments_of({**content, "parameters": declared}, given)
        run_as(backend, child, content, {**arguments, _ROLE_PARAMETER: role_arn}, role_arn)
    except RunbookError as error:
        child.failure = str(error)
    return child.failure


def _shared(central: SandboxSSMBackend, name: str, account_id: str) -> dict[str, Any] | None:
    """The runbook, if the account has it: its own, or shared with it.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-ssm-sharing.html
    """
    try:
        document = central.get_document(name, "", "", "JSON")
        shared = central.describe_document_permission(name)["AccountIds"]
    except SSMException:
        return None
    if account_id != central.account_id and not {account_id, "all"} & set(shared):
        return None
    content: dict[str, Any] = json.loads(document["Content"])
    return content


def _may_assume(administration_role_arn: str, role_arn: str, region: str) -> bool:
    if connection.client is None:
        raise RunbookError("No sandbox is running that answers an automation's calls.")
    sts = connection.client("sts", administration_role_arn, region)
    try:
        sts.assume_role(RoleArn=role_arn, RoleSessionName="Automation")
    except ClientError:
        return False
    return True


def _start_denial(account_id: str, role_arn: str, region: str, owner_id: str, document_name: str) -> str | None:
    """The failure where the execution role may not start an automation that runs as the same role.

    AWS's roles may: AmazonSSMAutomationRole and iam:PassRole on itself in the template of
    https://docs.aws.amazon.com/systems-manager/latest/userguide/running-automations-multiple-accounts-regions.html;
    AWS-SSM-DiagnosisAutomation-ExecutionRolePolicy names the three ARNs.
    """
    role = find_role(account_id, role_arn)
    policies = [Policy(document) for document in documents_of(role)] if role else []
    arn = f"arn:aws:ssm:{region}:{owner_id}"
    for permission in (
        Permission("ssm:StartAutomationExecution", f"{arn}:document/{document_name}"),
        Permission("ssm:StartAutomationExecution", f"{arn}:automation-definition/{document_name}:$DEFAULT"),
        Permission("iam:PassRole", role_arn, {"iam:PassedToService": SYSTEMS_MANAGER}),
    ):
        if evaluate_policies(policies, permission) != "allowed":
            # ASSUMPTION(automation-messages): the words.
            return f"{role_arn} is not authorized to perform: {permission.action} on resource: {permission.resource}"
    return None


def _accounts(backend: SandboxSSMBackend, location: Mapping[str, Any]) -> Iterator[str]:
    """The accounts of a location, sorted: those that it names, and those of its units."""
    organization = find_organization(backend.account_id)
    named = {one for one in location["Accounts"] if one.isdigit()}
    units = set(location["Accounts"]) - named
    excluded = set(location.get("ExcludeAccounts", ()))
    found = set(named)
    if organization is not None:
        includes_children = location.get("IncludeChildOrganizationUnits", False)
        found |= {
            account.id
            for account in organization.accounts
            if units & _units_of(organization, account.parent_id, includes_children=includes_children)
        }
        excluded |= {
            account.id
            for account in organization.accounts
            if excluded & _units_of(organization, account.parent_id, includes_children=True)
        }
    yield from sorted(found - excluded)


def _units_of(organization: Organization, unit_id: str, *, includes_children: bool) -> set[str]:
    """The units by which an account in this unit is targeted."""
    return {unit.id for unit in organization.lineage(unit_id)} if includes_children else {unit_id}
