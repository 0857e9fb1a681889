"""Runs of what reaches the managed nodes: their report, sessions, automations and the unified console."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from harness.complete import ADMINISTRATOR
from harness.examples import register_administrator
from harness.node_access import create_recording_key
from harness.unmanaged_instances import REGION, Workshop
from sandbox.services.organizations.accounts import DEFAULT_ACCESS_ROLE
from sandbox_tests.cases.automations import make_runbook, start
from tools.iam.roles import ADMINISTRATOR_PLAN, AUTOMATION, CONSOLE, NODE_ACCESS, PLAN, PREFERENCES, REPORT, SETTINGS
from tools.iam.runs.module_call import CHANGES, call_of, call_with_unit

if TYPE_CHECKING:
    from harness.workspace import Workspaces
    from sandbox import Sandbox
    from tools.iam.runs.recorder import PermissionRecorder

# Seconds after the apply of the unified console.
_ASSOCIATIONS_HAVE_RUN = 3600
_LOCKED = 24 * 60 * 60
_CALENDAR = "BEGIN:VCALENDAR\nVERSION:2.0\nX-CALENDAR-TYPE:${var.calendar_type}\nEND:VCALENDAR\n"
_REGION = "us-east-1"
_MEMBER = "333333333333"


def run_nodes(recorder: PermissionRecorder, _copies: Workspaces) -> None:
    """`report.py nodes` over instances that are unmanaged in twelve ways, in a member account, which its role reads,
    and in the caller's own. In both, Default Host Management Configuration has a role of any name.
    """
    recorder.begin("bare")
    for account_id in (recorder.sandbox.scenario.management_account.id, ADMINISTRATOR):
        workshop = Workshop(recorder.sandbox, account_id)
        workshop.twelve_ways()
        workshop.set_host_management_role()
    with recorder.assuming(REPORT):
        recorder.record_report("nodes", "--regions", REGION, "--format", "json")


def run_account_settings(recorder: PermissionRecorder, copies: Workspaces) -> None:
    """modules/account-settings: applied, changed, destroyed."""
    recorder.begin("bare")
    sandbox = recorder.sandbox
    sandbox.client("cloudformation").activate_organizations_access()
    call = call_with_unit("account-settings", sandbox, _MEMBER)
    terraform = copies.call_modules(environment=sandbox.environment(), **call)
    changes: dict[str, object] = {**CHANGES, "regions": ["eu-west-1", "us-east-1"]}
    with recorder.assuming(SETTINGS):
        recorder.record_warnings(terraform.apply())
        recorder.record_warnings(terraform.apply(changes))
        recorder.record_warnings(terraform.destroy(changes))


def run_unified_console(recorder: PermissionRecorder, copies: Workspaces) -> None:
    """modules/unified-console: applied, read by the reports of it, changed, destroyed."""
    recorder.begin("bare")
    sandbox = recorder.sandbox
    register_administrator(sandbox)
    _register(sandbox, "resource-explorer-2.amazonaws.com", "ssm-quicksetup.amazonaws.com")
    terraform = copies.call_modules(environment=sandbox.environment(ADMINISTRATOR), **call_of("unified-console"))
    changes: dict[str, object] = {"regions": ["eu-west-1", "us-east-1"], "tags": {"Team": "platform"}}
    recorder.record_apply_and_plan(terraform, CONSOLE, ADMINISTRATOR_PLAN)
    # Its associations run after the apply, and its sync collects nodes.
    sandbox.clock.advance(_ASSOCIATIONS_HAVE_RUN)
    with recorder.assuming(PLAN):
        recorder.record_report("unified-console", "--member-role-name", DEFAULT_ACCESS_ROLE, "--json")
    with recorder.assuming(CONSOLE):
        recorder.record_report("nodes", "--fast", account_id=ADMINISTRATOR)
        recorder.record_warnings(terraform.apply(changes))
        recorder.record_warnings(terraform.destroy(changes))


def run_automation_across_accounts(recorder: PermissionRecorder, copies: Workspaces) -> None:
    """modules/automation-across-accounts: applied, an automation that fails is explained, changed, destroyed."""
    recorder.begin("bare")
    sandbox = recorder.sandbox
    register_administrator(sandbox)
    call = call_with_unit("automation-across-accounts", sandbox, _MEMBER)
    call["variable"]["calendar_type"] = {"default": "DEFAULT_OPEN"}
    call["modules"]["called"]["change_calendar"] = {"content": _CALENDAR}
    terraform = copies.call_modules(environment=sandbox.environment(ADMINISTRATOR), **call)
    changes: dict[str, object] = {**CHANGES, "calendar_type": "DEFAULT_CLOSED"}
    recorder.record_apply_and_plan(terraform, AUTOMATION, ADMINISTRATOR_PLAN)
    # The role of the members has no permission for what this runbook does.
    make_runbook(sandbox, ADMINISTRATOR, [_MEMBER])
    administration_role_arn = terraform.output()["called"]["administration_role_arn"]
    execution_id = start(sandbox, ADMINISTRATOR, administration_role_arn, Accounts=[_MEMBER], Regions=[_REGION])
    trust = _trust_of(ADMINISTRATOR)
    sandbox.client("iam", _MEMBER).update_assume_role_policy(RoleName=DEFAULT_ACCESS_ROLE, PolicyDocument=trust)
    with recorder.assuming(AUTOMATION):
        arguments = ("--execution", execution_id, "--member-role-name", DEFAULT_ACCESS_ROLE)
        recorder.record_report("explain", *arguments, account_id=ADMINISTRATOR)
        recorder.record_warnings(terraform.apply(changes))
        recorder.record_warnings(terraform.destroy(changes))


def run_session_manager_preferences(recorder: PermissionRecorder, copies: Workspaces) -> None:
    """modules/session-manager-preferences, with a bucket: applied, changed, destroyed."""
    recorder.begin("bare")
    sandbox = recorder.sandbox
    register_administrator(sandbox)
    call = call_with_unit("session-manager-preferences", sandbox, _MEMBER)
    call["modules"]["called"]["bucket"] = {"retention_days": 400, "force_destroy": True, "object_lock": {"days": 1}}
    terraform = copies.call_modules(environment=sandbox.environment(ADMINISTRATOR), **call)
    changes: dict[str, object] = {**CHANGES, "regions": ["eu-west-1", "us-east-1"]}
    recorder.record_apply_and_plan(terraform, PREFERENCES, ADMINISTRATOR_PLAN)
    # No StackSet reaches the management account.
    content = json.dumps({"schemaVersion": "1.0", "sessionType": "Standard_Stream", "inputs": {}})
    sandbox.client("ssm").create_document(Name="SSM-SessionManagerRunShell", DocumentType="Session", Content=content)
    with recorder.assuming(PLAN):
        recorder.record_report("session-preferences", "--member-role-name", DEFAULT_ACCESS_ROLE, "--json")
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
    call = call_with_unit("just-in-time-node-access", sandbox, _MEMBER)
    call["modules"]["called"] |= {
        "unified_console": {"home_region": "us-east-1", "regions": regions, "targets": [root["Id"]]},
        "auto_approval": [{"node_tags": {"Environment": "Development"}}],
        "deny_access": [{"node_tags": {"Data": "${var.tags.Team}"}}],
        "events": {},
        "rdp_recording": {"kms_key_arn": create_recording_key(sandbox, "eu-west-1"), "force_destroy": True},
    }
    terraform = copies.call_modules(environment=sandbox.environment(ADMINISTRATOR), **call)
    terraform.variables["tags"] = {"Team": "network"}
    changes: dict[str, object] = {**CHANGES, "regions": regions}
    recorder.record_apply_and_plan(terraform, NODE_ACCESS, ADMINISTRATOR_PLAN)
    _create_second_key(sandbox)
    with recorder.assuming(NODE_ACCESS):
        bucket = terraform.output()["called"]["rdp_recording"]["bucket_name"]
        sandbox.client("s3", ADMINISTRATOR).put_object(Bucket=bucket, Key="recording.mp4", Body=b"")
        recorder.record_warnings(terraform.apply(changes))
        recorder.record_warnings(terraform.destroy(changes))


def _create_second_key(sandbox: Sandbox) -> None:
    """One as an answer of KMS that was lost leaves it: who plans asks for its aliases."""
    kms = sandbox.client("kms", ADMINISTRATOR)
    for key_id in [found["KeyId"] for found in kms.list_keys()["Keys"]]:
        description = kms.describe_key(KeyId=key_id)["KeyMetadata"]["Description"]
        if "events" in description:
            kms.create_key(Description=description, Tags=kms.list_resource_tags(KeyId=key_id)["Tags"])


def _register(sandbox: Sandbox, *principals: str) -> None:
    organizations = sandbox.client("organizations")
    for principal in principals:
        organizations.enable_aws_service_access(ServicePrincipal=principal)
        organizations.register_delegated_administrator(AccountId=ADMINISTRATOR, ServicePrincipal=principal)


def _trust_of(account_id: str) -> str:
    """The trust policy of a role that an account may assume."""
    principal = {"AWS": f"arn:aws:iam::{account_id}:root"}
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}],
        }
    )
