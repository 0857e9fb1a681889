"""`ensure.py settings`: applies all settings of an installation in one run, and restores them."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from systems_manager_organization.cli.application import Command
from systems_manager_organization.cli.common_options import MEMBER_ROLE_NAME, list_pattern
from systems_manager_organization.cli.options import COMMON_KEYS, REGION_PATTERN, Option
from systems_manager_organization.creation_tag import TAG, CreationTag
from systems_manager_organization.errors import QueryError, ScriptError, ServiceError
from systems_manager_organization.installation.deregistration import DeregistrationBlockedError, DeregistrationGuard
from systems_manager_organization.installation.setting_kinds import FOUNDATIONS, KINDS, sort_by_kind
from systems_manager_organization.organizations.account_placement import AccountPlacement
from systems_manager_organization.organizations.delegated_administrator import DelegatedAdministrator, is_deregistered
from systems_manager_organization.plain_text import plain_line
from systems_manager_organization.quick_setup.orphaned_managers import require_no_orphaned_managers
from systems_manager_organization.settings.records import (
    INSTALLATION,
    RECORD_REGION,
    Record,
    completed,
    load_records,
    parameter_name,
    require_space,
    save_records,
)
from systems_manager_organization.settings.setting import (
    IrreversibleError,
    Setting,
    apply_change,
    display,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from systems_manager_organization.aws.session import AwsSession
    from systems_manager_organization.cli.application import Connect
    from systems_manager_organization.cli.options import Query
    from systems_manager_organization.settings.records import Records

# None of them is changed back while an account would lose what it manages.
_OF_ADMINISTRATOR = (DelegatedAdministrator.name, AccountPlacement.name)

APPLY, RESTORE = "apply", "restore"

_RULE = (
    "a JSON list of objects with the strings key, subject, value, previous, change and specification and the boolean "
    "retained; only key and value are required"
)


class SettingsError(ScriptError):
    """Some settings could not be changed; the text has one line for each."""


@dataclass(frozen=True)
class DesiredSetting:
    """A setting as Terraform has it in its plan or in its state.

    Attributes:
        previous: the value before, from the state.
        change: the change, as the plan shows it.
        retained: whether it is kept when the installation is destroyed.
    """

    setting: Setting
    previous: str = ""
    change: str = ""
    retained: bool = False

    def record(self, change: str) -> Record:
        return Record(self.setting.subject, self.setting.value, self.previous, change, self.retained)


@dataclass(frozen=True)
class Reversal:
    """The change of a setting back to its previous value.

    Attributes:
        current: its current value; "" if it was not read.
        target: the value to restore.
        reason: why it is left as it is; "" if it is changed back.
    """

    desired: DesiredSetting
    current: str = ""
    target: str = ""
    reason: str = ""


def run(query: Query, connect: Connect) -> str:
    """Applies or restores; returns a line for each setting. Raises SettingsError or another ScriptError."""
    desired = _parse(query["settings"])
    with connect() as aws:
        installation = SettingsOfInstallation(aws, query)
        if query["action"] == APPLY:
            lines = installation.apply(desired, json.loads(query["reverts"]))
        else:
            if query["execution_role_name"]:
                require_no_orphaned_managers(aws, query["installation"], query["execution_role_name"])
            lines = installation.restore(desired)
    return "\n".join(map(plain_line, lines)) or "There is nothing to change."


class SettingsOfInstallation:
    """The settings of one installation, with its record in AWS."""

    def __init__(self, aws: AwsSession, query: Query) -> None:
        self._aws = aws
        self._region, self._name = query["record_region"], query["installation"]
        self._guard = DeregistrationGuard(query["member_role_name"], tuple(sorted(set(json.loads(query["regions"])))))
        self._records: Records = load_records(aws, self._region, self._name, KINDS)
        self._own: dict[str, Record] = dict(self._records.own)

    def apply(self, desired: Iterable[DesiredSetting], reverts: Mapping[str, str]) -> list[str]:
        """Restores what is no longer desired, then applies what is.

        The record is written before anything is changed, and again at the end, also after a failure.

        Args:
            reverts: by key of what is no longer desired, the change back as the plan shows it.
        """
        desired_by_key = {found.setting.key: found for found in desired}
        lines: list[str] = []
        require_space(
            {key: replace(record, change=reverts.get(key, record.change)) for key, record in self._own.items()}
            | {key: found.record(found.change) for key, found in desired_by_key.items()}
        )
        unwanted = [_recorded(key, self._own[key]) for key in self._unwanted(desired_by_key)]
        if unwanted:
            # Before the account that is no longer the administrator is moved back.
            self._require_safe_replacements(desired_by_key.values())
            self.require_safe_deregistration(self._registrations_restored(unwanted))
        try:
            self._revert_unwanted(desired_by_key, reverts, lines)
            for key, found in desired_by_key.items():
                done = self._own.get(key) == found.record(found.change)
                self._own[key] = found.record(found.change if done else "")
            self._save()
            for key in sort_by_kind(desired_by_key):
                lines.append(self._apply(desired_by_key, key))
                self._own[key] = completed(self._own[key], desired_by_key[key].change)
        finally:
            self._save()
        return lines

    def restore(self, desired: Iterable[DesiredSetting]) -> list[str]:
        """Restores all values of the state, and deletes the record.

        Failures are reported at the end and stay recorded; the other settings are restored, except those that they
        depend on. Raises SettingsError.
        """
        known = {found.setting.key: found for found in desired}
        lines = self._add_recorded(known)
        failures = self._revert_all(known, lines.append)
        if failures:
            raise SettingsError(*lines, *failures)
        return lines

    def _add_recorded(self, known: dict[str, DesiredSetting]) -> list[str]:
        """Adds to `known` what the record alone has; returns a line for each setting that a person must restore."""
        lines: list[str] = []
        for key, record in self._own.items():
            if key in known or record.reverted:
                continue
            if key.partition("/")[0] == AccountPlacement.name:
                # A parameter alone must not move an account that no plan showed.
                lines.append(
                    f"{key}: left as it is, because only {parameter_name(self._name)} records that it was in "
                    f"{record.previous}. To move it back: aws organizations move-account --account-id {record.subject} "
                    f"--source-parent-id {record.value} --destination-parent-id {record.previous}"
                )
            else:
                known[key] = _recorded(key, record)
        return lines

    @property
    def records(self) -> Records:
        return self._records

    def plan_recorded(self) -> list[Reversal]:
        """How `restore_recorded` changes each recorded setting back, in its order."""
        recorded = self._recorded_settings()
        return [self.plan_reversal(recorded[key]) for key in reversed(sort_by_kind(recorded))]

    def restore_recorded(self, echo: Callable[[str], None]) -> None:
        """As `restore`, for a lost state: from the record alone, which loses each setting once it is restored.

        Raises SettingsError.
        """
        failures = self._revert_all(self._recorded_settings(), echo, save_each=True)
        if failures:
            raise SettingsError(*failures)

    def _recorded_settings(self) -> dict[str, DesiredSetting]:
        return {key: _recorded(key, record) for key, record in self._own.items() if not record.reverted}

    def _revert_all(
        self, known: Mapping[str, DesiredSetting], echo: Callable[[str], object], *, save_each: bool = False
    ) -> list[str]:
        """The failures. What is restored is no longer recorded."""
        failures: list[str] = []
        retained: tuple[str, ...] = ()
        used_by_others: dict[str, DesiredSetting] = {}
        try:
            self.require_safe_deregistration(self._registrations_restored(known.values()))
        except DeregistrationBlockedError as error:
            failures.append(str(error))
            retained = _OF_ADMINISTRATOR
        for key in reversed(sort_by_kind(known)):
            if failures and key.partition("/")[0] in (*FOUNDATIONS, *retained):
                echo(f"{key}: retained until the other settings are restored.")
                continue
            try:
                echo(self._revert(known[key]))
            except ScriptError as error:
                failures.append(f"{key}: {error}")
            else:
                self._own.pop(key, None)
                if self._others_of(known[key]):
                    used_by_others[key] = known[key]
                if save_each:
                    self._save()
        remaining = {key: record for key, record in self._own.items() if not record.reverted} if failures else {}
        save_records(self._aws, self._region, self._name, remaining)
        if used_by_others and not failures:
            self._restore_for_all(used_by_others, echo)
        return failures

    def _restore_for_all(self, used_by_others: Mapping[str, DesiredSetting], echo: Callable[[str], object]) -> None:
        """Restores what only installations used that were destroyed meanwhile.

        Two that are destroyed at the same time each find the record of the other. Each deletes its own before it looks
        again, so that at least one of them finds no other.
        """
        self._records = load_records(self._aws, self._region, self._name, KINDS)
        unused = {key: found for key, found in used_by_others.items() if not self._others_of(found)}
        self.require_safe_deregistration(self._registrations_restored(unused.values()))
        for key in reversed(sort_by_kind(unused)):
            echo(self._revert(unused[key]))

    def require_safe_deregistration(self, reversals: Iterable[Reversal]) -> None:
        """Raises DeregistrationBlockedError if they deregister an account that would lose what it manages."""
        principals: dict[str, list[str]] = {}
        for found in reversals:
            setting = found.desired.setting
            if (
                setting.kind == DelegatedAdministrator.name
                and not found.reason
                and is_deregistered(setting.name, found.current, found.target)
            ):
                principals.setdefault(found.current, []).append(setting.name)
        for account_id in sorted(principals):
            self._guard.require(self._aws, account_id, principals[account_id])

    def _registrations_restored(self, settings: Iterable[DesiredSetting]) -> Iterator[Reversal]:
        for found in settings:
            if found.setting.kind == DelegatedAdministrator.name:
                # One that cannot be read is not changed either, and reported then.
                with suppress(ServiceError):
                    yield self.plan_reversal(found)

    def _require_safe_replacements(self, desired: Iterable[DesiredSetting]) -> None:
        """The same, where an apply registers another account."""
        wanted = [found for found in desired if found.setting.kind == DelegatedAdministrator.name]
        current = KINDS[DelegatedAdministrator.name].read(self._aws, [found.setting for found in wanted])
        self.require_safe_deregistration(
            Reversal(found, current[found.setting.key], found.setting.value) for found in wanted
        )

    def _others_of(self, desired: DesiredSetting) -> Mapping[str, Record]:
        return self._records.records_of_others(desired.setting.key, desired.setting.subject)

    def _require_unit_of_others(self, setting: Setting, others: Iterable[str]) -> None:
        """Raises SettingsError for an account in a unit that this installation created, and deletes next."""
        if setting.kind != AccountPlacement.name:
            return
        list_tags = self._aws.organizations.list_tags_for_resource
        tags = self._aws.call_or_none("TargetNotFoundException", list_tags, ResourceId=setting.value)
        if tags and CreationTag.of_list(tags["Tags"]).installation == self._name:
            raise SettingsError(
                f"the organizational unit {setting.value}, which this installation created and deletes next, still "
                f"holds the account for the installation {', '.join(sorted(others))}. Destroy that one first, then "
                "this one again. Or keep the unit: remove aws_organizations_organizational_unit from the state "
                "(terraform state list, terraform state rm) and its tag: aws organizations untag-resource "
                f"--resource-id {setting.value} "
                f"--tag-keys {TAG}"
            )

    def _revert_unwanted(
        self, desired_by_key: Mapping[str, DesiredSetting], reverts: Mapping[str, str], lines: list[str]
    ) -> None:
        for key in self._unwanted(desired_by_key):
            record = self._own[key]
            lines.append(self._revert(_recorded(key, record)))
            self._own[key] = Record(
                record.subject, record.value, record.previous, reverts.get(key, ""), record.retained, reverted=True
            )

    def _unwanted(self, desired_by_key: Mapping[str, DesiredSetting]) -> list[str]:
        """Keys of what an earlier apply changed and is no longer desired, in the order in which it is changed back."""
        return [
            key
            for key in reversed(sort_by_kind(self._own))
            if not self._own[key].reverted
            and not (key in desired_by_key and desired_by_key[key].setting.subject == self._own[key].subject)
        ]

    def _apply(self, desired_by_key: Mapping[str, DesiredSetting], key: str) -> str:
        setting = desired_by_key[key].setting
        kind = KINDS[setting.kind]
        current = kind.current(self._aws, setting)
        if current == setting.value:
            return f"{setting.key}: already {display(current)}."
        if setting.kind == DelegatedAdministrator.name and is_deregistered(setting.name, current, setting.value):
            self._require_safe_replacements(desired_by_key.values())
        apply_change(kind, self._aws, setting, current, setting.value)
        return f"{setting.key}: {display(setting.value)} (was {display(current)})."

    def plan_reversal(self, desired: DesiredSetting) -> Reversal:
        setting = desired.setting
        kind = KINDS[setting.kind]
        reason = kind.always_retained or ("it is retained on destroy" if desired.retained else "")
        others = self._others_of(desired)
        if others:
            self._require_unit_of_others(setting, others)
            reason = f"the installation {', '.join(sorted(others))} uses it as well"
        elif not reason and desired.previous == setting.value:
            reason = f"it was {display(setting.value)} before this installation"
        if reason:
            return Reversal(desired, reason=reason)
        current = kind.current(self._aws, setting)
        if current not in self._values(desired):
            return Reversal(desired, current, reason=f"it is {display(current)} and no longer {display(setting.value)}")
        return Reversal(desired, current, kind.previous_or_substitute(self._aws, desired.previous))

    def _revert(self, desired: DesiredSetting) -> str:
        reversal, setting = self.plan_reversal(desired), desired.setting
        current, target = reversal.current, reversal.target
        if reversal.reason:
            return f"{setting.key}: left as it is, because {reversal.reason}."
        if current == target:
            return f"{setting.key}: already {display(current)}."
        try:
            apply_change(KINDS[setting.kind], self._aws, setting, current, target)
        except IrreversibleError as error:
            return f"{setting.key}: left {display(current)}, because {error}."
        note = "" if target == desired.previous or not desired.previous else f" ({desired.previous} is gone)"
        return f"{setting.key}: {display(target)} again (was {display(current)}){note}."

    def _values(self, desired: DesiredSetting) -> set[str]:
        """The values that this installation can have set, also by an interrupted apply."""
        own = self._own.get(desired.setting.key)
        return {desired.setting.value, *([own.value] if own and own.subject == desired.setting.subject else [])}

    def _save(self) -> None:
        save_records(self._aws, self._region, self._name, self._own)


def _recorded(key: str, record: Record) -> DesiredSetting:
    return DesiredSetting(Setting(key, record.subject, record.value), record.previous, record.change, record.retained)


def _parse(text: str) -> list[DesiredSetting]:
    try:
        items = json.loads(text)
        return [_desired(item) for item in items]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise QueryError(f"settings must be {_RULE}: {error}.") from error


def _desired(item: Mapping[str, Any]) -> DesiredSetting:
    found = dict(item)
    setting = Setting(
        found.pop("key"), found.pop("subject", None) or "", found.pop("value"), found.pop("specification", None) or ""
    )
    if setting.kind not in KINDS:
        raise ValueError(f"{setting.key} is not of a known kind ({', '.join(KINDS)})")
    return DesiredSetting(setting, **found)


COMMAND = Command(
    name="settings",
    summary="Applies or restores all settings of an installation for which Terraform has no resource.",
    description="""\
Reads the current values, changes what differs, reads again. Trusted access: organizations:EnableAWSServiceAccess and
DisableAWSServiceAccess. StackSets: cloudformation:ActivateOrganizationsAccess and DeactivateOrganizationsAccess.
Resource sharing: ram:EnableSharingWithAwsOrganization and organizations:DisableAWSServiceAccess.
Service-linked roles: iam:CreateServiceLinkedRole. The place of an account: organizations:MoveAccount. Delegated
administrators: organizations:RegisterDelegatedAdministrator and DeregisterDelegatedAdministrator. Explorer's syncs:
ssm:CreateResourceDataSync, UpdateResourceDataSync and DeleteResourceDataSync. The role of Default Host Management:
ssm:UpdateServiceSetting and ResetServiceSetting. Before an administrator is deregistered: cloudformation:ListStackSets,
and in its account ssm:ListResourceDataSync, ssm-quicksetup:ListConfigurationManagers and GetConfigurationManager.
What was changed is recorded by ssm:PutParameter below
/systems-manager-organization. Resources of the AWS provider that adopt what exists, and leave it on destroy, would
replace this.""",
    example='settings \'{"account_id": "111111111111", "region": "us-east-1", …}\'',
    options=(
        *COMMON_KEYS,
        INSTALLATION,
        RECORD_REGION,
        Option("settings", "the settings and their values", r"(?s)\[.*\]", _RULE, default="[]"),
        Option(
            "reverts",
            "by key of what is no longer desired, the change back as the plan shows it",
            r"(?s)\{.*\}",
            "a JSON object of strings",
            default="{}",
        ),
        MEMBER_ROLE_NAME,
        Option(
            "regions",
            "Regions of the administrator account's resource data syncs, StackSets and configuration managers",
            list_pattern(REGION_PATTERN, empty=True),
            "a JSON list of Regions",
            default="[]",
        ),
        Option(
            "execution_role_name",
            "for restore: the role that deleting configuration managers requires; fails while any exists",
            r"[A-Za-z0-9_+=,.@/-]{1,576}",
            "the name of an IAM role",
        ),
        Option(
            "action", "whether to apply or to restore", f"{APPLY}|{RESTORE}", f'"{APPLY}" or "{RESTORE}"', default=APPLY
        ),
    ),
    run=run,
)
