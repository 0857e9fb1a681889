"""Names and keys that several verbs share."""

from __future__ import annotations

from systems_manager_organization.query import Key, switch

PATCH_POLICY = "AWSQuickSetupType-PatchPolicy"

NAME = Key(
    "name",
    "a configuration manager's name, or its ARN",
    r"[^\x00-\x1f\x7f]{1,256}",
    "the name or the ARN of a configuration manager",
    required=True,
    by_hand=True,
    positional=True,
)

MEMBER_ROLE_NAME = Key(
    "member_role_name",
    "a role of every member account, with its path, to look into them by; default: they are not looked into",
    r"[A-Za-z0-9_+=,.@/-]{1,512}",
    'the name of an IAM role, for example "OrganizationAccountAccessRole"',
)

YES = switch("yes", "does not ask")
