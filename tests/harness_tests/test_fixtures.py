"""The fixtures of `tests/conftest.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.workspace import temporary_workspaces

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox import Sandbox


def accounts(sandbox: Sandbox) -> int:
    pages = sandbox.client("organizations").get_paginator("list_accounts").paginate()
    return sum(len(page["Accounts"]) for page in pages)


def test_the_organization_is_bare(sandbox: Sandbox) -> None:
    assert accounts(sandbox) == 3
    assert sandbox.client("organizations").list_aws_service_access_for_organization()["EnabledServicePrincipals"] == []
    sandbox.client("organizations").enable_aws_service_access(ServicePrincipal="ssm.amazonaws.com")


def test_the_organization_is_fresh(sandbox: Sandbox) -> None:
    assert sandbox.client("organizations").list_aws_service_access_for_organization()["EnabledServicePrincipals"] == []
    assert list(sandbox.calls) == []


@pytest.mark.scenario("realistic")
def test_a_marker_names_another_organization(sandbox: Sandbox) -> None:
    assert accounts(sandbox) > 3


def test_temporary_workspaces_vanish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with temporary_workspaces() as workspaces:
        assert workspaces.write({"main.tf": ""}, init=False).directory.is_relative_to(tmp_path)
    assert list(tmp_path.iterdir()) == []
