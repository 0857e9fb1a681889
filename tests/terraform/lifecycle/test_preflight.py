"""The subject, message and remedy of each finding code in a plan.

Terraform reports all errors in one plan: one configuration has a module call for each error, another all warnings.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from harness.assertions import assert_no_violations, plan_read_only
from harness.complete import ADMINISTRATOR
from harness.organization import child_units, managers
from harness.results import TerraformError
from harness.workspace import REPOSITORY
from sandbox import Scenario
from terraform.expectations import MANAGEMENT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.results import Diagnostic, Plan
    from harness.terraform import Terraform
    from harness.workspace import Workspaces
    from sandbox import Sandbox
    from terraform.conftest import Configure

_CATALOGUE: dict[str, dict[str, Any]] = json.loads(
    (REPOSITORY / "scripts" / "systems_manager_organization" / "findings.json").read_text()
)
_SUSPENDED, _OTHER = "777777777777", "333333333333"
_TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "cloudformation.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
)
_PATCH: dict[str, Any] = {"patch_policies": {"scan": {}}}
_LOGS = {"name": "not-there", "region": "us-east-1"}
_NOTED = {"SUSPENDED_ACCOUNT_TARGETED": "warning"}
_ROLE = {"member_role_name": "OrganizationAccountAccessRole"}

# Each requires its own organization or credentials: test_unsupported_organization.py.
_TESTED_ELSEWHERE = {
    "ALL_FEATURES_DISABLED",
    "DEPLOYMENT_TOO_LARGE",
    "ORGANIZATION_CHANGED",
    "NOT_MANAGEMENT_ACCOUNT",
    "SCRIPT_IDENTITY_MISMATCH",
    # test_another_region.py.
    "REGION_CHANGED",
    # tests/terraform/contract/refusals.yaml.
    "TARGET_NOT_SUPPORTED",
    # test_drift.py.
    "DATA_SYNC_MISSING",
    # tests/unit/preflight.
    "DATA_SYNC_QUOTA",
    "MANAGEMENT_ACCOUNT_TARGETED",
    "NO_ACCOUNT_TARGETED",
    # test_existing_organization.py.
    "CONTROL_TOWER_DRIFT",
    "DEFAULT_HOST_MANAGEMENT_ROLE_NOT_FOUND",
    "DEFAULT_HOST_MANAGEMENT_ROLE_REPLACED",
    # Findings after a deployment: test_failed_deployment.py.
    "DEPLOYMENT_FAILED",
    "NODES_FAILED",
}


@dataclass(frozen=True)
class Row:
    """A code, and texts of its subject, message and remedy in a plan of the scenario `troubled`."""

    code: str
    texts: tuple[str, ...]


ERRORS = (
    Row("ADMINISTRATOR_IS_MANAGEMENT_ACCOUNT", (MANAGEMENT, "is the management account", "Give a member account.")),
    Row("ADMINISTRATOR_NOT_ACTIVE_MEMBER", (_SUSPENDED, "SUSPENDED", "Give an active member account.")),
    Row(
        "ANOTHER_ADMINISTRATOR_REGISTERED",
        (f"account {_OTHER}", "takes one only", "deregister-delegated-administrator"),
    ),
    Row("REGION_NOT_SUPPORTED", ("default-host-management", "does not support eu-south-2", "Use ap-northeast-1")),
    Row(
        "SCAN_CONFLICT",
        ("scan and console-host-management", "r-sbox in us-east-1", "Set ScanInstances of console-host"),
    ),
    Row(
        "CONFIGURATION_COLLISION",
        ("host-management and console-host-management", "r-sbox in us-east-1", "Delete one of them"),
    ),
    Row(
        "DUPLICATE_CONFIGURATION",
        ('configuration manager "console-policy"', "has 2 of this type", "discard --deployed ARN"),
    ),
    Row("TARGET_NOT_FOUND", ("lost", "no organizational unit ou-sbox-99999999", "target_organizational_unit_ids")),
    Row("EXISTS_ALREADY", ('configuration manager "nightly"', "created manually", "report.py adopt")),
    Row(
        "SETTING_RECORD_UNREADABLE",
        ("/systems-manager-organization/settings/another", "aws ssm get-parameter-history --region us-east-1"),
    ),
    Row("SETTING_CONFLICT", ("account-placement/administrator", "another", "would undo each other")),
    # Warnings by default, errors by `severities`.
    Row("OU_NOT_EXCLUSIVE", ("ou-sbox-", f"also holds {_OTHER}", "Move the others elsewhere")),
    Row("CLOUD9_ENVIRONMENT", ("444444444444 us-east-1", "workshop (0a1b2c3d", "aws cloud9 delete-environment")),
)
WARNINGS = (
    Row("ACCOUNT_NOT_READABLE", ("555555555555, 666666666666", "could not be assumed", "Create the role there")),
    Row("CHANGE_MANAGER_CLOSED", ("change-manager", "closed Change Manager to new customers", "Remove change_manager")),
    Row("CLOUD9_ENVIRONMENT", ("444444444444 us-east-1", "workshop (0a1b2c3d", "aws cloud9 delete-environment")),
    Row("OU_NOT_EXCLUSIVE", ("ou-sbox-", f"also holds {_OTHER}", "Move the others elsewhere")),
    Row(
        "OVERLAPPING_CONFIGURATION",
        ("scan and console-policy", "r-sbox in us-east-1", "Remove the organizational units"),
    ),
    # An error by default, a warning by `severities`.
    Row(
        "SCAN_CONFLICT", ("scan and console-host-management", "overwrite each other's compliance", "Set ScanInstances")
    ),
    Row("LOG_BUCKET_NOT_FOUND", ("scan", "there is no bucket of this name", "Create the bucket first")),
    # A note by default, a warning by `severities`.
    Row("SUSPENDED_ACCOUNT_TARGETED", (_SUSPENDED, "Former Campaign", "after 90 days")),
)


def _write(sandbox: Sandbox, workspaces: Workspaces, calls: dict[str, dict[str, Any]]) -> Terraform:
    modules = {name: {"source": "../module", "regions": ["us-east-1"], **call} for name, call in calls.items()}
    return workspaces.call_modules(modules, sandbox.environment())


def _unit_id(sandbox: Sandbox) -> str:
    """The organizational unit with all accounts except the administrator."""
    (unit,) = child_units(sandbox).values()
    return unit


@pytest.fixture(scope="module")
def errors(workspaces: Workspaces, sandbox_of_session: Sandbox) -> Sequence[Diagnostic]:
    sandbox = sandbox_of_session
    sandbox.reset(Scenario.named("troubled"))
    sandbox.client("organizations").register_delegated_administrator(
        AccountId=_OTHER, ServicePrincipal="ssm.amazonaws.com"
    )
    _record(sandbox, "another", {"account-placement/administrator": _placed_elsewhere()})
    _record(sandbox, "another-version", {}, schema=2)
    for name in ("console-policy", "nightly"):
        _create_policy(sandbox, name)
    administrators = {"management": MANAGEMENT, "suspended": _SUSPENDED, "second": ADMINISTRATOR}
    calls: dict[str, dict[str, Any]] = {
        name: {"delegated_administrator": {"account_id": account}} for name, account in administrators.items()
    }
    calls["elsewhere"] = {"python_command": None, "default_host_management": {"regions": ["eu-south-2"]}}
    unit = {"id": _unit_id(sandbox)}
    calls["crowded"] = {
        "dedicated_organizational_unit": unit,
        "preflight": {"severities": {"OU_NOT_EXCLUSIVE": "error"}},
    }
    calls["lost"] = {"patch_policies": {"lost": {"target_organizational_unit_ids": ["ou-sbox-99999999"]}}}
    calls["duplicate"] = {"patch_policies": {"console-policy": {}}}
    calls["refused"] = {
        **_PATCH,
        "host_management": {},
        "preflight": {**_ROLE, "severities": {"CLOUD9_ENVIRONMENT": "error"}},
    }
    # Errors of the steps themselves, which preflight must not prevent.
    tolerant = {"severities": {"SETTING_RECORD_UNREADABLE": "warning", "SCAN_CONFLICT": "warning"}}
    calls["existing"] = {"patch_policies": {"nightly": {}}, "preflight": tolerant}
    calls["placed"] = {
        "dedicated_organizational_unit": unit,
        "delegated_administrator": {
            "account_id": ADMINISTRATOR,
            "service_principals": ["resource-explorer-2.amazonaws.com"],
        },
        "preflight": tolerant,
    }
    with pytest.raises(TerraformError) as failed:
        _write(sandbox, workspaces, calls).plan()
    assert_no_violations(sandbox)
    return failed.value.report.errors


def _record(sandbox: Sandbox, installation: str, settings: dict[str, Any], *, schema: int = 1) -> None:
    sandbox.client("ssm").put_parameter(
        Name=f"/systems-manager-organization/settings/{installation}",
        Value=json.dumps({"schema": schema, "settings": settings}),
        Type="String",
    )


def _placed_elsewhere() -> dict[str, Any]:
    return {
        "subject": ADMINISTRATOR,
        "value": "ou-sbox-99999999",
        "previous": "r-sbox",
        "change": "",
        "retained": False,
        "reverted": False,
    }


def _create_policy(sandbox: Sandbox, name: str) -> None:
    """A patch policy with the parameters of console-policy."""
    quick_setup = sandbox.client("ssm-quicksetup")
    iam = sandbox.client("iam")
    if name == "console-policy":
        for role in ("Administration", "Execution"):
            iam.create_role(RoleName=role, AssumeRolePolicyDocument=_TRUST)
    arn = next(arn for found, arn in managers(sandbox) if found == "console-policy")
    (definition,) = quick_setup.get_configuration_manager(ManagerArn=arn)["ConfigurationDefinitions"]
    quick_setup.create_configuration_manager(
        Name=name,
        ConfigurationDefinitions=[
            {
                "Type": definition["Type"],
                "Parameters": definition["Parameters"],
                "LocalDeploymentAdministrationRoleArn": f"arn:aws:iam::{MANAGEMENT}:role/Administration",
                "LocalDeploymentExecutionRoleName": "Execution",
            }
        ],
    )


@pytest.fixture(scope="module")
def warnings(workspaces: Workspaces, sandbox_of_session: Sandbox) -> Sequence[Diagnostic]:
    sandbox = sandbox_of_session
    sandbox.reset(Scenario.named("troubled"))
    calls: dict[str, dict[str, Any]] = {
        "warned": {
            "patch_policies": {"scan": {"log_bucket": _LOGS}, "second": {"regions": ["eu-west-1", "us-east-1"]}},
            "regions": ["ap-east-1", "us-east-1"],
            "dedicated_organizational_unit": {"id": _unit_id(sandbox)},
            "delegated_administrator": {"account_id": ADMINISTRATOR},
            "default_host_management": {},
            "change_manager": {"job_function": "Operations"},
            "preflight": {**_ROLE, "severities": {"SCAN_CONFLICT": "warning", **_NOTED}},
        },
    }
    terraform = _write(sandbox, workspaces, calls)
    _support_an_opt_in_region(terraform)
    plan = plan_read_only(terraform, sandbox)
    assert_no_violations(sandbox)
    return plan.warnings


def _support_an_opt_in_region(terraform: Terraform) -> None:
    """None of the Regions that Quick Setup supports today is an opt-in Region."""
    file = terraform.directory.parent / "module" / "modules" / "quick-setup-configuration" / "regions.json"
    file.write_text(json.dumps([*json.loads(file.read_text()), "ap-east-1"]))


def _lines(diagnostics: Sequence[Diagnostic], row: Row) -> str:
    """The lines with the code; Terraform does not wrap them."""
    lines = [line for diagnostic in diagnostics for line in diagnostic.detail.splitlines() if row.code in line]
    assert lines, f"{row.code} is missing in:\n" + "\n".join(map(str, diagnostics))
    return "\n".join(lines)


@pytest.mark.parametrize("row", ERRORS, ids=lambda row: row.code)
def test_error(errors: Sequence[Diagnostic], row: Row) -> None:
    lines = _lines(errors, row)
    assert not [text for text in row.texts if text not in lines], lines


@pytest.mark.parametrize("row", WARNINGS, ids=lambda row: row.code)
def test_warning(warnings: Sequence[Diagnostic], row: Row) -> None:
    lines = _lines(warnings, row)
    assert not [text for text in row.texts if text not in lines], lines


def test_warnings_are_sorted_and_short(warnings: Sequence[Diagnostic]) -> None:
    warning = max(warnings, key=lambda warning: len(warning.detail))
    assert warning.detail.startswith("The preflight checks returned warnings")
    codes = [line.split()[1] for line in warning.detail.splitlines()[1:]]
    assert codes == sorted(codes)
    assert all(len(line) < 700 for line in warning.detail.splitlines())


def _findings(plan: Plan) -> list[dict[str, str]]:
    found: list[dict[str, str]] = plan.document["planned_values"]["outputs"]["findings"]["value"]
    return found


def test_every_code_has_a_row() -> None:
    assert {row.code for row in (*ERRORS, *WARNINGS)} | _TESTED_ELSEWHERE == set(_CATALOGUE)


def test_no_finding(sandbox: Sandbox, configure: Configure) -> None:
    terraform = configure(
        **_PATCH, default_host_management={}, delegated_administrator={"account_id": ADMINISTRATOR}, preflight=_ROLE
    )
    plan = plan_read_only(terraform, sandbox)
    assert not plan.warnings
    assert [(finding["severity"], finding["message"]) for finding in _findings(plan)] == [
        ("note", "Only checked in accounts to which a configuration is not deployed yet.")
    ]


@pytest.mark.scenario("troubled")
def test_severities_in_the_output(sandbox: Sandbox, configure: Configure) -> None:
    off = ("OVERLAPPING_CONFIGURATION", "SUSPENDED_ACCOUNT_TARGETED", "SCAN_CONFLICT", "DATA_SYNC_QUOTA")
    sandbox.client("organizations").register_delegated_administrator(
        AccountId=_OTHER, ServicePrincipal="ssm.amazonaws.com"
    )
    # An error whose check did not run does not fail the plan, and the output has a note.
    severities = {
        **dict.fromkeys(off, "off"),
        "ANOTHER_ADMINISTRATOR_REGISTERED": "warning",
        "CLOUD9_ENVIRONMENT": "error",
    }
    terraform = configure(
        **_PATCH, delegated_administrator={"account_id": ADMINISTRATOR}, preflight={"severities": severities}
    )
    plan = plan_read_only(terraform, sandbox)
    warnings = "\n".join(warning.detail for warning in plan.warnings)
    assert "ANOTHER_ADMINISTRATOR_REGISTERED ssm.amazonaws.com: account 333333333333" in warnings
    assert not [code for code in off if code in warnings]
    notes = [(finding["code"], finding["message"]) for finding in _findings(plan) if finding["severity"] == "note"]
    assert {code for code, message in notes if "Turned off" in message} == set(off)
    assert ("ANOTHER_ADMINISTRATOR_REGISTERED", "The severity is warning; the default is error.") in notes
    assert [message.split(":")[0] for code, message in notes if code == "CLOUD9_ENVIRONMENT"] == [
        "Not checked",
        "The severity is error; the default is warning.",
    ]
