"""What the examples need of IAM, by the role that needs it: applied, planned, changed and destroyed in the sandbox.

With policies at hand each step runs under those of its role, and fails where they do not allow a call.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from harness.complete import ADMINISTRATOR, checkout_complete
from harness.examples import register_administrator
from harness.results import TerraformError
from harness.scripts import run_script
from sandbox import Scenario
from sandbox.services.organizations.accounts import DEFAULT_ACCESS_ROLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from harness.complete import Complete
    from harness.results import Report
    from harness.workspace import Workspaces
    from sandbox import Sandbox
    from sandbox.policies.evaluation import Permission

PLAN, APPLY, ADMINISTRATION, MEMBER = "management-plan", "management-apply", "administrator-account", "member"
COMPLIANCE, REPORT = "compliance-reporting", "compliance-report"
ROLES = (PLAN, APPLY, ADMINISTRATION, COMPLIANCE, REPORT, MEMBER)

_MEMBER_ROLES = f"arn:aws:iam::*:role/{DEFAULT_ACCESS_ROLE}"
# Without OpsCenter nobody has made it in the administrator account, and Explorer's module does.
_ACCOUNT_DISCOVERY = "AWSServiceRoleForAmazonSSM_AccountDiscovery"
_DEFAULT_HOST_MANAGEMENT = "/ssm/managed-instance/default-ec2-instance-management-role"

Documents = Mapping[str, Mapping[str, Any]]
"""Policies by role."""


class Witness:
    """Watches one sandbox.

    It keeps in `needs` what was needed, by role, in `heard` what was warned of, and in `refused` the calls that the
    policies did not allow, whatever came of that.

    `documents` are the policies under which the steps run; None: everybody is an administrator.
    """

    def __init__(self, sandbox: Sandbox, documents: Documents | None = None) -> None:
        self.sandbox = sandbox
        self.needs: dict[str, set[Permission]] = {role: set() for role in ROLES}
        self.heard = ""
        self.refused: list[str] = []
        self._documents = documents

    def begin(self, scenario: str) -> None:
        """Begin again with another organization; what was needed so far is kept."""
        self.sandbox.reset(Scenario.named(scenario))
        self.sandbox.permissions.recording = True
        if self._documents is not None:
            self.sandbox.permissions.enforce(_MEMBER_ROLES, self._documents[MEMBER])

    @contextmanager
    def acting(self, role: str) -> Iterator[None]:
        """What is called in here is called by this role, or by the role that it assumes in the member accounts."""
        permissions = self.sandbox.permissions
        administrating = role in (ADMINISTRATION, COMPLIANCE)
        account_id = ADMINISTRATOR if administrating else self.sandbox.scenario.management_account.id
        identity = f"arn:aws:iam::{account_id}:user/Administrator"
        if self._documents is not None:
            permissions.enforce(identity, self._documents[role])
        known, answered = len(permissions.recorded), len(self.sandbox.calls)
        try:
            yield
        finally:
            denied = [
                call for call in self.sandbox.calls[answered:] if (call.error_code or "").startswith("AccessDenied")
            ]
            self.refused += [f"{call.service}:{call.operation} in {call.account_id}" for call in denied]
            for use in permissions.recorded[known:]:
                self.needs[role if use.identity_arn == identity else MEMBER].update(use.required)

    def hear(self, report: Report) -> None:
        """Keep the warnings of a step."""
        self.heard += "\n".join(map(str, report.warnings))


def run_complete(
    witness: Witness, copies: Workspaces, looking_on: Callable[[Complete], None] = lambda _applied: None
) -> None:
    """examples/complete in both accounts, with tags: applied, Explorer's part changed, planned again, destroyed.

    `looking_on` is called with both once they are applied.
    """
    witness.begin("realistic")
    sandbox = witness.sandbox
    both = checkout_complete(copies, sandbox)
    management, administrator = both.management, both.administrator
    for terraform in (management, administrator):
        terraform.variables["tags"] = {"Owner": "cloud"}
    with witness.acting(APPLY):
        witness.hear(management.apply())
    both.pass_variables()
    sandbox.client("iam", ADMINISTRATOR).delete_service_linked_role(RoleName=_ACCOUNT_DISCOVERY)
    changes = {"regions": ["us-east-1"]}
    with witness.acting(ADMINISTRATION):
        witness.hear(administrator.apply())
    looking_on(both)
    with witness.acting(ADMINISTRATION):
        witness.hear(administrator.apply(changes))
        witness.heard += _report(sandbox, "ops-data", "--json", account_id=ADMINISTRATOR)
    with witness.acting(PLAN):
        witness.hear(management.plan())
    with _managed_nodes_in_the_management_account(sandbox), witness.acting(REPORT):
        witness.heard += _report(sandbox, "compliance", "--format", "json", "--regions", "ap-northeast-1,us-east-1")
    with witness.acting(ADMINISTRATION):
        witness.hear(administrator.destroy(changes))
    with witness.acting(APPLY):
        witness.hear(management.destroy())


def run_troubles(witness: Witness, copies: Workspaces) -> None:
    """What the example never comes to: a Cloud9 environment, a deployment that fails and is explained, other tags, a
    unit that is renamed, trusted access that is put back.
    """
    witness.begin("cloud9")
    sandbox = witness.sandbox
    terraform = copies.write({"main.tf.json": json.dumps(_TROUBLES)}, sandbox.environment())
    with witness.acting(APPLY):
        witness.hear(terraform.apply())
        sandbox.fail_deployment("default-host-management", *_FAILING, "An SCP denies it.")
        try:
            terraform.apply({"update_ssm_agent": False})
        except TerraformError as error:
            _require_failed_deployment(error)
        witness.hear(terraform.apply(refresh_only=True))
    with witness.acting(PLAN):
        witness.hear(terraform.plan())
        witness.heard += _report(sandbox, "explain", "default-host-management", "--json")
    sandbox.fail_deployment("default-host-management", *_FAILING, None)
    changes: dict[str, object] = {"unit_name": "Administrators", "tags": {"Team": "platform"}}
    with witness.acting(APPLY):
        witness.hear(terraform.apply(changes))
        witness.hear(terraform.destroy(changes))


def run_compliance_reporting(witness: Witness, copies: Workspaces) -> None:
    """modules/compliance-reporting: applied, read from by both sources, changed, destroyed."""
    witness.begin("bare")
    sandbox = witness.sandbox
    register_administrator(sandbox)
    terraform = copies.write({"main.tf.json": json.dumps(_REPORTING)}, sandbox.environment(ADMINISTRATOR))
    changes: dict[str, object] = {"regions": ["eu-west-1", "us-east-1"], "tags": {"Team": "platform"}}
    with witness.acting(COMPLIANCE):
        witness.hear(terraform.apply())
        for arguments in terraform.output()["reporting"]["report_arguments"].values():
            witness.heard += _report(sandbox, "compliance", "--format", "json", *arguments, account_id=ADMINISTRATOR)
        witness.hear(terraform.apply(changes))
        witness.hear(terraform.destroy(changes))


RUNS: Sequence[Callable[[Witness, Workspaces], None]] = (run_complete, run_troubles, run_compliance_reporting)

_FAILING = ("333333333333", "us-east-1")

_TROUBLES = {
    "provider": {"aws": {"region": "us-east-1"}},
    "variable": {
        "unit_name": {"default": "SystemsManager"},
        "update_ssm_agent": {"default": True},
        "tags": {"default": {"Owner": "cloud"}},
    },
    "module": {
        "systems_manager": {
            "source": "../module",
            "regions": ["us-east-1"],
            "dedicated_organizational_unit": {"name": "${var.unit_name}"},
            "default_host_management": {"update_ssm_agent": "${var.update_ssm_agent}"},
            "preflight": {"member_role_name": DEFAULT_ACCESS_ROLE},
            "trusted_access": {"on_destroy": "restore"},
            "tags": "${var.tags}",
        }
    },
    "output": {"everything": {"value": "${module.systems_manager}"}},
}

_REPORTING = {
    "provider": {"aws": {"region": "us-east-1"}},
    "variable": {"regions": {"default": ["us-east-1"]}, "tags": {"default": {"Owner": "cloud"}}},
    "module": {
        "reporting": {
            "source": "../module/modules/compliance-reporting",
            "regions": "${var.regions}",
            "tags": "${var.tags}",
            "force_destroy": True,
        }
    },
    "output": {"reporting": {"value": "${module.reporting}"}},
}


def _require_failed_deployment(error: TerraformError) -> None:
    """Raise it, unless all that failed is what was made to fail."""
    if any("unexpected state 'FAILED'" not in str(diagnostic) for diagnostic in error.report.errors):
        raise error


@contextmanager
def _managed_nodes_in_the_management_account(sandbox: Sandbox) -> Iterator[None]:
    """Those of Tokyo, where the example does not turn on Default Host Management Configuration for this account."""
    ssm = sandbox.client("ssm", region="ap-northeast-1")
    ssm.update_service_setting(SettingId=_DEFAULT_HOST_MANAGEMENT, SettingValue="Own")
    try:
        yield
    finally:
        ssm.reset_service_setting(SettingId=_DEFAULT_HOST_MANAGEMENT)


def _report(sandbox: Sandbox, *arguments: str, account_id: str | None = None) -> str:
    """What scripts/report.py answers a person, also as an error: it fails for what it tells of."""
    ended = run_script(sandbox, "report.py", *arguments, account_id=account_id)
    return ended.stdout + ended.stderr
