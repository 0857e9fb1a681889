"""Patch baselines of an account's own, and its default ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from sandbox import Sandbox

RULES = {
    "PatchRules": [{"PatchFilterGroup": {"PatchFilters": [{"Key": "PRODUCT", "Values": ["*"]}]}, "ApproveAfterDays": 7}]
}


@pytest.fixture
def ssm(sandbox: Sandbox) -> Any:
    return sandbox.client("ssm")


def defaults(ssm: Any, system: str) -> list[str]:
    found = ssm.describe_patch_baselines(Filters=[{"Key": "OPERATING_SYSTEM", "Values": [system]}])
    return [one["BaselineId"] for one in found["BaselineIdentities"] if one["DefaultBaseline"]]


def test_a_baseline_is_read_as_it_was_made(ssm: Any) -> None:
    baseline_id = ssm.create_patch_baseline(Name="own", OperatingSystem="UBUNTU", ApprovalRules=RULES)["BaselineId"]
    found = ssm.get_patch_baseline(BaselineId=baseline_id)
    assert (found["Name"], found["OperatingSystem"], found["ApprovalRules"]) == ("own", "UBUNTU", RULES)
    assert found["ApprovedPatchesComplianceLevel"] == "UNSPECIFIED"
    assert found["GlobalFilters"] == {"PatchFilters": []}
    updated = ssm.update_patch_baseline(BaselineId=baseline_id, RejectedPatches=["KB1"])
    assert (updated["RejectedPatches"], updated["ApprovalRules"]) == (["KB1"], RULES)
    replaced = ssm.update_patch_baseline(BaselineId=baseline_id, Name="other", Replace=True)
    assert (replaced["Name"], replaced["RejectedPatches"]) == ("other", [])
    assert replaced["ApprovalRules"] == {"PatchRules": []}


def test_the_default_baseline_of_an_account(ssm: Any, client_error: Any) -> None:
    (of_aws,) = defaults(ssm, "UBUNTU")
    own = ssm.create_patch_baseline(Name="own", OperatingSystem="UBUNTU")["BaselineId"]
    ssm.register_default_patch_baseline(BaselineId=own)
    assert defaults(ssm, "UBUNTU") == [own]
    assert ssm.get_default_patch_baseline(OperatingSystem="UBUNTU")["BaselineId"] == own
    with client_error("ResourceInUseException"):
        ssm.delete_patch_baseline(BaselineId=own)
    ssm.register_default_patch_baseline(BaselineId=of_aws)
    assert defaults(ssm, "UBUNTU") == [of_aws]
    assert ssm.delete_patch_baseline(BaselineId=own)["BaselineId"] == own
    with client_error("DoesNotExistException"):
        ssm.get_patch_baseline(BaselineId=own)


def test_a_baseline_of_aws(ssm: Any) -> None:
    found = ssm.get_patch_baseline(BaselineId=ssm.get_default_patch_baseline()["BaselineId"])
    assert (found["Name"], found["OperatingSystem"]) == ("AWS-DefaultPatchBaseline", "WINDOWS")
