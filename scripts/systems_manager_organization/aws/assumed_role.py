"""Credentials of a role, which are refreshed before they expire."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from botocore.credentials import RefreshableCredentials
    from mypy_boto3_sts.type_defs import CredentialsTypeDef

    from systems_manager_organization.clock import Clock

# In seconds. The default of AssumeRole, and the maximum where a role assumes a role:
# https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
ASSUMED_ROLE_DURATION = 3600
# Credentials are refreshed this many seconds before they expire: a call with all its retries takes less.
_REFRESH_BEFORE = 240


def assumed_role_credentials(
    assume: Callable[[], CredentialsTypeDef], *, duration: int, clock: Clock
) -> RefreshableCredentials:
    """The credentials that `assume` returns, for `duration` seconds each. Raises as `assume` does."""
    from botocore.credentials import RefreshableCredentials

    def now() -> datetime:
        return datetime.fromtimestamp(clock.now(), timezone.utc)

    def fetch() -> dict[str, str]:
        assumed_at = now()
        credentials = assume()
        return {
            "access_key": credentials["AccessKeyId"],
            "secret_key": credentials["SecretAccessKey"],
            "token": credentials["SessionToken"],
            # Not AWS's Expiration: the system clock may be wrong, and the duration is known.
            "expiry_time": (assumed_at + timedelta(seconds=duration)).isoformat(),
        }

    fetched = fetch()
    return RefreshableCredentials(
        fetched["access_key"],
        fetched["secret_key"],
        fetched["token"],
        datetime.fromisoformat(fetched["expiry_time"]),
        refresh_using=fetch,
        method="assume-role",
        time_fetcher=now,
        advisory_timeout=_REFRESH_BEFORE,
        mandatory_timeout=_REFRESH_BEFORE,
    )
