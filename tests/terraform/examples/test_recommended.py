"""examples/recommended: applied in both accounts, planned again, what each account has, destroyed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from harness.assertions import assert_plan_empty, assert_same, plan_read_only
from harness.complete import ADMINISTRATOR, checkout_recommended
from harness.node_access import AUTOMATIC, Requester, create_recording_key, decide
from harness.results import TerraformError
from sandbox.services.ssmguiconnect.models import gui_connect_of
from terraform.expectations import (
    MANAGEMENT,
    OTHER_MEMBER,
    RETAINED_ACCESS,
    RETAINED_BUCKETS,
    RETAINED_ROLES,
    RETAINED_SETTINGS,
)

if TYPE_CHECKING:
    from harness.workspace import Workspaces
    from sandbox import Sandbox

_REGIONS = ("ap-northeast-1", "us-east-1")
_SHARING = "/ssm/documents/console/public-sharing-permission"
_AUTOMATIC = "SSM-JustInTimeAccessAutoApprovalPolicy"
_EVERYTHING = {
    "schemaVersion": "0.3",
    "accessTokenRole": "SSM-JustInTimeAccessTokenRole",
    "AutoApprovalPolicyDocuments": [{"type": "Cedar", "content": "permit (principal, action, resource);"}],
}


@pytest.mark.timeout(900)
@pytest.mark.scenario("bare")
def test_both_accounts(sandbox: Sandbox, workspaces: Workspaces) -> None:
    key_arn = create_recording_key(sandbox, "ap-northeast-1")
    before = sandbox.snapshot()
    both = checkout_recommended(workspaces, sandbox)
    both.administrator.variables["rdp_recording_key_arn"] = key_arn
    both.management.apply()
    both.pass_variables()
    assert not both.administrator.apply().warnings
    sandbox.clock.advance(86400)

    for account_id in (ADMINISTRATOR, OTHER_MEMBER):
        for region in _REGIONS:
            ssm = sandbox.client("ssm", account_id, region)
            preferences = json.loads(ssm.get_document(Name="SSM-SessionManagerRunShell")["Content"])
            assert preferences["inputs"]["s3KeyPrefix"] == f"sessions/{account_id}/{region}"
            assert json.loads(ssm.get_document(Name="production")["Content"])["accessDuration"] == str(8 * 3600)
            recorded = gui_connect_of(account_id, region).preferences
            assert recorded
            assert recorded["KMSKeyArn"] == key_arn.replace("us-east-1", region)
    # What a member approves automatically does not reach production.
    ssm = sandbox.client("ssm", OTHER_MEMBER)
    ssm.create_document(Name=_AUTOMATIC, DocumentType="AutoApprovalPolicy", Content=json.dumps(_EVERYTHING))
    account_region, home = (OTHER_MEMBER, "us-east-1"), (ADMINISTRATOR, "us-east-1")
    assert decide(sandbox, account_region, home, Requester(), {"Environment": "Test"}) == AUTOMATIC
    assert decide(sandbox, account_region, home, Requester(), {"Environment": "Production"}) == "production"
    ssm.delete_document(Name=_AUTOMATIC)
    settings = sandbox.snapshot()["service_settings"]
    assert {settings[f"{account_id} us-east-1"][_SHARING] for account_id in (MANAGEMENT, OTHER_MEMBER)} == {"Disable"}
    managers = sandbox.snapshot()["quick_setup"]
    types = {
        definition["type"].removeprefix("AWSQuickSetupType-")
        for account in managers.values()
        for manager in account["configuration_managers"]
        for definition in manager["definitions"]
    }
    assert types == {"DHMC", "PatchPolicy", "SSM", "JITNA"}
    for terraform in (both.management, both.administrator):
        assert_plan_empty(plan_read_only(terraform, sandbox))

    registered = sandbox.snapshot()["delegated_administrators"]
    with pytest.raises(TerraformError) as wrong_order:
        both.management.destroy()
    error = " ".join(str(wrong_order.value).split())
    assert (
        f"account {ADMINISTRATOR} cannot be deregistered as the delegated administrator of {', '.join(registered)}"
        in error
    )
    for lost in (
        "session-manager-preferences (us-east-1)",
        "just-in-time-node-access (arn:aws:ssm-quicksetup:us-east-1:",
    ):
        assert lost in error
    assert sandbox.snapshot()["delegated_administrators"] == registered

    both.administrator.destroy()
    both.management.destroy()
    sandbox.clock.advance(3600)
    retained = (*RETAINED_ACCESS, *RETAINED_ROLES, *RETAINED_SETTINGS, *RETAINED_BUCKETS, "kms_keys/*")
    assert_same(before, sandbox.snapshot(), retained=retained)
