"""A server with the AWS operations of preflight and compliance, with any number of accounts and an added latency.

For the benchmark alone: the sandbox validates every call and handles one at a time, and would be what is measured.

    python -m tools.bench.server ACCOUNTS LATENCY_SECONDS USERS_OF_CLOUD9 REGION...

prints its port, serves until stdin is closed, and then prints the number of requests by operation, as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from tools.bench import managed_nodes

if TYPE_CHECKING:
    from collections.abc import Callable

MANAGEMENT = "111111111111"
FIRST_MEMBER = 500000000000
ENVIRONMENT = "0123456789abcdef0123456789abcdef"
ROLE = "OrganizationAccountAccessRole"
# Prefix of unknown operations.
UNKNOWN = "unknown: "
# ListAccounts: https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccounts.html
PAGE = 20

# Maximum number of bytes.
_READ = 16 * 1024

_JSON, _XML = "application/x-amz-json-1.1", "text/xml"
_IDENTITY = (
    '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
    f"<Arn>arn:aws:iam::{MANAGEMENT}:user/Bench</Arn><UserId>AIDABENCH</UserId><Account>{MANAGEMENT}</Account>"
    "</GetCallerIdentityResult></GetCallerIdentityResponse>"
)
_ORGANIZATION = {"Id": "o-bench00000", "FeatureSet": "ALL", "MasterAccountId": MANAGEMENT}
_CREDENTIALS = (
    '<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>'
    "<AccessKeyId>ASIA{account}</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken>"
    "<Expiration>2100-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"
)
_ROLE = (
    '<GetRoleResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><GetRoleResult><Role><Path>/</Path>'
    "<RoleName>AWSServiceRoleForAWSCloud9</RoleName><RoleId>AROABENCHBENCHBENCH</RoleId>"
    "<Arn>arn:aws:iam::{account}:role/AWSServiceRoleForAWSCloud9</Arn><CreateDate>2020-01-01T00:00:00Z</CreateDate>"
    "</Role></GetRoleResult></GetRoleResponse>"
)
_NO_SUCH_ROLE = (
    '<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type>'
    "<Code>NoSuchEntity</Code><Message>There is no such role.</Message></Error></ErrorResponse>"
)
_DENIED = (
    '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>AccessDenied</Code>'
    "<Message>Not authorized to perform: sts:AssumeRole</Message></Error></ErrorResponse>"
)


@dataclass(frozen=True)
class Request:
    """The relevant parts of a request. `account_id` is the caller's."""

    path: str
    target: str
    region: str
    account_id: str
    body: bytes


@dataclass(frozen=True)
class Response:
    body: str
    content_type: str = _JSON
    status: int = 200


@dataclass
class Organization:
    """Member accounts. Of every hundred, the last but one has an environment in us-east-1, and the last has no role.

    One account in `users_of_cloud9` has used Cloud9, and so is checked in every Region.
    """

    accounts: int
    users_of_cloud9: int
    regions: tuple[str, ...]
    requests: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        ids = [MANAGEMENT, *map(member, range(self.accounts))]
        self._accounts = [{"Id": account, "Name": f"Account {account}", "Status": "ACTIVE"} for account in ids]
        enabled = [{"RegionName": region, "RegionOptStatus": "ENABLED_BY_DEFAULT"} for region in self.regions]
        regions = Response(json.dumps({"Regions": enabled}), "application/json")
        self._responses: dict[str, Callable[[Request], Response]] = {
            "GetCallerIdentity": lambda _: Response(_IDENTITY, _XML),
            "AssumeRole": self._assume_role,
            "DescribeOrganization": lambda _: Response(json.dumps({"Organization": _ORGANIZATION})),
            "ListAccounts": self._list_accounts,
            "ListResourceDataSync": lambda _: Response('{"ResourceDataSyncItems": []}'),
            "listConfigurationManagers": lambda _: Response('{"ConfigurationManagersList": []}', "application/json"),
            "listRegions": lambda _: regions,
            "ListEnvironments": self._list_environments,
            "DescribeEnvironments": self._describe_environments,
            "GetRole": self._get_role,
            "ListRoots": lambda _: Response(managed_nodes.ROOTS),
            "ListOrganizationalUnitsForParent": lambda request: Response(
                managed_nodes.organizational_units(request.body)
            ),
            "ListAccountsForParent": lambda request: Response(
                managed_nodes.accounts_for_parent(self._accounts, request.body, PAGE)
            ),
            "DescribeTags": lambda _: Response(managed_nodes.NO_TAGS, _XML),
            "DescribeInstancePatches": lambda request: Response(managed_nodes.patches(request.body)),
            **{name: partial(_node_response, name) for name in managed_nodes.RESPONSES},
        }

    def respond(self, request: Request) -> Response:
        name = request.target.rpartition(".")[2] or request.path.strip("/") or _action(request)
        response = self._responses.get(name)
        self.requests[name if response else UNKNOWN + name] += 1
        return response(request) if response else Response(json.dumps({"message": UNKNOWN + name}), status=400)

    def _list_accounts(self, request: Request) -> Response:
        start = int(json.loads(request.body or b"{}").get("NextToken", 0))
        page = {"Accounts": self._accounts[start : start + PAGE]}
        following = {"NextToken": str(start + PAGE)} if start + PAGE < len(self._accounts) else {}
        return Response(json.dumps({**page, **following}))

    def _assume_role(self, request: Request) -> Response:
        account = parse_qs(request.body.decode())["RoleArn"][0].split(":")[4]
        if account in without_role(self.accounts):
            return Response(_DENIED, _XML, 403)
        return Response(_CREDENTIALS.format(account=account), _XML)

    def _get_role(self, request: Request) -> Response:
        account = int(request.account_id)
        if request.account_id in with_environment(self.accounts) or account % self.users_of_cloud9 == 0:
            return Response(_ROLE.format(account=request.account_id), _XML)
        return Response(_NO_SUCH_ROLE, _XML, 404)

    def _list_environments(self, request: Request) -> Response:
        there = request.region == "us-east-1" and request.account_id in with_environment(self.accounts)
        return Response(json.dumps({"environmentIds": [ENVIRONMENT] if there else []}))

    def _describe_environments(self, _: Request) -> Response:
        arn = f"arn:aws:cloud9:us-east-1:{MANAGEMENT}:environment:{ENVIRONMENT}"
        environment = {"id": ENVIRONMENT, "name": "bench", "type": "ec2", "arn": arn, "ownerArn": arn}
        return Response(json.dumps({"environments": [environment]}))


def _node_response(name: str, request: Request) -> Response:
    return Response(managed_nodes.response(name, request.account_id, request.region))


def member(number: int) -> str:
    """The id of a member, counted from 0."""
    return str(FIRST_MEMBER + number)


def with_environment(accounts: int) -> frozenset[str]:
    return frozenset(member(number) for number in range(98, accounts, 100))


def without_role(accounts: int) -> frozenset[str]:
    return frozenset(member(number) for number in range(99, accounts, 100))


def _action(request: Request) -> str:
    return parse_qs(request.body.decode()).get("Action", [""])[0]


class _Connection(asyncio.BufferedProtocol):
    """Keeps the connection, and responds to each request after the latency.

    It reads into its own buffer. asyncio's of 256 KiB exceeds what the C library keeps: mapping and unmapping it for
    each read takes as long as everything else (M_MMAP_THRESHOLD, https://man7.org/linux/man-pages/man3/mallopt.3.html).
    """

    def __init__(self, organization: Organization, latency: float) -> None:
        self._organization = organization
        self._latency = latency
        self._buffer = bytearray(_READ)
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def get_buffer(self, sizehint: int) -> bytearray:
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        self._received += self._buffer[:nbytes]
        while (request := self._next()) is not None:
            answer = _serialize(self._organization.respond(request))
            if self._latency:
                asyncio.get_running_loop().call_later(self._latency, self._transport.write, answer)
            else:
                self._transport.write(answer)

    def _next(self) -> Request | None:
        end = self._received.find(b"\r\n\r\n")
        if end < 0:
            return None
        first, *lines = self._received[:end].decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        length = int(headers.get("content-length", 0))
        if len(self._received) < end + 4 + length:
            return None
        body = self._received[end + 4 : end + 4 + length]
        self._received = self._received[end + 4 + length :]
        credential = headers.get("authorization", "").partition("Credential=")[2].split("/")
        return Request(
            path=first.split(" ")[1],
            target=headers.get("x-amz-target", ""),
            region=credential[2] if len(credential) > 2 else "",
            account_id=credential[0].removeprefix("ASIA"),
            body=body,
        )


def _serialize(response: Response) -> bytes:
    phrase = "OK" if response.status == 200 else "Error"
    head = (
        f"HTTP/1.1 {response.status} {phrase}\r\nContent-Type: {response.content_type}\r\n"
        f"Content-Length: {len(response.body)}\r\n\r\n"
    )
    return (head + response.body).encode()


async def _serve(organization: Organization, latency: float) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(organization, latency), "127.0.0.1", 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()
    print(json.dumps(organization.requests), flush=True)


if __name__ == "__main__":
    _accounts, _latency, _users, *_regions = sys.argv[1:]
    asyncio.run(_serve(Organization(int(_accounts), int(_users), tuple(_regions)), float(_latency)))
