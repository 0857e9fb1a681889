"""Every input of the root module in one apply, and a destroy that restores the organization."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from harness.assertions import assert_clean_destroy
from harness.complete import ADMINISTRATOR
from harness.organization import child_units, managers, root_id
from terraform.expectations import (
    ALLOWED_CALLS,
    MANAGEMENT,
    RETAINED_BUCKETS,
    RETAINED_ROLES,
    RETAINED_SETTINGS,
)

if TYPE_CHECKING:
    from sandbox import Sandbox
    from terraform.conftest import Configure

_PRINCIPALS = [
    "member.org.stacksets.cloudformation.amazonaws.com",
    "resource-explorer-2.amazonaws.com",
    "ssm-quicksetup.amazonaws.com",
    "ssm.amazonaws.com",
]


@pytest.mark.scenario("realistic")
def test_every_input(sandbox: Sandbox, configure: Configure) -> None:
    baseline = sandbox.client("ssm").create_patch_baseline(Name="ours", OperatingSystem="WINDOWS")["BaselineId"]
    units = child_units(sandbox)
    before = sandbox.snapshot()
    terraform = configure(
        regions=["ap-northeast-1", "us-east-1"],
        target_organizational_unit_ids=[units["Security"]],
        dedicated_organizational_unit={"name": "SystemsManager", "parent_id": units["Security"]},
        delegated_administrator={"account_id": ADMINISTRATOR, "service_principals": _PRINCIPALS},
        trusted_access={"on_destroy": "restore"},
        resource_sharing={"on_destroy": "restore"},
        patch_policies={
            "install on Sundays": {
                "operation": "ScanAndInstall",
                "reboot_option": "RebootIfNeeded",
                "baselines": {"WINDOWS": baseline},
                "target_tag": {"key": "Patch", "value": '$(reboot) "now"'},
                "target_organizational_unit_ids": [units["Workloads"]],
                "regions": ["us-east-1"],
                "include_management_account": True,
            },
            "scan in the meantime": {
                "target_organizational_unit_ids": [units["Security"]],
                "regions": ["us-east-1"],
            },
        },
        default_host_management={"update_ssm_agent": False, "target_organizational_unit_ids": [root_id(sandbox)]},
        tags={"Owner": "platform"},
    )

    terraform.apply()

    after = sandbox.snapshot()
    assert after["delegated_administrators"] == {principal: [ADMINISTRATOR] for principal in _PRINCIPALS}
    assert after["trusted_access"] == sorted([*_PRINCIPALS, "ram.amazonaws.com"])
    assert _deployed(sandbox) == {
        "default-host-management": {
            (account, region)
            for account in (ADMINISTRATOR, "333333333333", "444444444444", "555555555555", "666666666666")
            for region in ("ap-northeast-1", "us-east-1")
        },
        "install on Sundays": {
            ("444444444444", "us-east-1"),
            ("555555555555", "us-east-1"),
            ("666666666666", "us-east-1"),
        },
        "install on Sundays-management-account": {(MANAGEMENT, "us-east-1")},
        "scan in the meantime": {(ADMINISTRATOR, "us-east-1"), ("333333333333", "us-east-1")},
    }
    parameters = _parameters(sandbox, "install on Sundays")
    baselines = json.loads(parameters["SelectedPatchBaselines"])
    assert parameters["TargetTagValue"] == '$(reboot) "now"'
    assert baselines["WINDOWS"] == {"value": baseline, "label": "ours", "disabled": False}
    assert len(baselines) > 1, "other operating systems have AWS's default"

    assert_clean_destroy(
        terraform,
        sandbox,
        before,
        allowed_calls=(
            *ALLOWED_CALLS,
            "organizations:DisableAWSServiceAccess",
            "cloudformation:DeactivateOrganizationsAccess",
            "organizations:TagResource",
            "ram:EnableSharingWithAwsOrganization",
        ),
        retained=(*RETAINED_ROLES, *RETAINED_BUCKETS, *RETAINED_SETTINGS),
        warnings=("Check block assertion failed",),  # of associations on nodes
    )


def _deployed(sandbox: Sandbox) -> dict[str, set[tuple[str, str]]]:
    client = sandbox.client("ssm-quicksetup")
    return {
        name: {
            (found["Account"], found["Region"])
            for found in client.list_configurations(ManagerArn=arn)["ConfigurationsList"]
        }
        for name, arn in managers(sandbox)
    }


def _parameters(sandbox: Sandbox, name: str) -> dict[str, str]:
    arn = dict(managers(sandbox))[name]
    manager = sandbox.client("ssm-quicksetup").get_configuration_manager(ManagerArn=arn)
    (definition,) = manager["ConfigurationDefinitions"]
    return dict(definition["Parameters"])
