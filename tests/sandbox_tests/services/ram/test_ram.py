"""Resource sharing within the organization."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from sandbox_tests.cases.quick_setup import MANAGEMENT, MEMBER

if TYPE_CHECKING:
    from sandbox import Sandbox

ROLE = "AWSServiceRoleForResourceAccessManager"


def has_role(sandbox: Sandbox) -> bool:
    roles = sandbox.snapshot()["service_linked_roles"].get(MANAGEMENT, [])
    return ROLE in [role["name"] for role in roles]


def test_ram_alone_creates_the_role(sandbox: Sandbox) -> None:
    sandbox.client("organizations").enable_aws_service_access(ServicePrincipal="ram.amazonaws.com")
    assert not has_role(sandbox)
    for _ in range(2):
        assert sandbox.client("ram").enable_sharing_with_aws_organization()["returnValue"]
        assert has_role(sandbox)
        assert sandbox.snapshot()["trusted_access"] == ["ram.amazonaws.com"]


def test_a_member_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(ClientError, match="OperationNotPermittedException"):
        sandbox.client("ram", MEMBER).enable_sharing_with_aws_organization()
    assert sandbox.snapshot()["trusted_access"] == []
