"""Known issues: the usual cause of a reason that AWS gives, and its remedy."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


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
_REGION = KnownIssue(
    "The Region is an opt-in Region that the account has not enabled.",
    "Enable it there (aws account enable-region --region-name REGION), or remove it from the configuration.",
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

_PATTERNS = (
    (r"service control polic|explicit deny in a service|\bSCP\b", _SERVICE_CONTROL_POLICY),
    (r"enable organizations access", _STACK_SETS_ACCESS),
    (r"Trusted access for", _TRUSTED_ACCESS),
    (r"role with trust relationship|(administration|execution) role", _ROLES),
    (r"ResourcePolicyLimitExceeded", _RESOURCE_POLICY),
    (r"OptInRequired|opt-in|region is (disabled|not enabled)|not subscribed", _REGION),
    (r"LimitExceeded|quota", _QUOTA),
    (r"AlreadyExists|already exists", _EXISTS),
)

# Cloud9 separately: AWS's messages do not name it.
CLOUD9 = KnownIssue(
    "Quick Setup has been seen to fail in accounts with a Cloud9 environment; AWS does not document it.",
    "Delete the environments that are not needed (aws cloud9 delete-environment, in that account and Region), or "
    "remove the account or the Region from the configuration.",
)
# https://docs.aws.amazon.com/systems-manager/latest/userguide/quick-setup-patch-manager.html
NODES = KnownIssue(
    "Nodes keep the instance profile that they have, and it lacks what patching needs; or they were stopped.",
    "Set attach_instance_profile_policies = true in the patch policy; or attach AmazonSSMManagedInstanceCore to the "
    "profile's role, allow it s3:GetObject on arn:aws:s3:::aws-quicksetup-patchpolicy-*, and tag it QSConfigId-ID. "
    "Which nodes: State Manager, in that account and Region.",
)


def find_known_issue(reason: str) -> KnownIssue | None:
    """The known issue behind AWS's reason; None if it is unknown."""
    return next((issue for pattern, issue in _PATTERNS if re.search(pattern, reason, re.IGNORECASE)), None)


def fallback(stack_sets: Iterable[str]) -> KnownIssue:
    """For an unknown reason: where AWS has more details."""
    names = ", ".join(stack_sets) or "the one whose name begins with AWS-QuickSetup-"
    return KnownIssue(
        "Unknown.",
        f"Check the last operation of the StackSet {names} in CloudFormation's console, and in the account that failed "
        f"the Events of the stack StackSet-AWS-QuickSetup-*, among the deleted stacks too: {TROUBLESHOOTING}",
    )
