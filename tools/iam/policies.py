"""Policies from recorded permissions: each goes into its statement, and unused statements are left out."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from harness import HarnessError
from tools.iam.account_settings import ACCOUNT_SETTINGS
from tools.iam.automation import AUTOMATION
from tools.iam.compliance_schedule import COMPLIANCE_SCHEDULE
from tools.iam.delivery import DELIVERY
from tools.iam.documented import DOCUMENTED_POLICIES, DOCUMENTED_VALUES
from tools.iam.node_access import NODE_ACCESS
from tools.iam.reporting import REPORTING
from tools.iam.roles import APPLY, BESIDE, PLAN, ROLES
from tools.iam.session_manager import SESSION_MANAGER
from tools.iam.statements import OF_ALL_RESOURCES, STATEMENTS, Statement
from tools.iam.unified_console import UNIFIED_CONSOLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sandbox.policies.evaluation import Permission

ALL_STATEMENTS = (
    *STATEMENTS,
    *DELIVERY,
    *REPORTING,
    *COMPLIANCE_SCHEDULE,
    *ACCOUNT_SETTINGS,
    *UNIFIED_CONSOLE,
    *AUTOMATION,
    *SESSION_MANAGER,
    *NODE_ACCESS,
    *OF_ALL_RESOURCES,
)

TRUST_NAME = "member-trust"

# Characters of a managed policy, in which white space does not count:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
LIMIT = 6144

# Whose identities may enter: of the management account, and there only who has sts:AssumeRole of the role. The number
# The account id is the sandbox's: replace it with your management account's.
_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "ManagementAccount",
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::111111111111:root"},
            "Action": "sts:AssumeRole",
        }
    ],
}


class UncoveredNeedError(HarnessError):
    """A call needs a permission without a statement."""


def policies(needs: Mapping[str, Iterable[Permission]]) -> dict[str, dict[str, Any]]:
    """Every document of docs/iam, by name. `needs`: the recorded permissions, by role.

    Raises UncoveredNeedError.
    """
    documents = {role: _policy(_own_needs(role, needs)) for role in ROLES}
    # Who applies has both policies: one alone would be longer than a managed policy may be.
    of_the_plan = documents[PLAN]["Statement"]
    documents[APPLY] = _document([own for own in documents[APPLY]["Statement"] if own not in of_the_plan])
    for name, statements in DOCUMENTED_POLICIES.items():
        documents[name] = _document([_documented(statement, DOCUMENTED_VALUES[name]) for statement in statements])
    documents[TRUST_NAME] = _TRUST
    return documents


def _own_needs(role: str, needs: Mapping[str, Iterable[Permission]]) -> set[Permission]:
    """What the policy beside a role's own lacks. Who applies needs conditions of both together."""
    beside = () if role == APPLY else needs.get(BESIDE.get(role, ""), ())
    return set(needs[role]) - set(beside)


def statement_of(need: Permission) -> Statement:
    """The statement for a permission. Raises UncoveredNeedError."""
    for statement in ALL_STATEMENTS:
        if need.action in statement.actions and any(fnmatchcase(need.resource, p) for p in statement.resources):
            return statement
    raise UncoveredNeedError(
        f"No statement for {need.action} on {need.resource}: add one to tools/iam/statements.py or to "
        "the statements of a module."
    )


def _policy(needs: Iterable[Permission]) -> dict[str, Any]:
    found: dict[str, list[Permission]] = {}
    for need in needs:
        found.setdefault(statement_of(need).sid, []).append(need)
    return _document([_statement(s, found[s.sid]) for s in ALL_STATEMENTS if s.sid in found])


def _statement(statement: Statement, needs: list[Permission]) -> dict[str, Any]:
    actions = {need.action for need in needs}
    resources = [p for p in statement.resources if any(fnmatchcase(need.resource, p) for need in needs)]
    key = statement.condition[1] if statement.condition else None
    values = {need.context[key] for need in needs if key} if key else set()
    return _written(statement, actions, resources, values)


def _documented(statement: Statement, values: Mapping[str, Iterable[str]]) -> dict[str, Any]:
    return _written(statement, statement.actions, statement.resources, values.get(statement.sid, ()))


def _written(
    statement: Statement, actions: Iterable[str], resources: Iterable[str], values: Iterable[str]
) -> dict[str, Any]:
    written: dict[str, Any] = {
        "Sid": statement.sid,
        "Effect": "Allow",
        "Action": sorted(actions),
        "Resource": sorted(resources),
    }
    if statement.condition:
        operator, key = statement.condition
        written["Condition"] = {operator: {key: sorted(values)}}
    return written


def _document(statements: list[dict[str, Any]]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": statements}
