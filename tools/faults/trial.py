"""One example in one organization: applied, interrupted, continued, destroyed, and compared."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from harness.assertions import differences
from harness.complete import ADMINISTRATOR, management_variables
from harness.examples import UNIFIED_CONSOLE, register_administrator
from harness.interruption import kill_at_each
from harness.node_access import create_recording_key
from harness.organization import managers, settings_records, settle
from harness.recovery import ADOPTED, add_argument, follow, follow_warnings
from harness.results import TerraformError
from sandbox import Fault, Scenario
from systems_manager_organization.creation_tag import TAG
from systems_manager_organization.organizations.delegated_administrator import SYSTEMS_MANAGER

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from harness.results import Plan
    from harness.terraform import Terraform
    from harness.workspace import Workspaces
    from sandbox import Call, Sandbox
    from sandbox.faults import Kind
    from tools.faults.cells import Verdict


# Variables that examples/complete/management gives to the other configuration.
_REGIONS = ["us-east-1"]
# A stack has one also where somebody else made it: moto cannot remove the last tag of a stack, which AWS can.
STACK_TAGS = {"team": "operations"}


NODE_ACCESS = "node-access"


@dataclass(frozen=True)
class Example:
    """A configuration that is tried.

    Attributes:
        path: its directory.
        scenario: the organization before it.
        module: its module call.
        account_id: the account that it runs in; None: the management account.
        argument: one more argument of its module call.
        record_regions: Regions with records of settings.
        interruptions_only: without what it can start from and end in.
    """

    path: str
    scenario: str = "bare"
    module: str = "systems_manager"
    account_id: str | None = None
    argument: str = ""
    record_regions: tuple[str, ...] = ("us-east-1",)
    interruptions_only: bool = False


EXAMPLES = {
    "minimal": Example("examples/minimal"),
    # Where a destroy also disables what the apply enabled, the order matters in which it restores the settings.
    "restore": Example("examples/minimal", argument='trusted_access = { on_destroy = "restore" }'),
    "complete": Example("examples/complete/management", "realistic"),
    "administrator": Example("examples/complete/delegated-administrator", module="explorer", account_id=ADMINISTRATOR),
    "recommended": Example("examples/recommended/management", record_regions=("ap-northeast-1", "us-east-1")),
    # With just-in-time node access, its deny-access policy and its recordings.
    NODE_ACCESS: Example(
        "examples/recommended/delegated-administrator",
        module="just_in_time_node_access",
        account_id=ADMINISTRATOR,
        interruptions_only=True,
    ),
}
LONG = ("recommended", NODE_ACCESS)
"""Those that a run of all leaves out."""

# Commands without progress after which a trial has failed: with one error again and again, or with several in a circle.
_PATIENCE, _CIRCLES = 3, 8
# More than any trial takes; one that follows instructions in a circle ends here.
_COMMANDS = 400
# Reads after a call that do not see what it did, when it is visible late.
_LATE_READS = 3
# Differences in a message.
_SHOWN = 6

_UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
# Names of installations, and ids of organizational units and stacks.
_RANDOM = re.compile(rf"\d{{8}}T\d{{6}}Z-[0-9a-f]+|(?<=ou-)[0-9a-z]+-[0-9a-z]+|(?<=/){_UUID}")
_CREATED = re.compile(r'(?<="systems-manager-organization:created": ")[^"]+')
# The name of a stack of a StackSet has an id, which differs where the StackSet was created again.
_STACK_OF_STACK_SET = re.compile(rf"(StackSet-[\w-]+?)-{_UUID}")
# Ids of keys, and the name of a runbook after its content, which has one.
_KEY = re.compile(r"(?<=key/)(?:mrk-)?[0-9a-f]{8}[0-9a-f-]{24,28}|(?<=session-manager-preferences)-[0-9a-f]{8}\b")
# What the runbook of modules/session-manager-preferences does, each day and not in a command of Terraform.
_BY_RUNBOOK = re.compile(
    r"iam:(Attach|Detach)RolePolicy \S+ \S+:policy/session-manager-preferences-|ssm:\w+ SSM-SessionManagerRunShell"
)
# What differs between two errors that are the same: also times, and ids of requests.
_VARIABLE = re.compile(rf"{_RANDOM.pattern}|\d{{4}}-\d\d-\d\dT[\d:.]+Z|{_UUID}")
# What the templates of AWS retain of each deleted configuration, and name after its id: access logs of patch policies,
# logs of OpsCenter's functions. A sync is in progress for a while.
_NOT_COMPARED = re.compile(r"buckets/.*access-log|log_groups/.*AWS-QuickSetup-OpsCenter|resource_data_syncs/.*/status$")


class TrialError(Exception):
    """A trial does not end as it should. `verdict` says how."""

    def __init__(self, verdict: Verdict, message: str) -> None:
        super().__init__(message)
        self.verdict = verdict


@dataclass
class Trial:
    """An example in a new organization.

    Attributes:
        followed: what the errors said to do, and was done.
        changed: the calls of the last command that changed something.
        before: the new organization.
        start: what a destroy has to leave: the same, with what others made since.
    """

    example: str
    workspaces: Workspaces
    sandbox: Sandbox
    followed: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.configuration = EXAMPLES[self.example]
        self.sandbox.reset(Scenario.named(self.configuration.scenario))
        if self.example == NODE_ACCESS:
            register_administrator(self.sandbox, *UNIFIED_CONSOLE)
            self.recording_key_arn = create_recording_key(self.sandbox, "eu-west-1")
        elif self.configuration.account_id:
            _register(self.sandbox, self.configuration.account_id)
        self.terraform = self.checkout()
        self.before = self.start = self.snapshot()

    def begin_here(self) -> None:
        """What is there now was made by others: a destroy has to leave it."""
        self.start = self.snapshot()

    def client(self, service: str, region: str | None = None) -> Any:
        """A boto3 client in the account of the example."""
        return self.sandbox.client(service, self.configuration.account_id, region)

    def checkout(self) -> Terraform:
        """The example without a state. Its variables are in a file, so that printed commands work as they are."""
        environment = self.sandbox.environment(self.configuration.account_id)
        terraform = self.workspaces.checkout(self.configuration.path, environment)
        if self.configuration.argument:
            add_argument(terraform, self.configuration.argument)
        (terraform.directory / "faults.auto.tfvars.json").write_text(json.dumps(self._variables()))
        return terraform

    def _variables(self) -> dict[str, object]:
        if self.example == "complete":
            return management_variables(self.sandbox)
        if not self.configuration.account_id:
            return {"administrator_account_id": ADMINISTRATOR}
        if self.example == NODE_ACCESS:
            return {
                "administrator_account_id": ADMINISTRATOR,
                "regions": _REGIONS,
                "session_logs_destroyed": True,
                "node_access_approvers": "e8c17310-e011-7089-d989-10da1a2b3c4d",
                "rdp_recording_key_arn": self.recording_key_arn,
            }
        return {
            "administrator_account_id": ADMINISTRATOR,
            "regions": _REGIONS,
            # The provider waits a minute for its bucket.
            "patch_compliance_collected": False,
            "tags": STACK_TAGS,
        }

    def snapshot(self) -> dict[str, Any]:
        """The organization, without what differs between runs: the installation, and ids of configurations."""
        settle(self.sandbox)
        text = json.dumps(self.sandbox.snapshot())
        for index, id_ in enumerate(self._configuration_ids()):
            text = text.replace(id_, f"configuration{index}")
        # A stack that was changed back.
        text = text.replace('"UPDATE_COMPLETE"', '"CREATE_COMPLETE"')
        text = _KEY.sub("", _STACK_OF_STACK_SET.sub(r"\1", text))
        found: dict[str, Any] = json.loads(_CREATED.sub("", text))
        # What a plan's warning says to delete, or a destroy deletes, is there for 30 days.
        for location, keys in found["kms_keys"].items():
            found["kms_keys"][location] = [key for key in keys if key["state"] != "PendingDeletion"]
        return found

    def _configuration_ids(self) -> list[str]:
        quick_setup = self.sandbox.client("ssm-quicksetup")
        return [
            definition["Id"]
            for _, arn in managers(self.sandbox)
            for definition in quick_setup.get_configuration_manager(ManagerArn=arn)["ConfigurationDefinitions"]
        ]

    def recorded_settings(self) -> dict[str, dict[str, str]]:
        """The settings in the records of all installations, as a record has them."""
        return {
            key: setting
            for region in self.configuration.record_regions
            for record in settings_records(self.sandbox, self.configuration.account_id, region).values()
            for key, setting in record["settings"].items()  # type: ignore[index]
        }

    def changing_calls(self, begin: int = 0) -> list[str]:
        """The subjects of the calls from `begin` on that change something."""
        subjects = {subject_of(call) for call in self.sandbox.calls[begin:] if not call.is_read_only}
        return sorted(subject for subject in subjects if not _BY_RUNBOOK.match(subject))

    def attempt(self, command: Callable[[], object]) -> str:
        """Run a Terraform command once, and do what its errors say. Returns the errors; "" if it succeeded."""
        begin = len(self.sandbox.calls)
        try:
            command()
        except TerraformError as error:
            errors = "\n".join(diagnostic.detail or diagnostic.summary for diagnostic in error.report.errors)
        else:
            errors = ""
        self.changed = self.changing_calls(begin)
        if "EXISTS_ALREADY" not in errors:
            (self.terraform.directory / ADOPTED).unlink(missing_ok=True)
        done = follow(self.terraform, errors) if errors else ""
        self.followed += [done] if done else []
        return errors

    def converge(self, *, destroy: bool = False, interrupted: Callable[[], bool] = lambda: False) -> None:
        """Repeat the command, and do what its errors say in between, until it succeeds.

        `interrupted`: run before each repeat; whether something was injected or hit since the last one, in which case
        the same error may come again, and what it changed is not held against it. Raises TrialError.
        """
        errors: list[str] = []
        for _ in range(_COMMANDS):
            failed = self.attempt(self.terraform.destroy if destroy else self.terraform.apply)
            if not failed:
                return
            if interrupted():
                errors.clear()
            elif self.changed:
                raise TrialError("half-way", f"{', '.join(self.changed)}, then: {failed}")
            errors.append(_VARIABLE.sub("*", failed))
            if errors.count(errors[-1]) >= _CIRCLES or errors[-_PATIENCE:] == [errors[-1]] * _PATIENCE:
                break
        raise TrialError("never", failed)

    def require_converged(self, expected: dict[str, Any], *, interrupted: bool = False) -> None:
        """The next plan is empty, and the organization is as expected, once what its warnings say was done.

        `interrupted`: the plan may also say what to do until it is. Raises TrialError.
        """
        plan = self._plan()
        if interrupted and isinstance(plan, TerraformError):
            self.converge()
            plan = self._plan()
        if not isinstance(plan, TerraformError) and (done := follow_warnings(self.terraform, plan)):
            self.followed.append(done)
            plan = self._plan()
        names = [name for name, _ in managers(self.sandbox)]
        doubled = sorted({name for name in names if names.count(name) > 1})
        if doubled:
            raise TrialError("doubled", f"configuration managers: {', '.join(doubled)}")
        problems = [f"{path}: {difference[:200]}" for path, difference in self._differences(expected).items()]
        problems += map(str, self.sandbox.violations)
        if problems:
            raise TrialError("never", "; ".join(problems[:_SHOWN]))
        if isinstance(plan, TerraformError):
            raise TrialError("never", f"the plan after it fails: {plan}")
        if not plan.is_empty:
            raise TrialError("never", "the plan after it is not empty: " + ", ".join(str(plan).splitlines()))

    def _plan(self) -> Plan | TerraformError:
        try:
            return self.terraform.plan()
        except TerraformError as error:
            return error

    def require_destroyed(self, expected: dict[str, Any]) -> None:
        """Nothing is left but what a destroy without interruptions leaves. Raises TrialError."""
        left = set(self._differences(self.start)) - set(differences(self.before, expected))
        if left:
            raise TrialError("left behind", "; ".join(sorted(left)[:_SHOWN]))

    def _differences(self, expected: dict[str, Any]) -> dict[str, str]:
        return {
            path: difference
            for path, difference in differences(expected, self.snapshot()).items()
            # What others made has no tag of an installation.
            if not _NOT_COMPARED.match(path) and not path.endswith(f"/{TAG}")
        }

    def kill_at(self, subjects: Collection[str], *, destroy: bool, state_is_late: bool = False) -> set[str]:
        """Apply or destroy, and kill all processes when one of these calls was made, before its response.

        `state_is_late`: the state is then that of before, as a backend has it that is written to at intervals.
        Returns the call, and those at the same time; nothing when the command ended without one. Raises TerraformError
        when it failed.
        """
        state = self.terraform.directory / "terraform.tfstate"
        earlier = state.with_name("earlier.tfstate")
        if state.exists():
            shutil.copy(state, earlier)
        else:
            earlier.unlink(missing_ok=True)
        calls = kill_at_each(
            self.sandbox,
            self.terraform,
            lambda call: subject_of(call) in subjects and call.error_code in (None, "ConnectionDropped"),
            destroy=destroy,
        )
        if calls and state_is_late:
            shutil.copy(earlier, state) if earlier.exists() else state.unlink(missing_ok=True)
        return {subject_of(call) for call in calls}


def _register(sandbox: Sandbox, account_id: str) -> None:
    organizations = sandbox.client("organizations")
    organizations.enable_aws_service_access(ServicePrincipal=SYSTEMS_MANAGER)
    organizations.register_delegated_administrator(AccountId=account_id, ServicePrincipal=SYSTEMS_MANAGER)


def subject_of(call: Call) -> str:
    """The call as a subject of a cell, with * for what differs between runs."""
    return f"{call.service}:{call.operation} {_RANDOM.sub('*', call.resource)}".strip()


def fault_of(subject: str, kind: Kind, *, times: int = 1) -> Fault:
    """A fault of the calls of this subject."""
    call, _, resource = subject.partition(" ")
    service, _, operation = call.partition(":")
    return Fault(service, operation, kind, resource=resource, times=times, reads=_LATE_READS)


def type_of(address: str) -> str:
    """The type of a resource; "" of a data source."""
    parts = re.split(r"\.(?![^\[]*\])", address)
    return "" if parts[-3:-2] == ["data"] else parts[-2]
