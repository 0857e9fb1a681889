"""SDK clients of ordinary callers: unlike those of `Sandbox.client`, subject to faults, rates and permissions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import botocore.session
from botocore.config import Config

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox import Sandbox

_SESSION: Any = botocore.session.get_session()


def client_of(
    sandbox: Sandbox, service: str, account_id: str | None = None, credentials: Mapping[str, Any] | None = None
) -> Any:
    """A client of an account's administrator, or with the given credentials (of AssumeRole), that never retries."""
    environment = sandbox.environment(account_id)
    keys = credentials or {
        "AccessKeyId": environment["AWS_ACCESS_KEY_ID"],
        "SecretAccessKey": environment["AWS_SECRET_ACCESS_KEY"],
    }
    return _SESSION.create_client(
        service,
        region_name="us-east-1",
        endpoint_url=sandbox.endpoint_url,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys.get("SecretAccessKey", "any"),
        aws_session_token=keys.get("SessionToken"),
        config=Config(retries={"total_max_attempts": 1}),
    )
