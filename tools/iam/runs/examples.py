"""Runs of examples/complete, and of what it does not do."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from harness.complete import ADMINISTRATOR, checkout_complete
from harness.results import TerraformError
from sandbox.services.organizations.accounts import DEFAULT_ACCESS_ROLE
from sandbox_tests.cases.quick_setup import HOST_MANAGEMENT
from tools.iam.roles import ADMINISTRATION, ADMINISTRATOR_PLAN, APPLY, PLAN, REPORT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from harness.complete import Complete
    from harness.workspace import Workspaces
    from sandbox import Sandbox
    from tools.iam.runs.recorder import PermissionRecorder

# Without OpsCenter it is missing in the administrator account, and Explorer's module creates it.
_ACCOUNT_DISCOVERY = "AWSServiceRoleForAmazonSSM_AccountDiscovery"
_DEFAULT_HOST_MANAGEMENT = "/ssm/managed-instance/default-ec2-instance-management-role"
_LOG_BUCKET = "logs-of-patch-commands"
_FAILING = ("333333333333", "us-east-1")
_CHANGES: dict[str, Any] = {
    "variable": {
        "unit_name": {"default": "SystemsManager"},
        "update_ssm_agent": {"default": True},
        "tags": {"default": {"Owner": "cloud"}},
    },
    "modules": {
        "systems_manager": {
            "source": "../module",
            "regions": ["us-east-1"],
            "dedicated_organizational_unit": {"name": "${var.unit_name}"},
            "default_host_management": {"update_ssm_agent": "${var.update_ssm_agent}"},
            "patch_policies": {"scan": {"log_bucket": {"name": _LOG_BUCKET, "region": "us-east-1"}}},
            "preflight": {"member_role_name": DEFAULT_ACCESS_ROLE},
            "trusted_access": {"on_destroy": "restore"},
            "resource_sharing": {"on_destroy": "restore"},
            "tags": "${var.tags}",
        }
    },
    "output": {"everything": {"value": "${module.systems_manager}"}},
}


def run_complete(
    recorder: PermissionRecorder, copies: Workspaces, inspect: Callable[[Complete], None] = lambda _applied: None
) -> None:
    """examples/complete in both accounts, with tags: applied, Explorer's part changed, planned again, destroyed.

    `inspect` is called with both after they are applied.
    """
    recorder.begin("realistic")
    sandbox = recorder.sandbox
    both = checkout_complete(copies, sandbox)
    management, administrator = both.management, both.administrator
    for terraform in (management, administrator):
        terraform.variables["tags"] = {"Owner": "cloud"}
    with recorder.assuming(APPLY):
        recorder.record_warnings(management.apply())
        recorder.record_lost_state(management)
    both.pass_variables()
    sandbox.client("iam", ADMINISTRATOR).delete_service_linked_role(RoleName=_ACCOUNT_DISCOVERY)
    changes = {"regions": ["us-east-1"]}
    with recorder.assuming(ADMINISTRATION):
        recorder.record_warnings(administrator.apply())
        recorder.record_lost_state(administrator)
    inspect(both)
    with recorder.assuming(ADMINISTRATOR_PLAN):
        recorder.record_warnings(administrator.plan())
        recorder.record_lost_state(administrator)
    with recorder.assuming(ADMINISTRATION):
        recorder.record_warnings(administrator.apply(changes))
        recorder.record_report("ops-data", "--json", account_id=ADMINISTRATOR)
    with recorder.assuming(PLAN):
        recorder.record_warnings(management.plan())
        recorder.record_lost_state(management)
    with _managed_nodes_in_the_management_account(sandbox), recorder.assuming(REPORT):
        recorder.record_report(
            "compliance", "--patches", "all", "--format", "json", "--regions", "ap-northeast-1,us-east-1"
        )
    with recorder.assuming(ADMINISTRATION):
        recorder.record_warnings(administrator.destroy(changes))
    with recorder.assuming(APPLY):
        recorder.record_warnings(management.destroy())


def run_changes(recorder: PermissionRecorder, copies: Workspaces) -> None:
    """What the example does not do: a Cloud9 environment, a failed deployment, other tags, a renamed organizational
    unit, restored trusted access, a bucket for the output of commands, resource sharing.
    """
    recorder.begin("cloud9")
    sandbox = recorder.sandbox
    sandbox.client("s3").create_bucket(Bucket=_LOG_BUCKET)
    terraform = copies.call_modules(environment=sandbox.environment(), **_CHANGES)
    with recorder.assuming(APPLY):
        recorder.record_warnings(terraform.apply())
        sandbox.fail_deployment("default-host-management", *_FAILING, "An SCP denies it.")
        try:
            terraform.apply({"update_ssm_agent": False})
        except TerraformError as error:
            _require_failed_deployment(error)
        recorder.record_warnings(terraform.apply(refresh_only=True))
        # The other reading of AWS's reference, which needs the stack instances.
        sandbox.quick_setup.configuration_rows = "definitions"
        recorder.record_warnings(terraform.apply(refresh_only=True))
    with recorder.assuming(PLAN):
        recorder.record_report("explain", "default-host-management", "--json")
        sandbox.quick_setup.configuration_rows = "account-regions"
        recorder.record_warnings(terraform.plan())
        recorder.record_report("explain", "default-host-management", "--json")
    sandbox.fail_deployment("default-host-management", *_FAILING, None)
    changes: dict[str, object] = {"unit_name": "Administrators", "tags": {"Team": "platform"}}
    with recorder.assuming(APPLY):
        recorder.record_warnings(terraform.apply(changes))
        recorder.record_warnings(terraform.destroy(changes))
    _deploy_from_a_member(sandbox)
    for role in (PLAN, APPLY):
        with recorder.assuming(role):
            recorder.record_report("leftovers", "--member-role-name", DEFAULT_ACCESS_ROLE, "--json")
    with recorder.assuming(PLAN):
        recorder.record_report("service-settings", "--member-role-name", DEFAULT_ACCESS_ROLE, "--json")


def _deploy_from_a_member(sandbox: Sandbox) -> None:
    """A configuration of the administrator account, which `leftovers` reads, and a destroy before it deregisters."""
    organizations = sandbox.client("organizations")
    for principal in ("ssm.amazonaws.com", "ssm-quicksetup.amazonaws.com"):
        organizations.enable_aws_service_access(ServicePrincipal=principal)
    sandbox.client("cloudformation").activate_organizations_access()
    for principal in ("ssm-quicksetup.amazonaws.com", "member.org.stacksets.cloudformation.amazonaws.com"):
        organizations.register_delegated_administrator(AccountId=ADMINISTRATOR, ServicePrincipal=principal)
    sandbox.client("ssm-quicksetup", ADMINISTRATOR).create_configuration_manager(
        Name="hosts", ConfigurationDefinitions=[HOST_MANAGEMENT]
    )


def _require_failed_deployment(error: TerraformError) -> None:
    """Raise other errors than the injected failure."""
    if any("unexpected state 'FAILED'" not in str(diagnostic) for diagnostic in error.report.errors):
        raise error


@contextmanager
def _managed_nodes_in_the_management_account(sandbox: Sandbox) -> Iterator[None]:
    """In ap-northeast-1, where the example does not enable Default Host Management Configuration for this account."""
    ssm = sandbox.client("ssm", region="ap-northeast-1")
    ssm.update_service_setting(SettingId=_DEFAULT_HOST_MANAGEMENT, SettingValue="Own")
    try:
        yield
    finally:
        ssm.reset_service_setting(SettingId=_DEFAULT_HOST_MANAGEMENT)
