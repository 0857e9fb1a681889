"""KMS of one account and Region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.kms.models import KmsBackend, kms_backends

from sandbox.services.moto_internals import existing_backends
from sandbox.services.sts.trust import evaluate_resource_policy

if TYPE_CHECKING:
    from moto.kms.models import Key

    from sandbox.policies.evaluation import Permission
    from sandbox.services.sts.trust import Principal

__all__ = ["SandboxKMSBackend", "find_key", "is_allowed", "key_arn", "kms_backends", "tags_of"]


class SandboxKMSBackend(KmsBackend):
    """moto's keys. A deleted key remains, in state `PendingDeletion`.

    https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html: for 7 to 30 days.
    """

    def customer_keys(self) -> list[Key]:
        """Return the customer managed keys, including those pending deletion."""
        return [key for key in self.keys.values() if key.key_manager == "CUSTOMER"]


def key_arn(account_id: str, region: str, name: str) -> str:
    """The ARN of a key by its id, ARN or alias.

    ASSUMPTION(iam-judges-absent-resources-by-name): IAM evaluates an unknown key by its id.
    """
    if name.startswith("arn:") and ":key/" in name:
        return name
    alias = name.partition(":alias/")[2] or name.removeprefix("alias/")
    known = kms_backends[account_id]
    # "in" its keys first: asking for a Region would create its backend.
    keys = known[region].keys.values() if region in dict.keys(known) else ()
    found = next((key for key in keys if f"alias/{alias}" in key.aliases), None)
    return str(found.arn) if found else f"arn:aws:kms:{region}:{account_id}:key/{name}"


def find_key(arn: str) -> Key | None:
    """Return the key of an ARN; of a multi-Region key, the one in that Region."""
    keys = (key for kms in existing_backends(kms_backends, SandboxKMSBackend) for key in kms.keys.values())
    return next((key for key in keys if key.arn == arn), None)


def tags_of(key: Key) -> dict[str, str]:
    """Return the tags of a key in its own Region."""
    tags: dict[str, str] = kms_backends[key.account_id][key.region].tagger.get_tag_dict_for_resource(key.id)
    return tags


def is_allowed(principal: Principal, permission: Permission) -> bool:
    """Return whether the policy of a key, the permission's resource, allows a principal something.

    https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html: what the account
    of the principal allows it is not evaluated here.
    """
    key = find_key(permission.resource)
    return key is not None and evaluate_resource_policy(key.policy, principal, permission) == "allowed"
