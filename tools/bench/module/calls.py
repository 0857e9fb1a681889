"""The AWS calls of an empty plan of examples/minimal, with the reason for each beyond those of its resources."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rich.table import Table

from harness import HarnessError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox import Call

REASONS = {
    "sts:GetCallerIdentity": "modules need the id of their account; the script makes sure that it reads no other",
    "ssm:DescribePatchBaselines": "the baselines that a new policy would take",
    "ssm:GetParametersByPath": "the record of what was there before: what a destroy restores",
    "ssm-quicksetup:ListConfigurationManagers": "managers that exist, and the status of their deployments",
    "ssm-quicksetup:GetConfigurationManager": "what a manager deploys, and who created it",
    "iam:GetRole": "roles that exist already, and the roles of trusted access",
    "organizations:DescribeOrganization": "whether this is the management account, with all features",
    "organizations:ListRoots": "the root, above which nothing is",
    "organizations:ListAWSServiceAccessForOrganization": "trusted access, as it is now",
    "cloudformation:ListStackInstances": "stacks of a deployment that failed, also in accounts that joined after it",
    "cloudformation:ListStackSets": "the StackSets of the deployments",
    "cloudformation:DescribeOrganizationsAccess": "activation of StackSets, as it is now",
    "organizations:ListParents": "the location of the administrator account, as it is now",
    "organizations:ListOrganizationalUnitsForParent": "whether the dedicated unit exists",
    "organizations:DescribeAccount": "the state of the administrator account",
    "organizations:ListTagsForResource": "who created the dedicated unit",
    "organizations:ListAccounts": "whether a target has an account",
    "organizations:ListAccountsForParent": "which other accounts the dedicated unit holds",
}


def calls_table(module: Iterable[Call], baseline: Iterable[Call], *, reasons_required: bool = True) -> Table:
    """By operation: how many, and why more than the resources alone make. Raises HarnessError without a reason.

    Args:
        reasons_required: not of another commit, whose calls may have been given up.
    """
    beside = Counter(_name(call) for call in baseline)
    table = Table("call", "module", "resources alone", "reason for more", title="AWS calls of an empty plan")
    for name, count in sorted(Counter(_name(call) for call in module).items()):
        if count > beside[name] and name not in REASONS and reasons_required:
            raise HarnessError(f"An empty plan calls {name}, for which tools/bench/module/calls.py has no reason.")
        reason = REASONS.get(name, "") if count > beside[name] else ""
        table.add_row(name, str(count), str(beside[name] or ""), reason)
    return table


def _name(call: Call) -> str:
    return f"{call.service}:{call.operation}"
