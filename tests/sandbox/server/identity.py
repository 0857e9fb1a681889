"""From the access key in a request's signature to the account.

Every account has one administrator key, derived from its id. Signatures
themselves are not verified: every secret is accepted.
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from moto.iam.models import iam_backends
from moto.organizations.models import organizations_backends
from moto.utilities.utils import get_partition

if TYPE_CHECKING:
    from collections.abc import Iterable

ADMINISTRATOR_KEY_PREFIX = "AKIASAND"
SECRET_ACCESS_KEY = "sandbox"

PARTITION = "aws"

_ROLE_ARN = re.compile(r"arn:aws:iam::([0-9]{12}):role/")
_ADMINISTRATOR_KEY = re.compile(ADMINISTRATOR_KEY_PREFIX + r"([0-9]{12})")
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html
_SIGNATURE = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<key>[^/,\s]+)/\d{8}/(?P<region>[^/,\s]+)/(?P<name>[^/,\s]+)/aws4_request\b"
)


class UnsignedRequestError(Exception):
    """The request carries no signature of version 4 in its Authorization header."""


class UnknownAccessKeyError(Exception):
    """No account of the organization has this access key."""


@dataclass(frozen=True)
class Credential:
    """The credential scope of a signature: access key, Region and signing name."""

    access_key: str
    region: str
    signing_name: str


def require_known_partition(region: str) -> None:
    """Raise UnknownAccessKeyError for a Region of another partition than `aws`.

    "You cannot use IAM credentials from one partition to interact with resources in a different partition":
    https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html
    """
    partition = get_partition(region)
    if partition != PARTITION:
        raise UnknownAccessKeyError(
            f"The security token included in the request is invalid: Region {region} is in the partition {partition}, "
            f"and the sandbox has the partition {PARTITION} alone."
        )


def federated_account_of(role_arn: str) -> str:
    """The account of the role that a request without a signature is to assume; "" if it names none."""
    found = _ROLE_ARN.match(role_arn)
    return found[1] if found else ""


def administrator_key(account_id: str) -> str:
    """The access key of an account's administrator."""
    return f"{ADMINISTRATOR_KEY_PREFIX}{account_id}"


def credential_of(authorization: str) -> Credential:
    """Read an Authorization header. Raises UnsignedRequestError."""
    found = _SIGNATURE.match(authorization)
    if found is None:
        raise UnsignedRequestError("The request has no AWS Signature Version 4 in its Authorization header.")
    return Credential(found["key"], found["region"], found["name"].lower())


class Identities:
    """The accounts that exist, and whose the keys are."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._accounts: set[str] = set()
        self._temporary: dict[str, str] = {}

    def reset(self, account_ids: Iterable[str]) -> None:
        """Begin with these accounts, and no temporary keys."""
        with self._lock:
            self._accounts = set(account_ids)
            self._temporary.clear()

    def account_backend_of(self, access_key: str, session_token: str | None) -> str:
        """The account that a key belongs to.

        moto has the keys that STS and IAM created. Raises UnknownAccessKeyError, also for a temporary key without
        its session token.
        """
        administrator = _ADMINISTRATOR_KEY.fullmatch(access_key)
        if administrator:
            return self._existing(administrator[1])
        if access_key.startswith("ASIA") and not session_token:
            raise UnknownAccessKeyError("The security token included in the request is invalid: it is missing.")
        with self._lock:
            if access_key not in self._temporary:
                self._temporary[access_key] = _account_in_moto(access_key)
            account_id = self._temporary[access_key]
        _require_active(account_id, access_key)
        return account_id

    def _existing(self, account_id: str) -> str:
        with self._lock:
            if account_id not in self._accounts:
                # An account created since then; it stays an account when it later leaves the organization.
                if account_id not in organizations_backends.master_accounts:
                    raise UnknownAccessKeyError("The security token included in the request is invalid.")
                self._accounts.add(account_id)
        return account_id


def _require_active(account_id: str, access_key: str) -> None:
    """Raise UnknownAccessKeyError for a key that was deleted or deactivated since."""
    key = iam_backends[account_id][PARTITION].access_keys.get(access_key)
    if key is None or key.status != "Active":
        raise UnknownAccessKeyError("The security token included in the request is invalid.")


def _account_in_moto(access_key: str) -> str:
    for account_id, partitions in list(iam_backends.items()):
        # "in" first: asking for a partition would create its backend, for every account.
        if PARTITION in dict.keys(partitions) and access_key in partitions[PARTITION].access_keys:
            return str(account_id)
    raise UnknownAccessKeyError("The security token included in the request is invalid.")
