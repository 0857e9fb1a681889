"""The role of Default Host Management Configuration of a member account."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from systems_manager_organization.errors import ServiceError
from systems_manager_organization.organizations.default_host_management_role import NONE, default_host_management_role

if TYPE_CHECKING:
    from systems_manager_organization.aws.account_sessions import AccountSession


def member(answer: dict[str, str] | str) -> AccountSession:
    """An account whose setting is this, or whose call fails with this code."""

    def call(*_operation: str, **_parameters: str) -> dict[str, Any]:
        if isinstance(answer, str):
            raise ServiceError("ssm:GetServiceSetting failed.", answer)
        return {"ServiceSetting": answer}

    return SimpleNamespace(call=call)  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("answer", "role"),
    [
        ({"Status": "Default", "SettingValue": "$None"}, NONE),
        ({"Status": "Customized", "SettingValue": "service-role/Own"}, "service-role/Own"),
        ("ServiceSettingNotFound", NONE),
    ],
)
def test_what_is_not_set_is_none(answer: dict[str, str] | str, role: str) -> None:
    assert default_host_management_role(member(answer), "us-east-1") == role


def test_what_cannot_be_read_is_not_none() -> None:
    with pytest.raises(ServiceError):
        default_host_management_role(member("AccessDeniedException"), "us-east-1")
