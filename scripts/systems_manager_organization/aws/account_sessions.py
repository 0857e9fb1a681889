"""Sessions in member accounts, by a role that each of them has.

With a thousand accounts in sixteen Regions, the processor time of botocore dominates. So one client for each service
and Region serves all accounts, and each call is signed with the credentials of its account.
"""

from __future__ import annotations

import json
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

from systems_manager_organization.aws.assumed_role import assumed_role_credentials
from systems_manager_organization.aws.concurrency import MAX_WORKERS
from systems_manager_organization.aws.error_translation import translate_errors
from systems_manager_organization.aws.pagination import follow_tokens
from systems_manager_organization.aws.session import APPLICATION_NAME, iam_action

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from botocore.credentials import Credentials
    from mypy_boto3_sts.type_defs import CredentialsTypeDef

    from systems_manager_organization.aws.session import AwsSession

# The minimum, in seconds: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
_DURATION = 900

# https://docs.aws.amazon.com/accounts/latest/reference/API_Region.html
_ENABLED = frozenset({"ENABLED", "ENABLED_BY_DEFAULT"})

# The role may be an administrator's: this session policy limits it to what a preflight reads.
READ_ACTIONS = (
    "cloud9:DescribeEnvironments",
    "cloud9:ListEnvironments",
    "iam:GetRole",
    "ssm:ListResourceDataSync",
)

_credentials: ContextVar[Credentials | None] = ContextVar("credentials")

R = TypeVar("R")


@dataclass(frozen=True)
class AccountSession:
    """A session in an account; without credentials, of the caller itself."""

    account_id: str
    credentials: Credentials | None
    _account_sessions: AccountSessions

    @property
    def region(self) -> str:
        """The caller's, whose partition botocore takes the endpoint of a service without Regions from."""
        return self._account_sessions.region

    def call(self, service: str, region: str, operation: str, **parameters: object) -> dict[str, Any]:
        """The response of `operation`, a method of botocore's client of `service`, in `region`. Raises ScriptError."""
        sessions = self._account_sessions
        request = partial(getattr(sessions.client(service, region), operation), **parameters)
        return sessions.invoke(request, self, service, region, operation)

    def list_regions(self) -> dict[str, bool]:
        """Whether each Region is enabled in the account. Raises ScriptError."""
        listed = self.paginate("account", self.region, "list_regions", MaxResults=50)
        return {region["RegionName"]: region["RegionOptStatus"] in _ENABLED for region in listed}

    def paginate(self, service: str, region: str, operation: str, **parameters: object) -> Iterator[Any]:
        """The items of every page of `operation`. Raises ScriptError."""
        rule = self._account_sessions.pagination(service, region, operation)
        return follow_tokens(partial(self.call, service, region, operation), rule, parameters)


class AccountSessions:
    """Sessions in the member accounts of an organization."""

    def __init__(
        self, aws: AwsSession, role_name: str, actions: Sequence[str] = READ_ACTIONS, as_json: Sequence[str] = ()
    ) -> None:
        """
        Args:
            role_name: a role of every member account, with its path: `OrganizationAccountAccessRole`.
            actions: the IAM actions that the session policy allows.
            as_json: actions of a service with the protocol `json`, whose responses stay as JSON has them: times are
                numbers. botocore looks up every value in its model, a quarter of the time of a call with twenty nodes.
        """
        self.role_name = role_name
        self.region = aws.region
        self._aws = aws
        self._as_json = as_json
        statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
        self._policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self._clients: dict[tuple[str, str], Any] = {}
        self._pagination: dict[tuple[str, str], Mapping[str, Any]] = {}
        self._lock = Lock()

    def assume_role(self, account_id: str) -> AccountSession:
        """Assumes the role; not in the caller's own account.

        Raises ServiceError when the role does not exist or does not trust the caller; another ScriptError.
        """
        # As AWS says, not as the caller expects: nothing is called with the credentials of another account.
        if account_id == self._aws.identity.account_id:
            return AccountSession(account_id, None, self)
        credentials = assumed_role_credentials(
            partial(self._assume, account_id), duration=_DURATION, clock=self._aws.clock
        )
        return AccountSession(account_id, credentials, self)

    def _assume(self, account_id: str) -> CredentialsTypeDef:
        aws = self._aws
        return aws.call(
            aws.sts.assume_role,
            RoleArn=self.role_arn(account_id),
            RoleSessionName=APPLICATION_NAME,
            DurationSeconds=_DURATION,
            Policy=self._policy,
        )["Credentials"]

    def role_arn(self, account_id: str) -> str:
        return f"arn:{self._aws.identity.partition}:iam::{account_id}:role/{self.role_name}"

    def invoke(
        self, request: Callable[[], R], account_session: AccountSession, service: str, region: str, operation: str
    ) -> R:
        """Runs `request`, which calls `operation`, with the credentials of the account. Raises ScriptError."""
        _credentials.set(account_session.credentials)
        action = iam_action(self.client(service, region), operation)
        with translate_errors(action, account_id=account_session.account_id, region=region):
            return request()

    def pagination(self, service: str, region: str, operation: str) -> Mapping[str, Any]:
        """See `AwsSession.pagination`."""
        key = (service, operation)
        if key not in self._pagination:
            name = self.client(service, region).meta.method_to_api_mapping[operation]
            self._pagination[key] = self._aws.pagination(service, name)
        return self._pagination[key]

    def client(self, service: str, region: str) -> Any:
        client = self._clients.get((service, region))
        if client is None:
            with self._lock:
                client = self._clients.get((service, region)) or self._new_client(service, region)
                self._clients[service, region] = client
        return client

    def _new_client(self, service: str, region: str) -> Any:
        from botocore.config import Config

        client = self._aws.create_client(
            service,
            region,
            Config(
                connect_timeout=5,
                read_timeout=30,
                max_pool_connections=MAX_WORKERS,
                # Not "adaptive": its rate is the client's, and one throttled account would slow down all others.
                retries={"mode": "standard", "total_max_attempts": 6},
                # botocore composes its own twice for each call, which takes an eighth of a call's time.
                user_agent=APPLICATION_NAME,
                # The parameters of thousands of calls are of one form, and AWS validates them as well.
                parameter_validation=False,
            ),
        )
        client.meta.events.register("before-call", _sign_with_account)
        client.meta.events.register("before-call", self._count_call)
        for action in self._as_json:
            client.meta.events.register(f"before-parse.{action.replace(':', '.')}", _keep_json)
        return client

    def _count_call(self, **_: object) -> None:
        self._aws.count_call()


def _sign_with_account(context: dict[str, Any], **_: object) -> None:
    # RequestSigner.sign takes these in place of the client's credentials; S3 Express uses the same.
    credentials = _credentials.get()
    if credentials is not None:
        context.setdefault("signing", {})["request_credentials"] = credentials


def _keep_json(response_dict: dict[str, Any], customized_response_dict: dict[str, Any], **_: object) -> None:
    """Takes the body from botocore's parser, which adds the metadata alone. It keeps errors, and what is not JSON."""
    body = response_dict["body"]
    if response_dict["status_code"] >= HTTPStatus.MULTIPLE_CHOICES:
        return
    with suppress(ValueError):
        customized_response_dict.update(json.loads(body, object_hook=_without_nulls if b"null" in body else None))
        response_dict["body"] = b"{}"


def _without_nulls(fields: dict[str, Any]) -> dict[str, Any]:
    """As botocore: what has no value is left out."""
    return {name: value for name, value in fields.items() if value is not None}
