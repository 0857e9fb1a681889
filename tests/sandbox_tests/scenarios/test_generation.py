"""Organizations that are generated: the same for the same numbers, and with something of everything."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from sandbox import Scenario, ScenarioError
from sandbox.clock import START

if TYPE_CHECKING:
    from sandbox import Sandbox


def test_an_organization_has_something_of_everything() -> None:
    scenario = Scenario.generated()
    assert scenario == Scenario.generated()
    assert scenario.instances != Scenario.generated(seed=7).instances
    members = scenario.member_accounts()
    assert (1 + len(members), len(scenario.instances)) == (40, 600)
    assert "Workloads/Production/Retail" in [path for path, _ in scenario.organizational_units_by_path()]
    assert [account.status for account in members].count("SUSPENDED") == 1
    assert {account.access_role for account in members} == {"trusting", "absent", "untrusting"}

    by_account = Counter(instance.account_id for instance in scenario.instances)
    closed = [account for account in members if account.access_role != "trusting" or account.status == "SUSPENDED"]
    assert len(closed) == 4
    assert all(by_account[account.id] for account in closed)
    assert any(account.id not in by_account for account in members)
    assert max(by_account.values()) > 4 * 600 / len(by_account)
    assert {instance.region for instance in scenario.instances} == {"ap-northeast-1", "eu-west-1", "us-east-1"}
    assert {instance.platform_type for instance in scenario.instances} == {"Linux", "Windows", "MacOS"}
    assert len({instance.status for instance in scenario.instances}) == 4
    days = [START - i.scanned_at if i.scanned_at else None for i in scenario.instances]
    assert 0 < days.count(None) < 60
    assert 0 < sum(ago is not None and ago > timedelta(days=7) for ago in days) < 60
    worst = Counter(instance.patches.noncompliant.highest for instance in scenario.instances)
    assert worst["CRITICAL"] > 10
    assert 600 / 3 < sum(not any(instance.patches.noncompliant) for instance in scenario.instances) < 600 * 2 / 3


@pytest.mark.parametrize(
    "numbers", [{"accounts": 7}, {"regions": ()}, {"unreadable": 36}], ids=["accounts", "regions", "unreadable"]
)
def test_too_few_accounts_or_regions(numbers: dict[str, Any]) -> None:
    with pytest.raises(ScenarioError, match="a generated organization has a Region and at least"):
        Scenario.generated(**numbers)


def test_the_organization_is_made(sandbox: Sandbox) -> None:
    scenario = Scenario.generated(accounts=12, instances=30, unreadable=2)
    sandbox.reset(scenario)
    organizations = sandbox.client("organizations")
    listed = [
        account for page in organizations.get_paginator("list_accounts").paginate() for account in page["Accounts"]
    ]
    assert len(listed) == 12
    registered = organizations.list_delegated_administrators()["DelegatedAdministrators"]
    assert [account["Id"] for account in registered] == ["222222222222"]
    assert len(scenario.instances) == 30
