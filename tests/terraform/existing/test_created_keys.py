"""A key that a module created, and another one that is given later: refused, as what is encrypted could not be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from harness.complete import ADMINISTRATOR
from harness.examples import UNIFIED_CONSOLE, register_administrator
from harness.organization import root_id
from harness.results import TerraformError
from harness.workspace import change_inputs

if TYPE_CHECKING:
    from harness.workspace import Workspaces
    from sandbox import Sandbox

_REGIONS = ["us-east-1"]
# Each with what records that the key was created.
_CREATED = [
    "module.access.aws_kms_key.recordings",
    "module.access.terraform_data.recording_key_created",
    "module.preferences.aws_kms_key.this",
    "module.preferences.terraform_data.key_created",
    "module.schedule.aws_kms_key.this",
    "module.schedule.terraform_data.key_created",
]


@pytest.mark.scenario("bare")
def test_another_key_is_refused_while_the_bucket_is_there(sandbox: Sandbox, workspaces: Workspaces) -> None:
    register_administrator(sandbox, *UNIFIED_CONSOLE)
    console = {"home_region": "us-east-1", "regions": _REGIONS, "targets": [root_id(sandbox)]}
    calls: dict[str, dict[str, Any]] = {
        "access": {
            "source": "../module/modules/just-in-time-node-access",
            "regions": _REGIONS,
            "unified_console": console,
            "rdp_recording": {},
        },
        "preferences": {"source": "../module/modules/session-manager-preferences", "regions": _REGIONS, "bucket": {}},
        "schedule": {
            "source": "../module/modules/compliance-schedule",
            "member_access": {"role_name": "OrganizationAccountAccessRole"},
        },
    }
    terraform = workspaces.call_modules(calls, sandbox.environment(ADMINISTRATOR))
    terraform.apply(target=_CREATED)

    given = {"kms_key_arn": sandbox.client("kms", ADMINISTRATOR).create_key()["KeyMetadata"]["Arn"]}
    change_inputs(terraform, "access", rdp_recording=given)
    change_inputs(terraform, "preferences", bucket=given)
    change_inputs(terraform, "schedule", **given)
    with pytest.raises(TerraformError) as refused:
        terraform.plan(target=_CREATED)
    for name in ("rdp_recording.kms_key_arn", "bucket.kms_key_arn", "kms_key_arn"):
        assert f'{name} is "{given["kms_key_arn"]}", but the module created a key' in str(refused.value)

    # Without its bucket a key encrypts nothing.
    change_inputs(terraform, "access", rdp_recording=None)
    change_inputs(terraform, "preferences", bucket=None)
    change_inputs(terraform, "schedule", kms_key_arn=None)
    terraform.plan(target=_CREATED)
