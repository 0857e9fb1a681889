"""Known issues: the usual cause of a reason that AWS gives, and its remedy."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from systems_manager_organization.cli.common_options import PATCH_POLICY

if TYPE_CHECKING:
    from collections.abc import Iterable

    from systems_manager_organization.quick_setup.configuration_managers import Definition


@dataclass(frozen=True)
class KnownIssue:
    """A usual cause, and its remedy."""

    explanation: str
    remedy: str


TROUBLESHOOTING = (
    "https://docs.aws.amazon.com/systems-manager/latest/userguide/quick-setup-results-troubleshooting.html"
)

_SERVICE_CONTROL_POLICY = KnownIssue(
    "A service control policy denies what StackSets does in the account, by a role stacksets-exec-*.",
    "Find the policy in Organizations (the account, or an organizational unit above it) and except the role "
    "arn:aws:iam::*:role/stacksets-exec-*, or what Quick Setup makes: roles, documents and associations named "
    "AWS-QuickSetup-*.",
)
_STACK_SETS_ACCESS = KnownIssue(
    "StackSets is not activated for the organization, or only its principal was enabled, which is not enough.",
    "Apply again, which activates it, or run: aws cloudformation activate-organizations-access",
)
_ROLES = KnownIssue(
    "A role by which Quick Setup works in its own account is missing or incomplete: deleted or changed too early.",
    "Apply again, which recreates the roles, or create them with the same names; AWS can delete a configuration only "
    "while they are there.",
)
_RESOURCE_POLICY = KnownIssue(
    "OpsCenter was set up manually before, and its resource policy, of which an account has one, remains.",
    "Delete the resource policy of OpsItemGroup in the account (aws ssm delete-resource-policy), and deploy again: "
    "https://docs.aws.amazon.com/systems-manager/latest/userguide/OpsCenter-quick-setup-cross-account.html",
)
_TRUSTED_ACCESS = KnownIssue(
    "Systems Manager has no trusted access to the organization.",
    "Apply again, which enables it, or run: aws organizations enable-aws-service-access --service-principal "
    "ssm.amazonaws.com",
)
_QUOTA = KnownIssue(
    "A quota of the account is used up.",
    "Delete what is not needed there, or request a higher quota: Service Quotas, in that account and Region.",
)
_EXISTS = KnownIssue(
    "Something of the same name is in the account, from an earlier or a manual set-up.",
    "Delete it there, if it is not needed, and deploy again.",
)
_TARGETS = KnownIssue(
    "StackSets or the trusted access of Systems Manager was activated only just now; or a targeted organizational unit "
    "does not exist.",
    "Check the ids of the units, and deploy again some minutes later. If it stays, open Quick Setup once in the "
    "console of the management account, and deploy again.",
)
_TAG_REMOVAL = KnownIssue(
    "The deletion removes the tags QSConfigName-* of the nodes by an association first, and that did not succeed.",
    "Repeat the association AWS-QuickSetup-PatchPolicy-* in State Manager of the account and Region, and delete the "
    "configuration again; or delete the account's stack StackSet-AWS-QuickSetup-* and retain NameTagDeleteMachine.",
)
_PARAMETERS = KnownIssue(
    "A parameter has a name or a value that AWS's template does not have.",
    "Correct it: the templates are the public documents AWSQuickSetupType-*-CFN-* (aws ssm get-document).",
)

_PATTERNS = (
    (r"service control polic|explicit deny in a service|\bSCP\b", _SERVICE_CONTROL_POLICY),
    (r"enable organizations access", _STACK_SETS_ACCESS),
    (r"Trusted access for", _TRUSTED_ACCESS),
    (r"role with trust relationship|(administration|execution) role|\brole\b.* can't be accessed", _ROLES),
    (r"Invalid target OU", _TARGETS),
    (r"Name tags failed to delete|non-success status of|has never been executed", _TAG_REMOVAL),
    (r"do not exist in the template|AllowedPattern|must be one of|fails? to satisfy constraint", _PARAMETERS),
    (r"ResourcePolicyLimitExceeded", _RESOURCE_POLICY),
    (r"LimitExceeded|quota", _QUOTA),
    (r"AlreadyExists|already exists", _EXISTS),
)


def find_known_issue(reason: str) -> KnownIssue | None:
    """The known issue behind AWS's reason; None if it is unknown."""
    return next((issue for pattern, issue in _PATTERNS if re.search(pattern, reason, re.IGNORECASE)), None)


def failed_nodes(definition: Definition, owner_account_id: str) -> KnownIssue:
    """For associations that failed on nodes; `owner_account_id`: of the configuration manager."""
    which = "Which nodes: State Manager, in that account and Region."
    if definition.type != PATCH_POLICY:
        return KnownIssue("Nodes were stopped, or their instance profile lacks what the associations need.", which)
    # The bucket's policy denies everybody else: AWS's document AWSQuickSetupType-PatchPolicy-CFN-MA.
    # https://docs.aws.amazon.com/systems-manager/latest/userguide/quick-setup-patch-manager.html
    return KnownIssue(
        "Nodes keep the instance profile that they have, and it lacks what patching needs; or they were stopped.",
        "Set attach_instance_profile_policies = true in the patch policy; or attach AmazonSSMManagedInstanceCore and "
        "AWSQuickSetupPatchPolicyBaselineAccess to the profile's role and tag it "
        f"QSConfigId-{definition.id} = {definition.id}, without which it cannot read the baselines in "
        f"aws-quicksetup-patchpolicy-{owner_account_id}-{definition.id}. {which}",
    )


def fallback(stack_sets: Iterable[str]) -> KnownIssue:
    """For an unknown reason: where AWS has more details."""
    names = ", ".join(stack_sets) or "the one whose name begins with AWS-QuickSetup-"
    return KnownIssue(
        "Unknown.",
        f"Check the last operation of the StackSet {names} in CloudFormation's console, and in the account that failed "
        f"the Events of the stack StackSet-AWS-QuickSetup-*, among the deleted stacks too: {TROUBLESHOOTING}",
    )
