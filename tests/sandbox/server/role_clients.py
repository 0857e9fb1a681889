"""SDK clients for what AWS runs in an account as a role of it: automations.

Their calls go through the gateway as those of any client, with the policies of the role.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from moto.sts.models import sts_backends

from sandbox.services.iam.models import documents_of, iam_backend_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.authorization.enforcement import Permissions
    from sandbox.server.gateway import Gateway


class RoleClients:
    """Makes clients with the session of a role."""

    def __init__(self, gateway: Gateway, permissions: Permissions, session: Any) -> None:
        self._gateway = gateway
        self._permissions = permissions
        self._session = session

    def client(self, service: str, role_arn: str, region: str) -> Any:
        """Return a client with the permissions that the role's policies have now."""
        account_id = role_arn.split(":")[4]
        role = iam_backend_of(account_id).get_role_by_arn(role_arn)
        self._permissions.enforce(role_arn, *documents_of(role))
        assumed = sts_backends[account_id]["aws"].assume_role(region, "Automation", role_arn, "", 3600, "")
        client = self._session.create_client(
            service,
            region_name=region,
            aws_access_key_id=assumed.access_key_id,
            aws_secret_access_key=assumed.secret_access_key,
            aws_session_token=assumed.session_token,
        )
        # In the thread that holds the gateway's lock: the sandbox's own server would wait for it.
        client.meta.events.register("before-send.*.*", self._answer)
        return client

    def _answer(self, request: Any, **_: Any) -> AWSResponse:
        address = urlsplit(request.url)
        body = request.body or b""
        body = body.encode() if isinstance(body, str) else body
        headers = {
            name: value.decode() if isinstance(value, bytes) else value for name, value in request.headers.items()
        }
        environment = {
            "REQUEST_METHOD": request.method,
            "PATH_INFO": address.path or "/",
            "QUERY_STRING": address.query,
            "SERVER_NAME": address.hostname,
            "SERVER_PORT": "443",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "wsgi.url_scheme": "https",
            "wsgi.input": io.BytesIO(body),
            "CONTENT_TYPE": headers.get("Content-Type", ""),
            **{f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()},
            "HTTP_HOST": address.hostname,
        }
        response = self._gateway.handle(environment, body)
        if response is None:
            raise ConnectionError(f"no answer from {address.hostname}")
        return AWSResponse(request.url, response.status, HTTPHeaders.from_pairs(response.headers), _Body(response.body))


class _Body(io.BytesIO):
    """What botocore reads of a response."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()
