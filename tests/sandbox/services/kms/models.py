"""KMS of one account and Region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.kms.models import KmsBackend, kms_backends

if TYPE_CHECKING:
    from moto.kms.models import Key

__all__ = ["SandboxKMSBackend", "key_arn", "kms_backends"]


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
