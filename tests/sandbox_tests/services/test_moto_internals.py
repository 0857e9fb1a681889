"""The internals of moto that the sandbox depends on."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib import import_module
from importlib.metadata import version

import pytest
from moto import backend_index
from moto.backends import get_backend
from moto.core.base_backend import BackendDict
from moto.organizations.models import FakeAccount, FakeOrganization

from sandbox.services.installation import install
from sandbox.services.organizations.accounts import Account

OURS = ("ssmquicksetup", "cloud9", "glue", "athena")
GLOBAL = ("organizations", "iam", "sts", "account", "s3")
SERVICES = (*GLOBAL, *OURS, "cloudformation", "ec2", "ssm", "kms")


def test_the_version_of_moto() -> None:
    assert version("moto") == "5.2.5", "read moto's changes to BackendDict, backend_index and the services first"


@pytest.mark.usefixtures("sandbox")
@pytest.mark.parametrize("service", SERVICES)
def test_moto_serves_our_backends_by_our_urls(service: str) -> None:
    backends = get_backend(service)  # type: ignore[call-overload]
    assert isinstance(backends, BackendDict)
    assert backends.backend.__module__ == f"sandbox.services.{service}.models"
    backend = backends["111111111111"]["aws" if service in GLOBAL else "us-east-1"]
    assert backend._url_module is import_module(f"sandbox.services.{service}.urls")


def test_installing_twice_changes_nothing() -> None:
    for _ in range(2):
        install()
    for service in OURS:
        assert [name for name, _ in backend_index.backend_url_patterns].count(service) == 1


def test_accounts_have_motos_attributes() -> None:
    organization = FakeOrganization("111111111111", "us-east-1", "ALL")
    joined_at = datetime(2026, 1, 1, tzinfo=UTC)
    ours = Account(organization, account_id="222222222222", name="A", email="a@example.com", joined_at=joined_at)
    assert vars(ours).keys() == vars(FakeAccount(organization, AccountName="A", Email="a@example.com")).keys()
