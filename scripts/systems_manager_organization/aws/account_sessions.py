"""Into member accounts, through a role that each of them has.

Entering a thousand accounts in sixteen Regions, what costs most is the processor time of boto3. So there is one client
for a service and Region, whatever the account, and each call says whose credentials sign it.
"""

from __future__ import annotations

import json
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Any

from systems_manager_organization.aws.concurrency import MAX_WORKERS
from systems_manager_organization.aws.error_translation import Explained
from systems_manager_organization.aws.pagination import paginate
from systems_manager_organization.aws.session import APPLICATION_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from botocore.credentials import Credentials
    from mypy_boto3_sts.type_defs import CredentialsTypeDef

    from systems_manager_organization.aws.session import AwsSession

# The least that AWS takes, in seconds: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
_DURATION = 900
# So long before their end, in seconds, credentials are renewed: a call with all its retries takes less.
_RENEWED_BEFORE = 240

# The role may well be an administrator's: through this policy a preflight reads, and these things alone.
READ_ACTIONS = (
    "account:ListRegions",
    "cloud9:DescribeEnvironments",
    "cloud9:ListEnvironments",
    "iam:GetRole",
    "ssm:ListResourceDataSync",
)

_credentials: ContextVar[Credentials | None] = ContextVar("credentials")


@dataclass(frozen=True)
class AccountSession:
    """An account that was entered, by these credentials or (None) as oneself."""

    account_id: str
    _members: AccountSessions
    _credentials: Credentials | None

    def call(self, service: str, region: str, operation: str, **parameters: object) -> dict[str, Any]:
        """The answer of `operation`, a method of boto3's client of `service`, in `region`. Raises ScriptError."""
        return self._members.call(self, service, region, operation, parameters)

    def paginate(
        self,
        service: str,
        region: str,
        operation: str,
        member: str,
        *,
        page_key: str = "NextToken",
        **parameters: object,
    ) -> Iterator[Any]:
        """The items under `member` of every page, the next of which is named by `page_key`. Raises ScriptError."""
        ask = partial(self.call, service, region, operation, **parameters)
        return paginate(ask, member, sent=page_key, received=page_key)


class AccountSessions:
    """The member accounts of an organization, seen from its management account."""

    def __init__(self, aws: AwsSession, role_name: str, actions: Sequence[str] = READ_ACTIONS) -> None:
        """
        Args:
            role_name: a role of every member, with its path: `OrganizationAccountAccessRole`.
            actions: all that may be done by it, as IAM spells it, whatever the role itself may.
        """
        self.role_name = role_name
        self._aws = aws
        statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
        self._policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self._clients: dict[tuple[str, str], Any] = {}
        self._lock = Lock()

    def assume_role(self, account_id: str) -> AccountSession:
        """Assumes the role; one's own account is entered as it is.

        Raises ServiceError when the role is not there or does not trust the caller.
        """
        from botocore.credentials import RefreshableCredentials

        if account_id == self._aws.account_id:
            return AccountSession(account_id, self, None)
        assume = partial(self._assume, account_id)
        answer = assume()
        credentials = RefreshableCredentials(
            answer["access_key"],
            answer["secret_key"],
            answer["token"],
            datetime.fromisoformat(answer["expiry_time"]),
            refresh_using=assume,
            method="assume-role",
            time_fetcher=self._now,
            advisory_timeout=_RENEWED_BEFORE,
            mandatory_timeout=_RENEWED_BEFORE,
        )
        return AccountSession(account_id, self, credentials)

    def _assume(self, account_id: str) -> dict[str, str]:
        """Credentials as botocore's RefreshableCredentials take them. Raises ScriptError."""
        began = self._now()
        aws = self._aws
        answer: CredentialsTypeDef = aws.call(
            aws.sts.assume_role,
            RoleArn=self.role_arn(account_id),
            RoleSessionName=APPLICATION_NAME,
            DurationSeconds=_DURATION,
            Policy=self._policy,
        )["Credentials"]
        return {
            "access_key": answer["AccessKeyId"],
            "secret_key": answer["SecretAccessKey"],
            "token": answer["SessionToken"],
            # Not AWS's Expiration: this machine's time of day may be wrong, and how long they last is known.
            "expiry_time": (began + timedelta(seconds=_DURATION)).isoformat(),
        }

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._aws.clock.now(), timezone.utc)

    def role_arn(self, account_id: str) -> str:
        return f"arn:{self._aws.identity.partition}:iam::{account_id}:role/{self.role_name}"

    def call(
        self, member: AccountSession, service: str, region: str, operation: str, parameters: dict[str, object]
    ) -> dict[str, Any]:
        client = self._client(service, region)
        _credentials.set(member._credentials)  # noqa: SLF001 - the two are one thing
        action = f"{service}:{client.meta.method_to_api_mapping[operation]}"
        with Explained(action, account_id=member.account_id, region=region):
            return getattr(client, operation)(**parameters)  # type: ignore[no-any-return]

    def _client(self, service: str, region: str) -> Any:
        client = self._clients.get((service, region))
        if client is None:
            with self._lock:
                client = self._clients.get((service, region)) or self._new_client(service, region)
                self._clients[service, region] = client
        return client

    def _new_client(self, service: str, region: str) -> Any:
        from botocore.config import Config

        client = self._aws.session.client(
            service,  # type: ignore[call-overload]
            region_name=region,
            config=Config(
                connect_timeout=5,
                read_timeout=30,
                max_pool_connections=MAX_WORKERS,
                # Not "adaptive": its pace is the client's, and one account that is throttled would slow all others.
                retries={"mode": "standard", "total_max_attempts": 6},
                # boto3 composes its own anew, twice, for each call: an eighth of what a call costs.
                user_agent=APPLICATION_NAME,
            ),
        )
        client.meta.events.register("before-call", _sign_as_member)
        return client


def _sign_as_member(context: dict[str, Any], **_: object) -> None:
    # botocore's own way to other credentials than the client's, which S3 Express uses: RequestSigner.sign.
    credentials = _credentials.get()
    if credentials is not None:
        context.setdefault("signing", {})["request_credentials"] = credentials
