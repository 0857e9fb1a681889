"""The benchmark of preflight asks the questions that it says it asks, and notices a wrong answer."""

from __future__ import annotations

import pytest

from commands.bench_preflight import check, preflight
from commands.bench_server import with_environment, without_role
from support.errors import HarnessError


@pytest.mark.parametrize(("users", "asked_in_every_region"), [(1, 99), (10, 11)])
def test_every_account_is_asked_once(users: int, asked_in_every_region: int) -> None:
    run = preflight(100, 0, users)
    assert len(with_environment(100)) == len(without_role(100)) == 1
    assert run.asked == {
        "GetCallerIdentity": 1,
        "ListAccounts": 6,
        "ListResourceDataSync": 1,
        "listConfigurationManagers": 1,
        "AssumeRole": 100,
        "listRegions": 99,
        "GetRole": 99,
        "ListEnvironments": asked_in_every_region * 16,
        "DescribeEnvironments": 1,
    }
    assert run.calls == sum(run.asked.values())
    assert 0 < run.peak < 1000


@pytest.mark.parametrize(
    "findings", [[], [{"code": "CLOUD9_ENVIRONMENT", "subject": "500000000000 us-east-1"}]], ids=["none", "another"]
)
def test_findings_that_are_not_so_end_it(findings: list[dict[str, str]]) -> None:
    with pytest.raises(HarnessError, match="otherwise than it is"):
        check(findings, 100)
