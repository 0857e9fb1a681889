"""What an example makes, in every state that it can be in before an apply: each resource and each setting.

The rows are the resources in the state of an apply, and the settings in its record: none is listed by hand.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from harness.complete import ADMINISTRATOR
from harness.organization import root_id
from sandbox.services.iam.service_linked_roles import ROLE_NAMES
from sandbox.services.ssm.service_settings import DEFAULT_HOST_MANAGEMENT
from systems_manager_organization.creation_tag import TAG
from systems_manager_organization.organizations.service_setting import SETTING_IDS
from tools.faults.cells import Cell, Outcome
from tools.faults.matrix import Matrix
from tools.faults.trial import STACK_TAGS, type_of

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from tools.faults.matrix import Baseline
    from tools.faults.trial import Trial

    Values = Mapping[str, Any]

STATE_LOST, DRIFTED, DELETED, BEING_DELETED = "state lost", "drifted", "deleted by hand", "being deleted"
SAME, DIFFERENT = "made by somebody else", "made by somebody else, different"
EVENTS = (STATE_LOST, DRIFTED, DELETED, BEING_DELETED, SAME, DIFFERENT)

_MANAGER = "aws_ssmquicksetup_configuration_manager"
STACK_SETS = "member.org.stacksets.cloudformation.amazonaws.com"
_STACK = "aws_cloudformation_stack"
STACK_SET = "aws_cloudformation_stack_set"
_STACK_INSTANCES = "aws_cloudformation_stack_instances"
_SHARING = "ram.amazonaws.com"
_UNIT = "aws_organizations_organizational_unit"
# In which an operation of a StackSet ends.
_OPERATION_SECONDS = 3600
# Settings whose drift deregisters the administrator.
_REGISTRATIONS = ("trusted-access", "stack-sets-access", "delegated-administrator")
# Of a role or a StackSet that is there or not: nothing that could exist by itself.
_PARTS = ("aws_iam_role_policy", "aws_iam_role_policy_attachment", _STACK_INSTANCES)


class Starts(Matrix):
    """Each resource and each setting of the baseline, in each state."""

    def __init__(self, baseline: Baseline) -> None:
        super().__init__(baseline)
        example = baseline.example
        self.cells = [
            *(
                Cell(example, "start", event, row)
                for event in EVENTS
                for row in baseline.addresses
                if occurs(event, row)
            ),
            *(
                Cell(example, "start", event, row)
                for event in (DRIFTED, SAME)
                for row in baseline.settings
                # It names a role that the module makes and deletes: nobody else sets it without that role.
                if event == DRIFTED or not row.startswith("default-host-management-role/")
            ),
        ]

    def batches(self) -> list[list[Cell]]:
        """Cells that are tried in one organization."""
        return [list(batch) for batch in _grouped(self.cells, _organization_of)]

    def try_together(self, cells: Sequence[Cell]) -> dict[Cell, Outcome]:
        """One organization from the first start to the destroy."""
        trial = self.baseline.new_trial()
        if _is_made_before(cells[0]):
            for cell in cells:
                make_setting(trial, cell.subject, self.baseline.settings[cell.subject])
            trial.begin_here()
            outcomes = self._converge(trial, cells)
        else:
            trial.converge()
            outcomes = {}
            for together in _grouped(cells, _change_of):
                _start(trial, together)
                outcomes |= self._converge(trial, together)
        trial.converge(destroy=True)
        trial.require_destroyed(self.baseline.destroyed)
        return outcomes

    def _converge(self, trial: Trial, cells: Sequence[Cell]) -> dict[Cell, Outcome]:
        """From what `cells` are to what the example is. Raises TrialError."""
        trial.converge()
        trial.require_converged(self.baseline.applied)
        outcomes = {cell: Outcome.after(cell, trial.followed) for cell in cells}
        trial.followed.clear()
        return outcomes


def _grouped(cells: Sequence[Cell], key: Callable[[Cell], tuple[str, ...]]) -> list[list[Cell]]:
    groups: dict[tuple[str, ...], list[Cell]] = {}
    for cell in cells:
        groups.setdefault(key(cell), []).append(cell)
    return list(groups.values())


def _is_made_before(cell: Cell) -> bool:
    """Whether it is a setting that others made before the first apply."""
    return cell.event == SAME and "aws_" not in cell.subject


def _change_of(cell: Cell) -> tuple[str, ...]:
    """What is the same for cells that are independent of each other, and change at once."""
    kind = _kind_of(cell.subject)
    if cell.event in (STATE_LOST, DRIFTED):
        # AWS deletes the syncs of an administrator that is deregistered, so that there is more to do than for others.
        kind = "registration" if kind in _REGISTRATIONS else "setting" if "aws_" not in cell.subject else ""
    return (cell.event, kind)


def _organization_of(cell: Cell) -> tuple[str, ...]:
    """What is the same for cells of which one follows the other in one organization."""
    kind = _kind_of(cell.subject)
    # A unit that others made stays, and so do their settings.
    if _is_made_before(cell) or (cell.event == SAME and kind == _UNIT):
        return (SAME, kind)
    return (SAME,) if cell.event in (SAME, DIFFERENT) else ("",) if cell.event in (STATE_LOST, DRIFTED) else (DELETED,)


def _start(trial: Trial, cells: Sequence[Cell]) -> None:
    """Change an example that was applied. Raises TrialError."""
    event, rows, before = cells[0].event, [cell.subject for cell in cells], trial.terraform.state()
    if event in (SAME, DIFFERENT):
        _leave(trial, {row: before[row] for row in rows}, different=event == DIFFERENT)
        # What others made, Terraform destroys.
        trial.followed.clear()
        return
    for row in rows:
        _change(trial, event, row, before.get(row, {}))


def drift(trial: Trial, chosen: random.Random) -> str:
    """Change by hand one of the resources that are in the state. Returns its address, or "nothing"."""
    resources = {
        address: values for address, values in sorted(trial.terraform.state().items()) if type_of(address) in _DRIFTS
    }
    if not resources:
        return "nothing"
    address = chosen.choice(list(resources))
    try:
        _DRIFTS[type_of(address)](trial, resources[address])
    except ClientError as error:
        return f"nothing ({error})"
    return address


def _leave(trial: Trial, resources: Mapping[str, Values], *, different: bool) -> None:
    """Destroy everything else; what is left has no tag of an installation. Then begin with a new state."""
    for address, values in resources.items():
        _untag(trial, address, values)
        trial.terraform.forget(address)
    for part in trial.terraform.addresses():
        if type_of(part) in _PARTS and any(_belongs(part, address) for address in resources):
            trial.terraform.forget(part)
    trial.converge(destroy=True)
    if different:
        for address, values in resources.items():
            _DRIFTS[type_of(address)](trial, values)
    trial.terraform = trial.checkout()
    if any(type_of(address) == _UNIT for address in resources):
        # The one resource that is used as it is, and not imported.
        trial.begin_here()


def occurs(event: str, address: str) -> bool:
    """Whether a resource can be in this state."""
    type_ = type_of(address)
    if event == BEING_DELETED:
        return type_ == _MANAGER
    if event in (SAME, DIFFERENT):
        # A unit with another name is another unit.
        return type_ not in (_PARTS if event == SAME else (*_PARTS, _UNIT))
    if event == STATE_LOST:
        return True
    # A unit that holds an account cannot be deleted.
    return event != DELETED or type_ != _UNIT


def _kind_of(row: str) -> str:
    """The type of a resource, or the kind of a setting."""
    return type_of(row) if "aws_" in row else row.partition("/")[0]


def _belongs(part: str, role: str) -> bool:
    """Whether these are the stacks of a StackSet; or a role's policy in the module of the role, and named after it."""
    if type_of(part) == _STACK_INSTANCES:
        return part == role.replace(f"{STACK_SET}.", f"{_STACK_INSTANCES}.")
    module, _, name = role.rpartition(".aws_iam_role.")
    return bool(module) and part.startswith(module + ".aws_iam_role_policy") and f".{name.split('[')[0]}" in part


def _change(trial: Trial, event: str, row: str, values: Values) -> None:
    if event == STATE_LOST:
        trial.terraform.forget(row)
    elif "aws_" not in row:
        drift_setting(trial, row)
    elif event == DRIFTED:
        _DRIFTS[type_of(row)](trial, values)
    else:
        _DELETIONS[type_of(row)](trial, values)
        if event == DELETED:
            trial.sandbox.clock.advance(3600)


def _drift_role(trial: Trial, values: Values) -> None:
    trial.client("iam").update_role(RoleName=values["name"], MaxSessionDuration=7200)


def _drift_unit(trial: Trial, values: Values) -> None:
    trial.client("organizations").update_organizational_unit(
        OrganizationalUnitId=values["id"], Name=f"{values['name']}-2"
    )


def _drift_stack(trial: Trial, values: Values) -> None:
    template = json.loads(values["template_body"])
    template["Resources"]["Sync"]["Properties"]["SyncSource"]["SourceRegions"].append("eu-west-1")
    trial.client("cloudformation").update_stack(StackName=values["name"], TemplateBody=json.dumps(template))


def _drift_manager(trial: Trial, values: Values) -> None:
    trial.client("ssm-quicksetup").update_configuration_manager(
        ManagerArn=values["manager_arn"], Description="Changed by hand."
    )


def _delete_role_policy(trial: Trial, values: Values) -> None:
    trial.client("iam").delete_role_policy(RoleName=values["role"], PolicyName=values["name"])


def _detach(trial: Trial, values: Values) -> None:
    trial.client("iam").detach_role_policy(RoleName=values["role"], PolicyArn=values["policy_arn"])


def _delete_role(trial: Trial, values: Values) -> None:
    iam, name = trial.client("iam"), values["name"]
    for policy in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
        iam.detach_role_policy(RoleName=name, PolicyArn=policy["PolicyArn"])
    for inline in iam.list_role_policies(RoleName=name)["PolicyNames"]:
        iam.delete_role_policy(RoleName=name, PolicyName=inline)
    iam.delete_role(RoleName=name)


def _delete_stack(trial: Trial, values: Values) -> None:
    trial.client("cloudformation").delete_stack(StackName=values["name"])


def _drift_stack_set(trial: Trial, values: Values) -> None:
    _update_stack_set(trial, values["name"], Description="Changed by hand.")


def _update_stack_set(trial: Trial, name: str, **changes: Any) -> None:
    trial.client("cloudformation").update_stack_set(
        StackSetName=name,
        UsePreviousTemplate=True,
        AutoDeployment={"Enabled": True, "RetainStacksOnAccountRemoval": False},
        **changes,
    )
    trial.sandbox.clock.advance(_OPERATION_SECONDS)


def _drift_stack_instances(trial: Trial, values: Values) -> None:
    _delete_instances(trial, values["stack_set_name"], sorted(values["regions"])[:1])


def _delete_stack_instances(trial: Trial, values: Values) -> None:
    _delete_instances(trial, values["stack_set_name"], sorted(values["regions"]))


def _delete_instances(trial: Trial, name: str, regions: Sequence[str]) -> None:
    trial.client("cloudformation").delete_stack_instances(
        StackSetName=name,
        DeploymentTargets={"OrganizationalUnitIds": [root_id(trial.sandbox)]},
        Regions=regions,
        RetainStacks=False,
    )
    trial.sandbox.clock.advance(_OPERATION_SECONDS)


def delete_stack_set(trial: Trial, values: Values) -> None:
    """Delete a StackSet and its stacks in the Regions of the example."""
    _delete_instances(trial, values["name"], trial.configuration.record_regions)
    trial.client("cloudformation").delete_stack_set(StackSetName=values["name"])


def _delete_manager(trial: Trial, values: Values) -> None:
    trial.client("ssm-quicksetup").delete_configuration_manager(ManagerArn=values["manager_arn"])


_DRIFTS: dict[str, Callable[[Trial, Any], None]] = {
    "aws_iam_role": _drift_role,
    "aws_iam_role_policy": _delete_role_policy,
    "aws_iam_role_policy_attachment": _detach,
    _STACK: _drift_stack,
    STACK_SET: _drift_stack_set,
    _STACK_INSTANCES: _drift_stack_instances,
    _UNIT: _drift_unit,
    _MANAGER: _drift_manager,
}
_DELETIONS: dict[str, Callable[[Trial, Any], None]] = {
    "aws_iam_role": _delete_role,
    "aws_iam_role_policy": _delete_role_policy,
    "aws_iam_role_policy_attachment": _detach,
    _STACK: _delete_stack,
    STACK_SET: delete_stack_set,
    _STACK_INSTANCES: _delete_stack_instances,
    _MANAGER: _delete_manager,
}


def _untag(trial: Trial, address: str, values: Values) -> None:
    """Remove the tag, as if somebody else had made the resource."""
    if type_of(address) == "aws_iam_role":
        trial.client("iam").untag_role(RoleName=values["name"], TagKeys=[TAG])
    elif type_of(address) == _UNIT:
        trial.client("organizations").untag_resource(ResourceId=values["id"], TagKeys=[TAG])
    elif type_of(address) in (_STACK, STACK_SET):
        tags = [{"Key": key, "Value": value} for key, value in STACK_TAGS.items()]
        if type_of(address) == STACK_SET:
            _update_stack_set(trial, values["name"], Tags=tags)
        else:
            trial.client("cloudformation").update_stack(StackName=values["name"], UsePreviousTemplate=True, Tags=tags)
    elif type_of(address) == _MANAGER:
        trial.client("ssm-quicksetup").untag_resource(ResourceArn=values["manager_arn"], TagKeys=[TAG])


def drift_setting(trial: Trial, setting: str) -> None:
    """Change a setting to what it was before."""
    kind, _, name = setting.partition("/")
    organizations = trial.client("organizations")
    recorded = trial.recorded_settings()[setting]
    if kind == "trusted-access":
        _deregister(organizations, name)
        organizations.disable_aws_service_access(ServicePrincipal=name)
    elif kind == "stack-sets-access":
        _deregister(organizations, STACK_SETS)
        trial.client("cloudformation").deactivate_organizations_access()
    elif kind == "account-placement":
        organizations.move_account(
            AccountId=recorded["subject"], SourceParentId=recorded["value"], DestinationParentId=root_id(trial.sandbox)
        )
    elif kind == "delegated-administrator":
        _deregister(organizations, name)
    elif kind == "service-linked-role":
        trial.client("iam").delete_service_linked_role(RoleName=ROLE_NAMES[name])
    elif kind == "resource-sharing":
        organizations.disable_aws_service_access(ServicePrincipal=_SHARING)
    elif kind in SETTING_IDS:
        trial.client("ssm", name).reset_service_setting(SettingId=SETTING_IDS[kind])
    else:
        assert kind == "default-host-management-role", f"No drift for the setting {setting}: add it to starts.py."
        trial.client("ssm", name).reset_service_setting(SettingId=DEFAULT_HOST_MANAGEMENT)


def _deregister(organizations: Any, principal: str) -> None:
    """AWS refuses to end the access of a service that has delegated administrators."""
    for found in organizations.list_delegated_administrators(ServicePrincipal=principal)["DelegatedAdministrators"]:
        organizations.deregister_delegated_administrator(AccountId=found["Id"], ServicePrincipal=principal)


def make_setting(trial: Trial, setting: str, value: str) -> None:
    """Make a setting as the example wants it, before its first apply."""
    kind, _, name = setting.partition("/")
    organizations = trial.client("organizations")
    if kind == "trusted-access":
        organizations.enable_aws_service_access(ServicePrincipal=name)
    elif kind == "stack-sets-access":
        trial.client("cloudformation").activate_organizations_access()
    elif kind == "account-placement":
        unit = organizations.create_organizational_unit(ParentId=root_id(trial.sandbox), Name="SystemsManager")
        organizations.move_account(
            AccountId=ADMINISTRATOR,
            SourceParentId=root_id(trial.sandbox),
            DestinationParentId=unit["OrganizationalUnit"]["Id"],
        )
    elif kind == "delegated-administrator":
        if name != STACK_SETS:
            organizations.enable_aws_service_access(ServicePrincipal=name)
        else:
            trial.client("cloudformation").activate_organizations_access()
        organizations.register_delegated_administrator(AccountId=ADMINISTRATOR, ServicePrincipal=name)
    elif kind == "resource-sharing":
        trial.client("ram").enable_sharing_with_aws_organization()
    elif kind in SETTING_IDS:
        trial.client("ssm", name).update_service_setting(SettingId=SETTING_IDS[kind], SettingValue=value)
    else:
        assert kind == "service-linked-role", f"No start for the setting {setting}: add it to starts.py."
        trial.client("iam").create_service_linked_role(AWSServiceName=name)
