"""An organization in which somebody did half of it before: nothing is made twice, nothing of theirs taken away."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from apply.expectations import ALLOWED_CALLS, MANAGEMENT
from support.closing import assert_closes
from support.complete import ADMINISTRATOR

if TYPE_CHECKING:
    from apply.conftest import Configure
    from sandbox import Sandbox

_ROLE = "arn:aws:iam::{}:role/AWS-QuickSetup-SSM-RoleForEnablingExplorer"
_TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "ssm.amazonaws.com"}, "Action": "sts:AssumeRole"}],
    }
)


def test_existing_organization(sandbox: Sandbox, configure: Configure) -> None:
    organizations = sandbox.client("organizations")
    (root,) = organizations.list_roots()["Roots"]
    unit = organizations.create_organizational_unit(ParentId=root["Id"], Name="Administrators")["OrganizationalUnit"]
    organizations.move_account(AccountId=ADMINISTRATOR, SourceParentId=root["Id"], DestinationParentId=unit["Id"])
    organizations.enable_aws_service_access(ServicePrincipal="ssm.amazonaws.com")
    sandbox.client("cloudformation").activate_organizations_access()
    iam = sandbox.client("iam")
    iam.create_service_linked_role(AWSServiceName="ssm-quicksetup.amazonaws.com")
    iam.create_service_linked_role(AWSServiceName="ssm.amazonaws.com")
    iam.create_role(RoleName="AWS-QuickSetup-SSM-RoleForEnablingExplorer", AssumeRolePolicyDocument=_TRUST)
    sandbox.client("ssm-quicksetup").update_service_settings(ExplorerEnablingRoleArn=_ROLE.format(MANAGEMENT))
    before = sandbox.snapshot()

    terraform = configure(
        dedicated_organizational_unit={"id": unit["Id"]},
        delegated_administrator={"account_id": ADMINISTRATOR},
        trusted_access={"on_destroy": "restore"},
    )
    terraform.apply()

    after = sandbox.snapshot()
    assert after["organization"] == before["organization"]
    assert after["trusted_access"] == before["trusted_access"]
    assert after["service_linked_roles"] == before["service_linked_roles"]
    assert after["delegated_administrators"] == {"ssm.amazonaws.com": [ADMINISTRATOR]}
    done = {f"{call.service}:{call.operation}" for call in sandbox.calls}
    assert not done & {
        "organizations:EnableAWSServiceAccess",
        "organizations:MoveAccount",
        "cloudformation:ActivateOrganizationsAccess",
        "iam:CreateServiceLinkedRole",
    }
    assert_closes(terraform, sandbox, before, allowed_calls=ALLOWED_CALLS)
