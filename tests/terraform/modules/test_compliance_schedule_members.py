"""modules/compliance-schedule with access to members: its build counts what is not managed, and sends findings."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest

from harness.assertions import assert_plan_empty, plan_read_only
from harness.workspace import REPOSITORY
from sandbox.services.securityhub.models import securityhub_backend_of
from terraform.modules.codebuild import BUILD, run_build
from unit.compliance.test_exploitation import CATALOG, ENTRIES, HEAD, KERNEL
from unit.golden_fleet import (
    ADMINISTRATOR,
    BILLING,
    MANAGEMENT,
    NODES,
    NONCOMPLIANT,
    SEARCH,
    TOKYO,
    VIRGINIA,
)
from unit.golden_fleet import FLEET as GOLDEN

if TYPE_CHECKING:
    from pathlib import Path

    from harness.workspace import Workspaces
    from sandbox import Sandbox

_ROLE = "PatchComplianceReader"
# All signs that AWS allows in the key of an account's tag, and that a command line could take for something else.
_OWNER_TAG = "-cost center/owner=team"
# All other signs that a key may have.
_KEV = "CISA/known_exploited!('vulnerabilities')=+@1:2,3-4.json"
# Also of node 13, whose scan counts as well.
_FINDINGS = NONCOMPLIANT + 1
_MEMBERS = (MANAGEMENT, BILLING, SEARCH)


@pytest.mark.timeout(600)
def test_coverage_and_findings(sandbox: Sandbox, workspaces: Workspaces, tmp_path: Path) -> None:
    sandbox.reset(GOLDEN)
    call = {
        "source": "../module/modules/compliance-schedule",
        "member_access": {"role_name": _ROLE, "security_hub": True},
        # The build has the time of the machine, and the nodes that of the sandbox.
        "report": {
            "regions": [TOKYO, VIRGINIA],
            "fail_on": ["unmanaged"],
            "stale_after_days": 3650,
            "account_owner_tag": _OWNER_TAG,
            "accounts": [ADMINISTRATOR, MANAGEMENT, BILLING],
            "grace_hours": 48,
            "kev": f"s3://security-feeds/{_KEV}",
            "epss": "s3://security-feeds/epss.csv.gz",
            "by": "owner",
        },
    }
    terraform = workspaces.call_modules(
        {"schedule": call}, sandbox.environment(ADMINISTRATOR), output={"schedule": {"value": "${module.schedule}"}}
    )
    sandbox.client("organizations").tag_resource(ResourceId=BILLING, Tags=[{"Key": _OWNER_TAG, "Value": "finance"}])
    _upload_catalogs(sandbox)
    terraform.apply()
    assert_plan_empty(plan_read_only(terraform, sandbox))
    schedule = terraform.output()["schedule"]
    for account_id in _MEMBERS:
        _create_role(sandbox, account_id, schedule["build_role_arn"])
    for account_id in (ADMINISTRATOR, *_MEMBERS):
        for region in (TOKYO, VIRGINIA):
            securityhub_backend_of(account_id, region).enable_security_hub()
    (project,) = sandbox.client("codebuild", ADMINISTRATOR).batch_get_projects(names=[schedule["project_name"]])[
        "projects"
    ]

    completed = run_build(sandbox, project, tmp_path)
    # Nodes 14, 15 and 23 are not managed.
    assert completed.returncode == 2, completed.stderr
    document = _document(sandbox, schedule["bucket_name"])
    owners = {(node["account_id"], node["owner"]) for node in document["nodes"]}
    assert owners == {(MANAGEMENT, ""), (ADMINISTRATOR, ""), (BILLING, "finance")}
    assert {group["owner"] for group in document["groups"]} == {"", "finance"}
    assert document["scope"]["account_ids"] == sorted([ADMINISTRATOR, MANAGEMENT, BILLING])
    assert document["exploitation"] == [
        "CISA KEV, version 2026.01.03 of 2026-01-03, 2 CVEs",
        "FIRST EPSS, model v2025.03.14 of 2026-01-04",
    ]
    assert {patch["epss"] for patch in document["patches"] if patch["known_exploited"] == "yes"} == {0.09}
    coverage = document["coverage"]
    assert (coverage["nodes"], coverage["unmanaged"], coverage["stopped"]) == (NODES, 2, 1)
    assert f"Security Hub has accepted {_FINDINGS} findings of {_FINDINGS}." in completed.stderr
    account_regions = [
        (account_id, region) for account_id in (ADMINISTRATOR, *_MEMBERS) for region in (TOKYO, VIRGINIA)
    ]
    assert sum(len(securityhub_backend_of(*account_region).findings) for account_region in account_regions) == _FINDINGS


def _upload_catalogs(sandbox: Sandbox) -> None:
    """The files of CISA and FIRST, in a bucket of the administrator account that nothing else of the build is in."""
    s3 = sandbox.client("s3", ADMINISTRATOR)
    s3.create_bucket(Bucket="security-feeds")
    s3.put_object(Bucket="security-feeds", Key=_KEV, Body=json.dumps({**CATALOG, "vulnerabilities": ENTRIES}).encode())
    scores = gzip.compress(f"{HEAD}{KERNEL},0.09,0.9\n".encode())
    s3.put_object(Bucket="security-feeds", Key="epss.csv.gz", Body=scores)


def _create_role(sandbox: Sandbox, account_id: str, build_role_arn: str) -> None:
    """The role of a member account, as docs/iam has it, which trusts the role of the build alone."""
    trust = {"Effect": "Allow", "Principal": {"AWS": build_role_arn}, "Action": "sts:AssumeRole"}
    iam = sandbox.client("iam", account_id)
    role = iam.create_role(
        RoleName=_ROLE, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    )["Role"]
    policies = [
        json.loads((REPOSITORY / f"docs/iam/{name}.json").read_text()) for name in ("member", "member-security-hub")
    ]
    sandbox.permissions.enforce(role["Arn"], *policies)


def _document(sandbox: Sandbox, bucket: str) -> Any:
    s3 = sandbox.client("s3", ADMINISTRATOR)
    keys = [item["Key"] for item in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    (key,) = [key for key in keys if key.endswith(f"/{BUILD}/compliance.json")]
    return json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
