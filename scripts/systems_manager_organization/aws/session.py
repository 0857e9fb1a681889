"""One botocore session, one client for each service and Region, and no call before the identity is verified."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import partial
from itertools import count
from threading import Lock
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, ParamSpec, Protocol, TypeVar

from systems_manager_organization.aws.assumed_role import ASSUMED_ROLE_DURATION, assumed_role_credentials
from systems_manager_organization.aws.concurrency import MAX_WORKERS
from systems_manager_organization.aws.error_translation import CREDENTIALS_ADVICE, translate_errors
from systems_manager_organization.aws.garbage_collection import resume_garbage_collection
from systems_manager_organization.aws.pagination import paginate
from systems_manager_organization.aws.rate_limits import RateLimiter
from systems_manager_organization.aws.waiters import CONFLICT_CODES, conflict_delays
from systems_manager_organization.errors import (
    DependencyError,
    IdentityMismatchError,
    QueryError,
    ServiceError,
    UsageError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from concurrent.futures import Future
    from contextlib import AbstractContextManager

    from botocore.client import BaseClient
    from botocore.config import Config
    from botocore.credentials import Credentials
    from botocore.model import OperationModel
    from botocore.session import Session
    from mypy_boto3_cloudformation.client import CloudFormationClient
    from mypy_boto3_iam.client import IAMClient
    from mypy_boto3_organizations.client import OrganizationsClient
    from mypy_boto3_ssm.client import SSMClient
    from mypy_boto3_ssm_quicksetup.client import SystemsManagerQuickSetupClient
    from mypy_boto3_sts.client import STSClient
    from typing_extensions import Self

    from systems_manager_organization.clock import Clock

# Most of them wait for their rate limit.
MAXIMUM_CONCURRENT_CALLS = 16
APPLICATION_NAME = "systems-manager-organization"
# Operations that are called, whose IAM action has another name.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
_S3_ACTIONS = {"HeadBucket": "ListBucket", "ListBuckets": "ListAllMyBuckets", "ListObjectsV2": "ListBucket"}
# The signing name is the service prefix of IAM actions, but for these.
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonresourcegrouptaggingapi.html
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html
_PREFIXES = {"monitoring": "cloudwatch", "tagging": "tag"}
# What makes more of them runs for long.
_CALLS_OF_A_START = 100

P = ParamSpec("P")
R = TypeVar("R")


# The AWS provider's order, which the AWS CLI shares: https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-envvars.html
# Neither heeds a variable that is empty. botocore does, knows no AWS_REGION, and prefers AWS_DEFAULT_PROFILE.
_ENVIRONMENT = {
    "profile": (None, ("AWS_PROFILE", "AWS_DEFAULT_PROFILE")),
    "region": ("region", ("AWS_REGION", "AWS_DEFAULT_REGION")),
}


class SessionFactory(Protocol):
    """Makes a session of `profile_name`, or one with `credentials` in place of those that botocore finds."""

    def __call__(
        self, *, profile_name: str | None = ..., region_name: str | None = ..., credentials: Credentials | None = ...
    ) -> Session: ...


def botocore_session(
    *,
    profile_name: str | None = None,
    region_name: str | None = None,
    credentials: Credentials | None = None,
) -> Session:
    """A session of botocore, which boto3 installs. boto3 itself takes a fifth longer until its first call.

    Raises DependencyError.
    """
    try:
        import botocore.session
    except ImportError as error:
        raise DependencyError(
            f"{sys.executable} cannot import boto3 ({error}). To resolve: {sys.executable} -m pip install boto3; or "
            'python_command = ["uv", "run", "--script"] where uv is installed; or python_command = null to do without '
            "Python."
        ) from error
    session = botocore.session.get_session(
        {
            name: (setting, [variable for variable in variables if os.environ.get(variable)], None, None)
            for name, (setting, variables) in _ENVIRONMENT.items()
        }
    )
    for name, value in (("profile", profile_name), ("region", region_name)):
        if value:
            session.set_config_variable(name, value)
    session.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=_parse_timestamp)
    if credentials:
        session.register_component("credential_provider", SimpleNamespace(load_credentials=lambda: credentials))
    elif os.environ.get("AWS_WEB_IDENTITY_TOKEN_FILE"):
        _prefer_web_identity(session)
    return session


def _prefer_web_identity(session: Session) -> None:
    """Puts a web identity before a role of the profile, as in the AWS provider's SDK."""
    resolver = session.get_component("credential_provider")
    web_identity = resolver.get_provider("assume-role-with-web-identity")
    resolver.remove("assume-role-with-web-identity")
    resolver.insert_before("assume-role", web_identity)


def _parse_timestamp(value: float | str) -> datetime:
    """A timestamp in UTC. botocore's own parser, for the local time zone, takes a quarter of a call's time."""
    if isinstance(value, (int, float)):
        return datetime.fromtimestamp(value, timezone.utc)
    from botocore.utils import parse_timestamp

    return parse_timestamp(value).astimezone(timezone.utc)


@dataclass(frozen=True)
class Identity:
    """The identity of the credentials."""

    account_id: str
    arn: str

    @property
    def partition(self) -> str:
        return self.arn.split(":")[1]


class AwsSession:
    """AWS, with the credentials of one account in one Region.

    Creating clients takes processor time and verifying the identity takes a round trip, so both run concurrently;
    `call` waits for the verification. Leaving the context cancels what is still running.
    """

    def __init__(
        self, query: Mapping[str, str], *, session_factory: SessionFactory, clock: Clock, warn: Callable[[str], None]
    ) -> None:
        """Starts to verify that the credentials belong to the query's `account_id`, if it has one.

        Args:
            query: the values of COMMON_KEYS.
            warn: shows a line on standard error.

        Raises:
            ScriptError: boto3, the profile or the Region is missing, or the role cannot be assumed.
        """
        self._expected_account_id = query["account_id"]
        self.clock = clock
        self.warn = warn
        self._numbers = count(1)
        self.calls = 0
        self._rate_limiter = RateLimiter.of(clock)
        self._clients: dict[tuple[str, str], Any] = {}
        self._lock = Lock()
        self._session_lock = Lock()
        _require_role_for(query)
        with self._translate_errors(
            "sts:AssumeRole" if query["role_arn"] else "sts:GetCallerIdentity", query["region"]
        ):
            base = session_factory(profile_name=query["profile"] or None)
            self.region = query["region"] or _require_region(base)
            self.session = self._assume(base, session_factory, query) if query["role_arn"] else base
        sts: STSClient = self._client("sts")
        self._threads = ThreadPoolExecutor(MAXIMUM_CONCURRENT_CALLS)
        self._identity = self._threads.submit(self._check_identity, sts)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._threads.shutdown(wait=kind is not KeyboardInterrupt, cancel_futures=True)

    @property
    def identity(self) -> Identity:
        """The identity of the credentials. Raises as `call` does."""
        return self._identity.result()

    @property
    def account_id(self) -> str:
        return self._expected_account_id or self.identity.account_id

    @property
    def description(self) -> str:
        """Where a report looked, and as whom. Raises as `call` does."""
        return f"account {self.account_id}, Region {self.region}, as {self.identity.arn}"

    def client(self, service: str) -> Any:
        """Of a service without a property."""
        return self._client(service)

    @property
    def athena(self) -> Any:
        return self._client("athena")

    @property
    def cloudformation(self) -> CloudFormationClient:
        return self.cloudformation_in("")

    def cloudformation_in(self, region: str) -> CloudFormationClient:
        """CloudFormation in any Region; "" is the Region of the session."""
        return self._client("cloudformation", region)  # type: ignore[no-any-return]

    @property
    def glue(self) -> Any:
        return self._client("glue")

    @property
    def iam(self) -> IAMClient:
        return self._client("iam")  # type: ignore[no-any-return]

    @property
    def kms(self) -> Any:
        return self._client("kms")

    @property
    def organizations(self) -> OrganizationsClient:
        return self._client("organizations")  # type: ignore[no-any-return]

    @property
    def quick_setup(self) -> SystemsManagerQuickSetupClient:
        return self.quick_setup_in("")

    def quick_setup_in(self, region: str) -> SystemsManagerQuickSetupClient:
        """Quick Setup in any Region; "" is the Region of the session."""
        return self._client("ssm-quicksetup", region)  # type: ignore[no-any-return]

    @property
    def ram(self) -> Any:
        return self._client("ram")

    @property
    def s3(self) -> Any:
        return self._client("s3")

    @property
    def ssm(self) -> SSMClient:
        return self._client("ssm")  # type: ignore[no-any-return]

    def ssm_in(self, region: str) -> SSMClient:
        """Systems Manager in any Region."""
        return self._client("ssm", region)  # type: ignore[no-any-return]

    @property
    def sts(self) -> STSClient:
        return self._client("sts")  # type: ignore[no-any-return]

    def call(self, operation: Callable[P, R], *arguments: P.args, **parameters: P.kwargs) -> R:
        """Calls `operation`, a method of a client. Keeps to its rate limit, and retries conflicts with other changes.

        Raises:
            IdentityMismatchError: the credentials belong to another account.
            ServiceError: AWS returned an error.
            ScriptError: no usable credentials, no network.
        """
        self._identity.result()
        return self._invoke(partial(operation, *arguments, **parameters), operation)

    def call_or_none(
        self, missing_code: str, operation: Callable[P, R], *arguments: P.args, **parameters: P.kwargs
    ) -> R | None:
        """As `call`; None when AWS returns the error `missing_code`."""
        try:
            return self.call(operation, *arguments, **parameters)
        except ServiceError as error:
            if error.code != missing_code:
                raise
            return None

    def paginate(self, operation: Callable[..., Any], *, result_key: str = "", **parameters: object) -> Iterator[Any]:
        """The items of every page of `operation`, by botocore's paginator.

        `result_key`: the list of items in a page, for an operation with several. Raises as `call` does.
        """
        self._identity.result()
        client: BaseClient = operation.__self__  # type: ignore[attr-defined]
        pages = client.get_paginator(operation.__name__).paginate(**parameters)
        return paginate(pages, partial(self._invoke, operation=operation), result_key)

    def start(self, function: Callable[P, R], *arguments: P.args, **parameters: P.kwargs) -> Future[R]:
        """Runs `function` concurrently."""
        return self._threads.submit(function, *arguments, **parameters)

    def _assume(self, base: Session, session_factory: SessionFactory, query: Mapping[str, str]) -> Session:
        sts: Any = base.create_client("sts", region_name=self.region, config=_config())
        parameters: dict[str, Any] = {
            "RoleArn": query["role_arn"],
            "RoleSessionName": query["session_name"] or APPLICATION_NAME,
            **({"ExternalId": query["external_id"]} if query["external_id"] else {}),
        }
        return session_factory(
            profile_name=query["profile"] or None,
            credentials=assumed_role_credentials(
                lambda: sts.assume_role(**parameters)["Credentials"], duration=ASSUMED_ROLE_DURATION, clock=self.clock
            ),
        )

    def _check_identity(self, sts: STSClient) -> Identity:
        response = self._invoke(sts.get_caller_identity, sts.get_caller_identity)
        identity = Identity(response["Account"], response["Arn"])
        if self._expected_account_id not in ("", identity.account_id):
            raise IdentityMismatchError(
                f"SCRIPT_IDENTITY_MISMATCH: account {self._expected_account_id} is expected, that of the AWS provider "
                f"or of --account-id, but the script's credentials belong to account {identity.account_id}. "
                f"{CREDENTIALS_ADVICE}"
            )
        return identity

    def _client(self, service: str, region: str = "") -> Any:
        with self._lock:
            key = (service, region or self.region)
            if key not in self._clients:
                with self._translate_errors(f"{service}:*", key[1]):
                    client = self.create_client(service, key[1], _config())
                # An event, since a paginator calls nothing after the last page.
                client.meta.events.register("before-call", self._before_call)
                self._clients[key] = client
            return self._clients[key]

    def create_client(self, service: str, region: str, config: Config) -> Any:
        """A client of its own, for calls that `call` does not make."""
        # A session is not safe to use from several threads; its clients are.
        # https://boto3.amazonaws.com/v1/documentation/api/latest/guide/session.html#multithreading-or-multiprocessing-with-sessions
        with self._session_lock:
            return self.session.create_client(service, region_name=region, config=config)

    def pagination(self, service: str, operation: str) -> Mapping[str, Any]:
        """How the pages of `operation`, as AWS names it, follow each other: as botocore describes it."""
        with self._session_lock:
            rule: Mapping[str, Any] = self.session.get_paginator_model(service).get_paginator(operation)
        return rule

    def _before_call(self, model: OperationModel, **_: object) -> None:
        self._rate_limiter.acquire(f"{model.service_model.signing_name}:{model.name}")
        self.count_call()

    def _invoke(self, request: Callable[[], R], operation: Callable[..., object]) -> R:
        from botocore.exceptions import ClientError

        client: BaseClient = operation.__self__  # type: ignore[attr-defined]
        action = iam_action(client, operation.__name__)
        with self._translate_errors(action, client.meta.region_name):
            for number, delay in enumerate(conflict_delays()):
                try:
                    return request()
                except ClientError as error:
                    if error.response["Error"]["Code"] not in CONFLICT_CODES:
                        raise
                    if number == 0:
                        self.warn(f"{action} conflicts with another change: retrying for up to three minutes.")
                self.clock.sleep(delay)
            return request()

    def count_call(self) -> None:
        """Counts a call in `calls`, from any thread."""
        self.calls = number = next(self._numbers)
        if number == _CALLS_OF_A_START:
            resume_garbage_collection()

    def _translate_errors(self, action: str, region: str) -> AbstractContextManager[None]:
        return translate_errors(action, account_id=self._expected_account_id, region=region)


def iam_action(client: BaseClient, method: str) -> str:
    """`organizations:MoveAccount` for the method `move_account` of a client."""
    service, operation = client.meta.service_model.signing_name, client.meta.method_to_api_mapping[method]
    service = _PREFIXES.get(service, service)
    return f"{service}:{_S3_ACTIONS.get(operation, operation) if service == 's3' else operation}"


def _require_role_for(query: Mapping[str, str]) -> None:
    # Without the role the session would be of the environment's credentials, and nobody would see it.
    given = [key for key in ("external_id", "session_name") if query.get(key)]
    if given and not query["role_arn"]:
        raise QueryError(f"{' and '.join(given)} given without role_arn, the role that it is for.")


def _require_region(session: Session) -> str:
    region: str | None = session.get_config_variable("region")
    if not region:
        raise UsageError("no Region is configured: use --region, or set AWS_REGION.")
    return region


def _config() -> Config:
    from botocore.config import Config

    return Config(
        connect_timeout=5,
        read_timeout=30,
        # botocore's pool holds ten, and opens a new connection for each further concurrent call.
        max_pool_connections=MAX_WORKERS,
        retries={"mode": "adaptive", "total_max_attempts": 6},
        user_agent_extra=APPLICATION_NAME,
    )
