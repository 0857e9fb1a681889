"""Records the permissions that the examples need, by role: applied, planned, changed and destroyed in the sandbox.

With policies, each step runs under those of its role, and fails where they do not allow a call.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import replace
from fnmatch import fnmatchcase
from itertools import product
from typing import TYPE_CHECKING, Any

from harness.complete import ADMINISTRATOR, checkout_complete
from harness.examples import register_administrator
from harness.results import TerraformError
from harness.scripts import run_script
from harness.unmanaged_instances import REGION, Workshop
from sandbox import Scenario
from sandbox.clock import START
from sandbox.scenarios.parts import Instance
from sandbox.services.organizations.accounts import DEFAULT_ACCESS_ROLE
from sandbox.services.ssm.patches import Patches, Severities
from sandbox_tests.cases.automations import make_runbook, start
from tools.iam.delivery import SNAPSHOT_BUCKET

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from harness.complete import Complete
    from harness.results import Report
    from harness.workspace import Workspaces
    from sandbox import Sandbox
    from sandbox.policies.evaluation import Permission

PLAN, APPLY, ADMINISTRATION, MEMBER = "management-plan", "management-apply", "administrator-account", "member"
COMPLIANCE, REPORT = "compliance-reporting", "compliance-report"
DELIVERY, MEMBER_SECURITY_HUB = "compliance-report-delivery", "member-security-hub"
SETTINGS, CONSOLE, AUTOMATION = "account-settings", "unified-console", "automation-across-accounts"
PREFERENCES, NODE_ACCESS = "session-manager-preferences", "just-in-time-node-access"
SCHEDULE = "compliance-schedule"
_OF_THE_ADMINISTRATOR = (ADMINISTRATION, COMPLIANCE, SCHEDULE, CONSOLE, AUTOMATION, PREFERENCES, NODE_ACCESS)
ROLES = (PLAN, APPLY, REPORT, DELIVERY, SETTINGS, *_OF_THE_ADMINISTRATOR, MEMBER, MEMBER_SECURITY_HUB)
BESIDE = {APPLY: PLAN, DELIVERY: REPORT, MEMBER_SECURITY_HUB: MEMBER}
"""Whose policy a role has beside its own."""

_MEMBER_ROLES = f"arn:aws:iam::*:role/{DEFAULT_ACCESS_ROLE}"
# Without OpsCenter it is missing in the administrator account, and Explorer's module creates it.
_ACCOUNT_DISCOVERY = "AWSServiceRoleForAmazonSSM_AccountDiscovery"
# Seconds after the apply of the unified console.
_ASSOCIATIONS_HAVE_RUN = 3600
_LOCKED = 24 * 60 * 60
_DEFAULT_HOST_MANAGEMENT = "/ssm/managed-instance/default-ec2-instance-management-role"

Documents = Mapping[str, Mapping[str, Any]]
"""Policies by role."""


class PermissionRecorder:
    """Records one sandbox: `needs` by role, the `output` of steps, and the calls that were `denied`.

    `documents` are the policies under which the steps run; None: administrator access.
    """

    def __init__(self, sandbox: Sandbox, documents: Documents | None = None) -> None:
        self.sandbox = sandbox
        self.needs: dict[str, set[Permission]] = {role: set() for role in ROLES}
        self.output = ""
        self.denied: list[str] = []
        self._documents = documents

    def begin(self, scenario: str | Scenario) -> None:
        """Reset the sandbox to another scenario, and keep what was recorded."""
        self.sandbox.reset(Scenario.named(scenario) if isinstance(scenario, str) else scenario)
        self.sandbox.permissions.recording = True

    @contextmanager
    def assuming(self, role: str) -> Iterator[None]:
        """Record the calls of this role, and of the role that it assumes in member accounts."""
        permissions = self.sandbox.permissions
        account_id = ADMINISTRATOR if role in _OF_THE_ADMINISTRATOR else self.sandbox.scenario.management_account.id
        identity = f"arn:aws:iam::{account_id}:user/Administrator"
        member = MEMBER_SECURITY_HUB if role == DELIVERY else MEMBER
        if self._documents is not None:
            permissions.enforce(identity, _policy_of(role, self._documents))
            permissions.enforce(_MEMBER_ROLES, _policy_of(member, self._documents))
        first_use, first_call = len(permissions.recorded), len(self.sandbox.calls)
        try:
            yield
        finally:
            denied = [
                call for call in self.sandbox.calls[first_call:] if (call.error_code or "").startswith("AccessDenied")
            ]
            self.denied += [f"{call.service}:{call.operation} in {call.account_id}" for call in denied]
            for use in permissions.recorded[first_use:]:
                if use.identity_arn == identity:
                    self.needs[role].update(use.required)
                # Not the roles of automations, which AWS assumes.
                elif fnmatchcase(use.identity_arn, _MEMBER_ROLES):
                    self.needs[member].update(use.required)

    def record_warnings(self, report: Report) -> None:
        """Add the warnings of a step to `output`."""
        self.output += "\n".join(map(str, report.warnings))


def _policy_of(role: str, documents: Documents) -> Mapping[str, Any]:
    """What a role allows, with the policy that it has beside its own."""
    own = documents[role]
    beside = documents[BESIDE[role]]["Statement"] if role in BESIDE else ()
    return {**own, "Statement": [*beside, *own["Statement"]]}


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
    both.pass_variables()
    sandbox.client("iam", ADMINISTRATOR).delete_service_linked_role(RoleName=_ACCOUNT_DISCOVERY)
    changes = {"regions": ["us-east-1"]}
    with recorder.assuming(ADMINISTRATION):
        recorder.record_warnings(administrator.apply())
    inspect(both)
    with recorder.assuming(ADMINISTRATION):
        recorder.record_warnings(administrator.apply(changes))
        recorder.output += _report(sandbox, "ops-data", "--json", account_id=ADMINISTRATOR)
    with recorder.assuming(PLAN):
        recorder.record_warnings(management.plan())
    with _managed_nodes_in_the_management_account(sandbox), recorder.assuming(REPORT):
        recorder.output += _report(
            sandbox, "compliance", "--patches", "all", "--format", "json", "--regions", "ap-northeast-1,us-east-1"
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
        recorder.output += _report(sandbox, "explain", "default-host-management", "--json")
        sandbox.quick_setup.configuration_rows = "account-regions"
        recorder.record_warnings(terraform.plan())
        recorder.output += _report(sandbox, "explain", "default-host-management", "--json")
    sandbox.fail_deployment("default-host-management", *_FAILING, None)
    changes: dict[str, object] = {"unit_name": "Administrators", "tags": {"Team": "platform"}}
    with recorder.assuming(APPLY):
        recorder.record_warnings(terraform.apply(changes))
        recorder.record_warnings(terraform.destroy(changes))
    for role in (PLAN, APPLY):
        with recorder.assuming(role):
            recorder.output += _report(sandbox, "leftovers", "--member-role-name", DEFAULT_ACCESS_ROLE, "--json")
    with recorder.assuming(PLAN):
        recorder.output += _report(sandbox, "service-settings", "--member-role-name", DEFAULT_ACCESS_ROLE, "--json")


def run_compliance_reporting(recorder: PermissionRecorder, copies: Workspaces) -> None:
    """modules/compliance-reporting: applied, read from the bucket and from Athena, changed, destroyed."""
    recorder.begin("bare")
    sandbox = recorder.sandbox
    register_administrator(sandbox)
    terraform = copies.call_modules(environment=sandbox.environment(ADMINISTRATOR), **_REPORTING)
    changes: dict[str, object] = {"regions": ["eu-west-1", "us-east-1"], "tags": {"Team": "platform"}}
    with recorder.assuming(COMPLIANCE):
        recorder.record_warnings(terraform.apply())
        for arguments in terraform.output()["reporting"]["report_arguments"].values():
            recorder.output += _report(sandbox, "compliance", "--format", "json", *arguments, account_id=ADMINISTRATOR)
        recorder.record_warnings(terraform.apply(changes))
        recorder.record_warnings(terraform.destroy(changes))


def run_compliance_schedule(recorder: PermissionRecorder, copies: Workspaces) -> None:
    """modules/compliance-schedule: applied, changed, destroyed. Its build has a role of its own."""
    recorder.begin("bare")
    sandbox = recorder.sandbox
    register_administrator(sandbox)
    data = {"bucket_name": f"patch-compliance-{ADMINISTRATOR}-us-east-1", "stack_set_name": "patch-compliance"}
    call = {
        "source": "../module/modules/compliance-schedule",
        "compliance_data": data,
        "schedule_timezone": "${var.timezone}",
        "timeout_minutes": "${var.minutes}",
        "force_destroy": True,
        "tags": "${var.tags}",
    }
    terraform = copies.call_modules(
        {"called": call},
        sandbox.environment(ADMINISTRATOR),
        variable={
            "tags": {"default": {"Owner": "cloud"}},
            "timezone": {"default": "UTC"},
            "minutes": {"default": 60},
        },
    )
    changes: dict[str, object] = {"tags": {"Team": "platform"}, "timezone": "Asia/Tokyo", "minutes": 30}
    with recorder.assuming(SCHEDULE):
        recorder.record_warnings(terraform.apply())
        recorder.record_warnings(terraform.apply(changes))
        recorder.record_warnings(terraform.destroy(changes))


def run_account_settings(recorder: PermissionRecorder, copies: Workspaces) -> None:
    """modules/account-settings: applied, changed, destroyed."""
    recorder.begin("bare")
    sandbox = recorder.sandbox
    sandbox.client("cloudformation").activate_organizations_access()
    terraform = copies.call_modules(environment=sandbox.environment(), **_call("account-settings"))
    changes: dict[str, object] = {"regions": ["eu-west-1", "us-east-1"], "tags": {"Team": "platform"}}
    with recorder.assuming(SETTINGS):
        recorder.record_warnings(terraform.apply())
        recorder.record_warnings(terraform.apply(changes))
        recorder.record_warnings(terraform.destroy(changes))


def run_nodes(recorder: PermissionRecorder, _copies: Workspaces) -> None:
    """`report.py nodes` over instances that are unmanaged in twelve ways."""
    recorder.begin("bare")
    Workshop(recorder.sandbox, ADMINISTRATOR).twelve_ways()
    with recorder.assuming(REPORT):
        recorder.output += _report(recorder.sandbox, "nodes", "--regions", REGION)


def run_compliance_report(recorder: PermissionRecorder, _copies: Workspaces) -> None:
    """`report.py compliance` with coverage and owners; then the same with snapshots and Security Hub, twice."""
    recorder.begin(_NODES)
    sandbox = recorder.sandbox
    sandbox.client("s3").create_bucket(Bucket=SNAPSHOT_BUCKET)
    for account_id in (sandbox.scenario.management_account.id, ADMINISTRATOR):
        sandbox.client("securityhub", account_id, _REGION).enable_security_hub()
    read = (
        *("compliance", "--regions", _REGION, "--format", "json", "--coverage", "--owner-tag", "Team"),
        *("--patches", "all", "--stale-after", "9999"),
    )
    with recorder.assuming(REPORT):
        recorder.output += _report(sandbox, *read)
    with recorder.assuming(DELIVERY):
        for _ in range(2):
            snapshot = ("--snapshot", f"s3://{SNAPSHOT_BUCKET}/compliance", "--since", "2026-01-01")
            recorder.output += _report(sandbox, *read, *snapshot, "--to-security-hub", "--yes")
            # A snapshot of another day, which the second one reads.
            _age_snapshots(sandbox)


def _age_snapshots(sandbox: Sandbox) -> None:
    s3 = sandbox.client("s3")
    for item in s3.list_objects_v2(Bucket=SNAPSHOT_BUCKET).get("Contents", ()):
        day = re.sub(r"report_date=[0-9-]+", "report_date=2026-01-02", item["Key"])
        s3.copy_object(Bucket=SNAPSHOT_BUCKET, Key=day, CopySource={"Bucket": SNAPSHOT_BUCKET, "Key": item["Key"]})


def run_unified_console(recorder: PermissionRecorder, copies: Workspaces) -> None:
    """modules/unified-console: applied, read by the reports of it, changed, destroyed."""
    recorder.begin("bare")
    sandbox = recorder.sandbox
    register_administrator(sandbox)
    _register(sandbox, "resource-explorer-2.amazonaws.com", "ssm-quicksetup.amazonaws.com")
    terraform = copies.call_modules(environment=sandbox.environment(ADMINISTRATOR), **_call("unified-console"))
    changes: dict[str, object] = {"regions": ["eu-west-1", "us-east-1"], "tags": {"Team": "platform"}}
    with recorder.assuming(CONSOLE):
        recorder.record_warnings(terraform.apply())
    # Its associations run after the apply, and its sync collects nodes.
    sandbox.clock.advance(_ASSOCIATIONS_HAVE_RUN)
    with recorder.assuming(PLAN):
        recorder.output += _report(sandbox, "unified-console", "--member-role-name", DEFAULT_ACCESS_ROLE, "--json")
    with recorder.assuming(CONSOLE):
        recorder.output += _report(sandbox, "nodes", "--fast", account_id=ADMINISTRATOR)
        recorder.record_warnings(terraform.apply(changes))
        recorder.record_warnings(terraform.destroy(changes))


def run_automation_across_accounts(recorder: PermissionRecorder, copies: Workspaces) -> None:
    """modules/automation-across-accounts: applied, an automation that fails is explained, changed, destroyed."""
    recorder.begin("bare")
    sandbox = recorder.sandbox
    register_administrator(sandbox)
    call = _call("automation-across-accounts")
    call["variable"]["calendar_type"] = {"default": "DEFAULT_OPEN"}
    call["modules"]["called"]["change_calendar"] = {"content": _CALENDAR}
    terraform = copies.call_modules(environment=sandbox.environment(ADMINISTRATOR), **call)
    changes: dict[str, object] = {"tags": {"Team": "platform"}, "calendar_type": "DEFAULT_CLOSED"}
    with recorder.assuming(AUTOMATION):
        recorder.record_warnings(terraform.apply())
    # The role of the members has no permission for what this runbook does.
    make_runbook(sandbox, ADMINISTRATOR, [_MEMBER])
    administration_role_arn = terraform.output()["called"]["administration_role_arn"]
    execution_id = start(sandbox, ADMINISTRATOR, administration_role_arn, Accounts=[_MEMBER], Regions=[_REGION])
    trust = _trust_of(ADMINISTRATOR)
    sandbox.client("iam", _MEMBER).update_assume_role_policy(RoleName=DEFAULT_ACCESS_ROLE, PolicyDocument=trust)
    with recorder.assuming(AUTOMATION):
        arguments = ("--execution", execution_id, "--member-role-name", DEFAULT_ACCESS_ROLE)
        recorder.output += _report(sandbox, "explain", *arguments, account_id=ADMINISTRATOR)
        recorder.record_warnings(terraform.apply(changes))
        recorder.record_warnings(terraform.destroy(changes))


def run_session_manager_preferences(recorder: PermissionRecorder, copies: Workspaces) -> None:
    """modules/session-manager-preferences, with a bucket: applied, changed, destroyed."""
    recorder.begin("bare")
    sandbox = recorder.sandbox
    register_administrator(sandbox)
    call = _call("session-manager-preferences")
    call["modules"]["called"]["bucket"] = {"retention_days": 400, "force_destroy": True, "object_lock": {"days": 1}}
    terraform = copies.call_modules(environment=sandbox.environment(ADMINISTRATOR), **call)
    changes: dict[str, object] = {"regions": ["eu-west-1", "us-east-1"], "tags": {"Team": "platform"}}
    with recorder.assuming(PREFERENCES):
        recorder.record_warnings(terraform.apply())
    # No StackSet reaches the management account.
    content = json.dumps({"schemaVersion": "1.0", "sessionType": "Standard_Stream", "inputs": {}})
    sandbox.client("ssm").create_document(Name="SSM-SessionManagerRunShell", DocumentType="Session", Content=content)
    with recorder.assuming(PLAN):
        recorder.output += _report(sandbox, "session-preferences", "--member-role-name", DEFAULT_ACCESS_ROLE, "--json")
    with recorder.assuming(PREFERENCES):
        bucket = terraform.output()["called"]["bucket_name"]
        sandbox.client("s3", ADMINISTRATOR).put_object(Bucket=bucket, Key="session.log", Body=b"")
        # Until then the object is locked.
        sandbox.clock.advance(_LOCKED)
        recorder.record_warnings(terraform.apply(changes))
        recorder.record_warnings(terraform.destroy(changes))


def run_just_in_time_node_access(recorder: PermissionRecorder, copies: Workspaces) -> None:
    """modules/just-in-time-node-access, with policies, events and recordings: applied, changed, destroyed."""
    recorder.begin("bare")
    sandbox = recorder.sandbox
    register_administrator(sandbox)
    _register(sandbox, "ssm-quicksetup.amazonaws.com")
    (root,) = sandbox.client("organizations").list_roots()["Roots"]
    regions = ["eu-west-1", "us-east-1"]
    call = _call("just-in-time-node-access")
    call["modules"]["called"] |= {
        "unified_console": {"home_region": "us-east-1", "regions": regions, "targets": [root["Id"]]},
        "auto_approval": [{"node_tags": {"Environment": "Development"}}],
        "deny_access": [{"node_tags": {"Data": "${var.tags.Team}"}}],
        "events": {},
        "rdp_recording": {"kms_key_arn": _key_of_recordings(sandbox), "force_destroy": True},
    }
    terraform = copies.call_modules(environment=sandbox.environment(ADMINISTRATOR), **call)
    terraform.variables["tags"] = {"Team": "network"}
    changes: dict[str, object] = {"regions": regions, "tags": {"Team": "platform"}}
    with recorder.assuming(NODE_ACCESS):
        recorder.record_warnings(terraform.apply())
        bucket = terraform.output()["called"]["rdp_recording"]["bucket_name"]
        sandbox.client("s3", ADMINISTRATOR).put_object(Bucket=bucket, Key="recording.mp4", Body=b"")
        recorder.record_warnings(terraform.apply(changes))
        recorder.record_warnings(terraform.destroy(changes))


# Of the modules whose policies no other run needs, by role.
RUNS_OF_MODULES: Mapping[str, Callable[[PermissionRecorder, Workspaces], None]] = {
    COMPLIANCE: run_compliance_reporting,
    SCHEDULE: run_compliance_schedule,
    SETTINGS: run_account_settings,
    CONSOLE: run_unified_console,
    AUTOMATION: run_automation_across_accounts,
    PREFERENCES: run_session_manager_preferences,
    NODE_ACCESS: run_just_in_time_node_access,
}
RUNS: Sequence[Callable[[PermissionRecorder, Workspaces], None]] = (
    run_complete,
    run_changes,
    run_nodes,
    run_compliance_report,
    *RUNS_OF_MODULES.values(),
)

_CALENDAR = "BEGIN:VCALENDAR\nVERSION:2.0\nX-CALENDAR-TYPE:${var.calendar_type}\nEND:VCALENDAR\n"
_LOG_BUCKET = "logs-of-patch-commands"
_REGION = "us-east-1"
_MEMBER = "333333333333"
_FAILING = (_MEMBER, _REGION)


def _node(number: int, account_id: str, kind: str = "i") -> Instance:
    return Instance(
        account_id=account_id,
        region=_REGION,
        id=f"{kind}-{number:017x}",
        platform="Amazon Linux",
        platform_version="2023",
        agent_version="3.3.0.0",
        instance_profile="ManagedNodes",
        patches=Patches(missing=Severities(critical=1)),
        scanned_at=START,
        tags={"Team": "shop"},
    )


# EC2 instances, and nodes outside of EC2, whose tags Systems Manager has.
_NODES = replace(
    Scenario.generated(accounts=5, regions=(_REGION,), instances=0, unreadable=0),
    instances=tuple(
        _node(number, account_id, kind)
        for number, (account_id, kind) in enumerate(product(("111111111111", ADMINISTRATOR), ("i", "mi")), start=1)
    ),
)

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

_REPORTING: dict[str, Any] = {
    "variable": {"regions": {"default": ["us-east-1"]}, "tags": {"default": {"Owner": "cloud"}}},
    "modules": {
        "reporting": {
            "source": "../module/modules/compliance-reporting",
            "regions": "${var.regions}",
            "tags": "${var.tags}",
            "force_destroy": True,
        }
    },
    "output": {"reporting": {"value": "${module.reporting}"}},
}


def _call(module: str) -> dict[str, Any]:
    """A call of a module that takes Regions and tags."""
    call = {"source": f"../module/modules/{module}", "regions": "${var.regions}", "tags": "${var.tags}"}
    return {
        "variable": {"regions": {"default": ["us-east-1"]}, "tags": {"default": {"Owner": "cloud"}}},
        "modules": {"called": call},
        "output": {"called": {"value": "${module.called}"}},
    }


def _register(sandbox: Sandbox, *principals: str) -> None:
    organizations = sandbox.client("organizations")
    for principal in principals:
        organizations.enable_aws_service_access(ServicePrincipal=principal)
        organizations.register_delegated_administrator(AccountId=ADMINISTRATOR, ServicePrincipal=principal)


def _key_of_recordings(sandbox: Sandbox) -> str:
    """A multi-Region key of the administrator account that everybody may use, with a replica in eu-west-1."""
    statement = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:*", "Resource": "*"}
    kms = sandbox.client("kms", ADMINISTRATOR)
    key = kms.create_key(MultiRegion=True, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    kms.replicate_key(KeyId=key["KeyMetadata"]["KeyId"], ReplicaRegion="eu-west-1")
    return str(key["KeyMetadata"]["Arn"])


def _trust_of(account_id: str) -> str:
    """The trust policy of a role that an account may assume."""
    principal = {"AWS": f"arn:aws:iam::{account_id}:root"}
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}],
        }
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


def _report(sandbox: Sandbox, *arguments: str, account_id: str | None = None) -> str:
    """The output of scripts/report.py, whatever its exit status."""
    completed = run_script(sandbox, "report.py", *arguments, account_id=account_id)
    return completed.stdout + completed.stderr
