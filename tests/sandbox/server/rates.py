"""AWS's API request rates, as token buckets; off by default.

They use the real clock, to find callers that exceed the rates.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

# Calls a second and the largest burst, per account.
# https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html
_ORGANIZATIONS: dict[str, tuple[float, float]] = {
    "EnableAWSServiceAccess": (1, 2),
    "DisableAWSServiceAccess": (1, 2),
    "RegisterDelegatedAdministrator": (1, 2),
    "DeregisterDelegatedAdministrator": (1, 2),
    "ListAWSServiceAccessForOrganization": (1, 3),
    "ListDelegatedServicesForAccount": (1, 3),
    "ListDelegatedAdministrators": (5, 8),
    "MoveAccount": (2, 3),
    "UpdateOrganizationalUnit": (2, 3),
    "DeleteOrganizationalUnit": (2, 3),
    "CreateOrganizationalUnit": (1, 2),
    "DescribeOrganization": (1, 2),
    "DescribeOrganizationalUnit": (2, 2),
    "ListAccounts": (8, 12),
    "ListChildren": (6, 10),
    "ListParents": (5, 8),
    "ListAccountsForParent": (5, 8),
    "ListOrganizationalUnitsForParent": (5, 8),
    "ListRoots": (1, 2),
    "DescribeAccount": (20, 30),
    "CreateAccount": (0.1, 3),
    "CloseAccount": (0.05, 1),
    "RemoveAccountFromOrganization": (2, 2),
}

# https://docs.aws.amazon.com/general/latest/gr/quick-setup.html. ASSUMPTION(rates-have-no-burst): no burst beyond one
# second's calls.
_QUICK_SETUP: dict[str, tuple[float, float]] = {
    "CreateConfigurationManager": (1, 1),
    "GetConfigurationManager": (5, 5),
    "UpdateConfigurationManager": (1, 1),
    "UpdateConfigurationDefinition": (1, 1),
    "DeleteConfigurationManager": (3, 3),
    "ListConfigurationManagers": (5, 5),
    "ListConfigurations": (5, 5),
    "GetConfiguration": (5, 5),
    "ListQuickSetupTypes": (5, 5),
    "GetServiceSettings": (5, 5),
    "UpdateServiceSettings": (5, 5),
    "TagResource": (2, 2),
    "UntagResource": (2, 2),
    "ListTagsForResource": (5, 5),
}

# https://docs.aws.amazon.com/accounts/latest/reference/quotas.html
_ACCOUNT: dict[str, tuple[float, float]] = {"ListRegions": (5, 5), "GetRegionOptStatus": (5, 5)}

# "A default quota of 600 requests per second per account, per Region", which these operations share:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html. ASSUMPTION(rates-have-no-burst): no burst
# beyond one second's.
_STS: dict[str, tuple[float, float]] = dict.fromkeys(
    (
        "AssumeRole",
        "DecodeAuthorizationMessage",
        "GetAccessKeyInfo",
        "GetCallerIdentity",
        "GetFederationToken",
        "GetSessionToken",
    ),
    (600, 600),
)

PUBLISHED: dict[str, dict[str, tuple[float, float]]] = {
    "organizations": _ORGANIZATIONS,
    "ssm-quicksetup": _QUICK_SETUP,
    "account": _ACCOUNT,
    "sts": _STS,
}


class Rates:
    """A bucket for each operation of each account and Region, one for all of STS's; ``now`` returns seconds."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self.enforced = False
        self._now = now
        self._lock = threading.Lock()
        self._buckets: dict[tuple[str, str, str, str], tuple[float, float]] = {}

    def admit(self, service: str, operation: str, account_id: str, region: str) -> bool:
        """Whether the call is within the published rate, if there is one and rates are enforced."""
        limit = PUBLISHED.get(service, {}).get(operation)
        if limit is None or not self.enforced:
            return True
        rate, burst = limit
        key = (service, "*" if service == "sts" else operation, account_id, region)
        with self._lock:
            now = self._now()
            tokens, since = self._buckets.get(key, (burst, now))
            tokens = min(burst, tokens + (now - since) * rate)
            admitted = tokens >= 1
            self._buckets[key] = (tokens - 1 if admitted else tokens, now)
        return admitted

    def reset(self) -> None:
        """Refill the buckets and stop enforcement."""
        with self._lock:
            self._buckets.clear()
            self.enforced = False
