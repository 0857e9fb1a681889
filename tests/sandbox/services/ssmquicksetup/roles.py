"""Validation of the local roles of a definition.

https://docs.aws.amazon.com/systems-manager/latest/userguide/quick-setup-getting-started.html, step 5: the
administration role is trusted by CloudFormation and may assume the execution role, which trusts it and has AWS's
managed policy.
"""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from moto.iam.exceptions import NotFoundException

from sandbox.services.iam.models import documents_of, iam_backend_of
from sandbox.services.sts.trust import Principal, allows_assuming

if TYPE_CHECKING:
    from collections.abc import Iterable

    from moto.iam.models import Role


def inaccessible_role(account_id: str, administration_role_arn: str, execution_role_name: str) -> str | None:
    """Return the ARN of the first of the two roles that does not exist, None if both do."""
    if _role(account_id, arn=administration_role_arn) is None:
        return administration_role_arn
    if _role(account_id, name=execution_role_name) is None:
        return f"arn:aws:iam::{account_id}:role/{execution_role_name}"
    return None


def find_role_error(
    account_id: str,
    region: str,
    administration_role_arn: str,
    execution_role_name: str,
    execution_policies: Iterable[str],
) -> str | None:
    """Return the error of the two roles, None if they are valid.

    The sandbox does not weigh permissions: the execution role must have the managed policies themselves
    (ASSUMPTION(quick-setup-role-policies): a policy of one's own with the same permissions would do on AWS).
    """
    administration = _role(account_id, arn=administration_role_arn)
    if administration is None:
        return f"The administration role {administration_role_arn} does not exist."
    # The condition keys that the page puts into the trust policy against the confused deputy.
    context = {
        "aws:SourceAccount": account_id,
        "aws:SourceArn": f"arn:aws:cloudformation:{region}:{account_id}:stackset/AWS-QuickSetup-Sandbox:sandbox",
    }
    trust = administration.assume_role_policy_document
    if not allows_assuming(trust, Principal.service("cloudformation.amazonaws.com"), context):
        return f"The administration role {administration_role_arn} can't be assumed by cloudformation.amazonaws.com."
    execution = _role(account_id, name=execution_role_name)
    principal = Principal.identity(administration_role_arn, account_id)
    if execution is None or not allows_assuming(execution.assume_role_policy_document, principal, {}):
        # The text of StackSets.
        return (
            f"Account {account_id} should have '{execution_role_name}' role with trust relationship to Role "
            f"'{administration.name}'."
        )
    if not _may_assume(administration, execution.arn):
        return f"The administration role {administration.name} isn't authorized to assume {execution.arn}."
    attached = {policy["PolicyName"] for policy in execution.attached_managed_policies}
    lacking = [policy for policy in execution_policies if policy not in attached]
    return f"The execution role {execution.name} lacks the managed policy {', '.join(lacking)}." if lacking else None


def _role(account_id: str, *, arn: str = "", name: str = "") -> Role | None:
    backend = iam_backend_of(account_id)
    try:
        return backend.get_role_by_arn(arn) if arn else backend.get_role(name)
    except NotFoundException:
        return None


def _may_assume(role: Role, resource: str) -> bool:
    return any(
        statement.get("Effect") == "Allow"
        and any(fnmatchcase("sts:assumerole", action.casefold()) for action in _list(statement.get("Action", [])))
        and any(fnmatchcase(resource, pattern) for pattern in _list(statement.get("Resource", [])))
        for document in documents_of(role)
        for statement in _statements(document)
    )


def _statements(document: str) -> Iterable[dict[str, Any]]:
    return _list(json.loads(document)["Statement"])


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
