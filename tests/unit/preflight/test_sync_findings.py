"""The sync that OpsCenter deployed to the administrator account, and that AWS deleted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from sandbox import Fault
from sandbox_tests.cases.quick_setup import OPS_CENTER
from unit.cases import ADMINISTRATOR, register
from unit.preflight_cases import ROLE, the
from unit.quick_setup_cases import WORKLOAD, create, prepare

if TYPE_CHECKING:
    from sandbox import Sandbox
    from unit.conftest import Run

_OPTIONS = ("--region", "us-east-1", "--administrator-account-id", ADMINISTRATOR, "--json")


@pytest.fixture
def arn(aws: Sandbox) -> str:
    """OpsCenter's configuration manager, deployed to the administrator."""
    prepare(aws)
    register(aws, ADMINISTRATOR)
    return create(aws, "ops-center", definition=OPS_CENTER)


def codes(run: Run, *options: str) -> list[str]:
    findings = json.loads(run("observe", "preflight", *_OPTIONS, *options).stdout)
    return [finding["code"] for finding in findings if finding["severity"] != "note"]


def test_a_sync_that_aws_deleted(aws: Sandbox, run: Run, arn: str) -> None:
    role = ("--member-role-name", ROLE)
    assert codes(run, *role) == []

    register(aws, "none")
    assert codes(run) == [], "without a role nobody looks"
    assert codes(run, *role, "--severities", '{"DATA_SYNC_MISSING": "off"}') == []
    outcome = run("observe", "preflight", *_OPTIONS, *role)
    finding = the(json.loads(outcome.stdout), "DATA_SYNC_MISSING")
    assert (outcome.status, finding["severity"], finding["subject"]) == (1, "error", "ops-center")
    assert finding["message"].startswith("The configuration, created manually or by another tool, is deployed, but ")
    assert f"account {ADMINISTRATOR} does not have its resource data sync OpsCenter-DA" in finding["message"]
    assert f"report.py discard --deployed {arn}" in finding["remedy"]

    # A Region that cannot be read may have it.
    aws.faults.inject(Fault("ssm", "ListResourceDataSync", "access_denied", region="eu-west-1"))
    assert codes(run, *role) == []


@pytest.mark.usefixtures("arn")
def test_syncs_that_may_not_be_listed_stop_no_plan(aws: Sandbox, run: Run) -> None:
    aws.faults.inject(Fault("ssm", "ListResourceDataSync", "access_denied", region="us-east-1"))
    outcome = run("observe", "preflight", *_OPTIONS, "--member-role-name", ROLE)
    finding = the(json.loads(outcome.stdout), "ACCOUNT_NOT_READABLE")
    assert finding["subject"] == f"{ADMINISTRATOR} us-east-1"
    assert f"Allow the role {ROLE} ssm:ListResourceDataSync there." in finding["remedy"]


@pytest.mark.usefixtures("arn")
def test_another_account_becomes_the_administrator(aws: Sandbox, run: Run) -> None:
    register(aws, "none")
    options = ("--region", "us-east-1", "--administrator-account-id", WORKLOAD, "--member-role-name", ROLE, "--json")
    findings = json.loads(run("observe", "preflight", *options).stdout)
    assert "DATA_SYNC_MISSING" not in [finding["code"] for finding in findings], "the configuration is updated for it"
