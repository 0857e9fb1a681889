"""One example in one organization: applied, interrupted, continued, destroyed, and compared."""

from __future__ import annotations

import json
import re
import shutil
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from harness.assertions import differences
from harness.complete import ADMINISTRATOR
from harness.organization import child_units, managers
from harness.recovery import ADOPTED, follow
from harness.results import TerraformError
from sandbox import Scenario
from sandbox.services.organizations.accounts import DEFAULT_ACCESS_ROLE

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from harness.terraform import Terraform
    from harness.workspace import Workspaces
    from sandbox import Call, Sandbox

EXAMPLES = {"minimal": "examples/minimal", "complete": "examples/complete/management"}
_SCENARIOS = {"minimal": "bare", "complete": "realistic"}

# Commands without progress after which a trial has failed.
_PATIENCE = 3
# More than any trial takes; one that follows instructions in a circle ends here.
_COMMANDS = 400
# Seconds without a call after which Terraform has written its state. It truncates the file before it writes it, and a
# process that is killed in between loses it: a matter of Terraform, not of this module.
_QUIET = 1.0

# Names of installations, and ids of organizational units.
_RANDOM = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]+|(?<=ou-)[0-9a-z]+-[0-9a-z]+")
_CREATED = re.compile(r'(?<="systems-manager-organization:created": ")[^"]+')


class TrialError(Exception):
    """A trial does not end as it should. `verdict` says how."""

    def __init__(self, verdict: str, message: str) -> None:
        super().__init__(message)
        self.verdict = verdict


@dataclass
class Trial:
    """An example in a new organization. `followed`: what the errors said to do, and was done."""

    example: str
    workspaces: Workspaces
    sandbox: Sandbox
    followed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.sandbox.reset(Scenario.named(_SCENARIOS[self.example]))
        self.terraform = self.checkout()
        self.before = self.snapshot()

    def checkout(self) -> Terraform:
        """The example without a state. Its variables are in a file, so that printed commands work as they are."""
        terraform = self.workspaces.checkout(EXAMPLES[self.example], self.sandbox.environment())
        variables: dict[str, object] = {"administrator_account_id": ADMINISTRATOR}
        if self.example == "complete":
            workloads = child_units(self.sandbox, child_units(self.sandbox)["Workloads"])
            variables |= {
                "scanned_organizational_unit_ids": [workloads["Production"]],
                "patched_organizational_unit_ids": [workloads["Test"]],
                "change_manager_job_function": "NetworkOps",
                "member_role_name": DEFAULT_ACCESS_ROLE,
            }
        (terraform.directory / "faults.auto.tfvars.json").write_text(json.dumps(variables))
        return terraform

    def snapshot(self) -> dict[str, Any]:
        """The organization, without what differs between runs: the installation, and ids of configurations."""
        text = json.dumps(self.sandbox.snapshot())
        for index, id_ in enumerate(self._configuration_ids()):
            text = text.replace(id_, f"configuration{index}")
        found: dict[str, Any] = json.loads(_CREATED.sub("", text))
        return found

    def _configuration_ids(self) -> list[str]:
        quick_setup = self.sandbox.client("ssm-quicksetup")
        return [
            definition["Id"]
            for _, arn in managers(self.sandbox)
            for definition in quick_setup.get_configuration_manager(ManagerArn=arn)["ConfigurationDefinitions"]
        ]

    def converge(self, *, destroy: bool = False, interrupted: Callable[[], bool] = lambda: False) -> int:
        """Repeat the command, and do what its errors say in between, until it succeeds. Returns the number of repeats.

        `interrupted`: run before each repeat; whether something was injected or hit since the last one, in which case
        the same error may come again. Raises TrialError.
        """
        errors: list[str] = []
        for command in range(_COMMANDS):
            try:
                self.terraform.destroy() if destroy else self.terraform.apply()
            except TerraformError as error:
                text = "\n".join(diagnostic.detail or diagnostic.summary for diagnostic in error.report.errors)
            else:
                (self.terraform.directory / ADOPTED).unlink(missing_ok=True)
                return command
            (self.terraform.directory / ADOPTED).unlink(missing_ok=True)
            done = follow(self.terraform, text)
            self.followed += [done] if done else []
            if interrupted():
                errors.clear()
            errors.append(text)
            if len(errors) >= _PATIENCE and len(set(errors[-_PATIENCE:])) == 1:
                raise TrialError("never", text)
        raise TrialError("never", errors[-1])

    def require_converged(self, expected: dict[str, Any]) -> None:
        """The next plan is empty, or says what to do until it is; and the organization is as expected.

        Raises TrialError.
        """
        try:
            self.terraform.plan()
        except TerraformError:
            self.converge()
        names = [name for name, _ in managers(self.sandbox)]
        doubled = sorted({name for name in names if names.count(name) > 1})
        if doubled:
            raise TrialError("doubled", f"configuration managers: {', '.join(doubled)}")
        self.require_same(expected, "never")
        plan = self.terraform.plan()
        if not plan.is_empty:
            raise TrialError("never", "the plan after it is not empty: " + ", ".join(sorted(plan.actions())))

    def require_destroyed(self, expected: dict[str, Any]) -> None:
        """Nothing is left but what a destroy without interruptions leaves. Raises TrialError."""
        left = set(self._differences(self.before)) - set(differences(self.before, expected))
        if left:
            raise TrialError("left behind", "; ".join(sorted(left)[:6]))

    def require_same(self, expected: dict[str, Any], verdict: str) -> None:
        """Raises TrialError with the differences from a snapshot."""
        found = self._differences(expected)
        problems = [*(f"{path}: {difference[:200]}" for path, difference in found.items())]
        problems += map(str, self.sandbox.violations)
        if problems:
            raise TrialError(verdict, "; ".join(problems[:6]))

    def _differences(self, expected: dict[str, Any]) -> dict[str, str]:
        return {
            path: difference
            for path, difference in differences(expected, self.snapshot()).items()
            # The access log bucket of a configuration that was discarded is retained by AWS's template.
            if not (path.startswith("buckets/") and "access-log" in path)
        }

    def kill_at(self, subjects: Collection[str], *, destroy: bool, state_is_late: bool = False) -> str:
        """Apply or destroy, and kill all processes when one of these calls was made, before its response.

        `state_is_late`: the state is then that of before, as a backend has it that is written to at intervals.
        Returns the call; "" when the command ended without one. Raises TerraformError when it failed.
        """
        reached, released, called = threading.Event(), threading.Event(), threading.Event()
        hit: list[str] = []

        def stop(call: Call) -> None:
            called.set()
            subject = subject_of(call)
            if subject in subjects and call.error_code in (None, "ConnectionDropped") and not reached.is_set():
                hit.append(subject)
                reached.set()
                released.wait(60)

        state = self.terraform.directory / "terraform.tfstate"
        earlier = state.with_name("earlier.tfstate")
        if state.exists():
            shutil.copy(state, earlier)
        else:
            earlier.unlink(missing_ok=True)
        unsubscribe = self.sandbox.on_call(stop)
        running = self.terraform.start_apply(destroy=destroy)
        try:
            while not reached.wait(0.05):
                if not running.is_running:
                    running.wait()
                    return ""
            called.clear()
            while called.wait(_QUIET):
                called.clear()
            return hit[0]
        finally:
            running.kill()
            released.set()
            unsubscribe()
            if state_is_late and hit:
                shutil.copy(earlier, state) if earlier.exists() else state.unlink(missing_ok=True)


def subject_of(call: Call) -> str:
    """The call as a subject of a cell, with * for what differs between runs."""
    return f"{call.service}:{call.operation} {_RANDOM.sub('*', call.resource)}".strip()
