"""Records the permissions that a run needs, by role.

With policies, each step runs under those of its role, and fails where they do not allow a call.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import contextmanager
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from harness.complete import ADMINISTRATOR
from harness.results import TerraformError
from harness.scripts import run_script
from sandbox import Scenario
from sandbox.services.organizations.accounts import DEFAULT_ACCESS_ROLE
from tools.iam.roles import BESIDE, DELIVERY, MEMBER, MEMBER_SECURITY_HUB, OF_THE_ADMINISTRATOR, ROLES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.results import Report
    from harness.terraform import Terraform
    from sandbox import Sandbox
    from sandbox.policies.evaluation import Permission

# EC2 has a code of its own.
_DENIALS = ("AccessDenied", "UnauthorizedOperation")
_MEMBER_ROLES = f"arn:aws:iam::*:role/{DEFAULT_ACCESS_ROLE}"

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
        account_id = ADMINISTRATOR if role in OF_THE_ADMINISTRATOR else self.sandbox.scenario.management_account.id
        identity = f"arn:aws:iam::{account_id}:user/Administrator"
        member = MEMBER_SECURITY_HUB if role == DELIVERY else MEMBER
        if self._documents is not None:
            permissions.enforce(identity, _policy_of(role, self._documents))
            permissions.enforce(_MEMBER_ROLES, _policy_of(member, self._documents))
        first_use, first_call = len(permissions.recorded), len(self.sandbox.calls)
        try:
            yield
        finally:
            denied = [call for call in self.sandbox.calls[first_call:] if (call.error_code or "").startswith(_DENIALS)]
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

    def record_apply_and_plan(self, terraform: Terraform, role: str, plan_role: str) -> None:
        """Apply as one role, and plan again as the other, which only reads; each also plans without the state."""
        with self.assuming(role):
            self.record_warnings(terraform.apply())
            self.record_lost_state(terraform)
        with self.assuming(plan_role):
            self.record_warnings(terraform.plan())
            self.record_lost_state(terraform)

    def record_lost_state(self, terraform: Terraform) -> None:
        """Plan without the state, which reads all that has the names of the module's resources already.

        Raises TerraformError for other errors than those of conditions, as EXISTS_ALREADY.
        """
        state = terraform.directory / "terraform.tfstate"
        aside = state.rename(state.with_suffix(".aside"))
        try:
            terraform.plan()
        except TerraformError as error:
            conditions = {"Resource precondition failed", "Resource postcondition failed"}
            if not conditions.issuperset(found.summary for found in error.report.errors):
                raise
        finally:
            aside.rename(state)

    def record_report(self, *arguments: str, account_id: str | None = None) -> None:
        """Add what scripts/report.py prints to `output`, whatever its exit status."""
        completed = run_script(self.sandbox, "report.py", *arguments, account_id=account_id)
        self.output += completed.stdout + completed.stderr


def _policy_of(role: str, documents: Documents) -> Mapping[str, Any]:
    """What a role allows, with the policy that it has beside its own."""
    own = documents[role]
    beside = documents[BESIDE[role]]["Statement"] if role in BESIDE else ()
    return {**own, "Statement": [*beside, *own["Statement"]]}
