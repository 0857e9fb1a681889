"""What the tests of the sandbox's services share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from sandbox_tests.cases.organization_stack_sets import ADMINISTRATOR, PRINCIPAL
from sandbox_tests.cases.quick_setup import ADMINISTRATION_ROLE, MANAGEMENT, policy

if TYPE_CHECKING:
    from sandbox import Sandbox

ExpectClientError = Callable[..., AbstractContextManager[None]]


@pytest.fixture
def client_error() -> ExpectClientError:
    """Expect an AWS error: `with refused("InvalidInputException", "INPUT_REQUIRED"): ...`."""

    @contextmanager
    def expect(code: str, reason: str | None = None) -> Iterator[None]:
        with pytest.raises(ClientError) as caught:
            yield
        assert caught.value.response["Error"]["Code"] == code, caught.value
        assert caught.value.response.get("Reason") == reason

    return expect


@pytest.fixture
def cloudformation(sandbox: Sandbox) -> Any:
    """CloudFormation of the management account."""
    return sandbox.client("cloudformation")


@pytest.fixture
def quick_setup(sandbox: Sandbox) -> Any:
    """Quick Setup of the management account, in an organization that it can deploy to."""
    sandbox.client("cloudformation").activate_organizations_access()
    sandbox.client("organizations").enable_aws_service_access(ServicePrincipal="ssm.amazonaws.com")
    return sandbox.client("ssm-quicksetup")


@pytest.fixture
def roles(sandbox: Sandbox) -> Any:
    """IAM of the management account, with the local roles."""
    iam = sandbox.client("iam")
    iam.create_role(
        RoleName="AWS-QuickSetup-Administration",
        AssumeRolePolicyDocument=policy(
            Principal={"Service": "cloudformation.amazonaws.com"},
            Condition={
                "StringEquals": {"aws:SourceAccount": MANAGEMENT},
                "ArnLike": {"aws:SourceArn": f"arn:aws:cloudformation:*:{MANAGEMENT}:stackset/AWS-QuickSetup-*"},
            },
        ),
    )
    iam.create_role(
        RoleName="AWS-QuickSetup-Execution",
        AssumeRolePolicyDocument=policy(Principal={"AWS": ADMINISTRATION_ROLE}),
    )
    iam.put_role_policy(
        RoleName="AWS-QuickSetup-Administration",
        PolicyName="AssumeExecutionRole",
        PolicyDocument=policy(Resource=f"arn:aws:iam::{MANAGEMENT}:role/AWS-QuickSetup-Execution"),
    )
    for name in ("AWSQuickSetupDeploymentRolePolicy", "AWSQuickSetupPatchPolicyDeploymentRolePolicy"):
        iam.attach_role_policy(RoleName="AWS-QuickSetup-Execution", PolicyArn=f"arn:aws:iam::aws:policy/{name}")
    return iam


@pytest.fixture
def organization_stack_sets(sandbox: Sandbox) -> Any:
    """CloudFormation of the delegated administrator of StackSets, which are activated."""
    sandbox.client("cloudformation").activate_organizations_access()
    sandbox.client("organizations").register_delegated_administrator(
        AccountId=ADMINISTRATOR, ServicePrincipal=PRINCIPAL
    )
    return sandbox.client("cloudformation", ADMINISTRATOR)
