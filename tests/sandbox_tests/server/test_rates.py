"""The published rates, when they are enforced."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from sandbox.server.rates import Rates
from sandbox_tests.cases.clients import client_of

if TYPE_CHECKING:
    from sandbox import Sandbox

ACCOUNT, REGION = "111111111111", "us-east-1"


def test_a_token_bucket_empties_and_refills() -> None:
    seconds = [0.0]
    rates = Rates(lambda: seconds[0])
    rates.enforced = True

    def admitted(times: int, account_id: str = ACCOUNT) -> list[bool]:
        return [rates.admit("organizations", "MoveAccount", account_id, REGION) for _ in range(times)]

    assert admitted(4) == [True, True, True, False]
    assert admitted(1, "222222222222") == [True]
    seconds[0] = 0.5
    assert admitted(2) == [True, False]
    seconds[0] = 60
    assert admitted(4) == [True, True, True, False]
    assert all(rates.admit("iam", "GetRole", ACCOUNT, REGION) for _ in range(100))
    rates.reset()
    assert all(admitted(100))


def test_sts_has_one_bucket_for_its_operations() -> None:
    rates = Rates(lambda: 0.0)
    rates.enforced = True
    assert all(rates.admit("sts", "AssumeRole", ACCOUNT, REGION) for _ in range(599))
    assert [rates.admit("sts", "GetCallerIdentity", ACCOUNT, REGION) for _ in range(2)] == [True, False]
    assert rates.admit("sts", "AssumeRole", ACCOUNT, "eu-west-1")


def test_the_rate_of_list_regions() -> None:
    rates = Rates(lambda: 0.0)
    rates.enforced = True
    assert [rates.admit("account", "ListRegions", ACCOUNT, REGION) for _ in range(6)] == [True] * 5 + [False]


def test_a_caller_over_the_rate_is_throttled(sandbox: Sandbox) -> None:
    client = client_of(sandbox, "ssm-quicksetup")
    for _ in range(20):
        client.get_service_settings()
    sandbox.rates.enforced = True

    def ask_too_fast() -> None:
        for _ in range(1000):
            client.get_service_settings()

    with pytest.raises(ClientError) as client_error:
        ask_too_fast()
    assert client_error.value.response["Error"]["Code"] == "ThrottlingException"
