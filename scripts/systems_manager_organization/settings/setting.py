"""Settings that no Terraform resource manages: kinds of settings, and how they are read and changed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

from systems_manager_organization.aws.waiters import SETTING_DELAYS, wait_until
from systems_manager_organization.errors import ScriptError, ServiceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from concurrent.futures import Future

    from systems_manager_organization.aws.session import AwsSession


class IrreversibleError(ScriptError):
    """The previous value cannot be restored; the text has the reason."""


@dataclass(frozen=True)
class Setting:
    """One setting.

    Attributes:
        key: `KIND/NAME`, unique in an installation, for example `trusted-access/ssm.amazonaws.com`. It stays the same
            when the subject changes.
        subject: the subject, if it is not the name: the account that is placed. "" if it is not known yet.
        value: the desired value; "" if it is not known yet.
        specification: a JSON object that specifies the desired value, for a kind that needs it.
    """

    key: str
    subject: str = ""
    value: str = ""
    specification: str = ""

    @property
    def kind(self) -> str:
        return self.key.partition("/")[0]

    @property
    def name(self) -> str:
        return self.key.partition("/")[2]


class SettingKind(ABC):
    """One kind of setting. A value is a short text, which plans show.

    Attributes:
        name: the first part of a setting's key.
        values: regular expression of the possible values.
        always_retained: why it is never changed back; "" if it is.
    """

    name: str
    values: str
    always_retained: str = ""

    @abstractmethod
    def read(self, aws: AwsSession, settings: Sequence[Setting]) -> dict[str, str]:
        """The current values of these settings of the kind, by key. Raises ScriptError."""

    @abstractmethod
    def change(self, aws: AwsSession, setting: Setting, current: str, target: str) -> None:
        """Replaces `current` by `target`. Raises IrreversibleError when AWS has no such operation, or ScriptError."""

    def previous_or_substitute(self, aws: AwsSession, previous: str) -> str:  # noqa: ARG002
        """The value to restore; another one if the previous one no longer exists."""
        return previous

    def current(self, aws: AwsSession, setting: Setting) -> str:
        return self.read(aws, [setting])[setting.key]


def apply_change(kind: SettingKind, aws: AwsSession, setting: Setting, current: str, target: str) -> None:
    """Changes the setting and waits until AWS returns the new value.

    Raises WaiterError when it does not, or what `change` raises.
    """
    try:
        kind.change(aws, setting, current, target)
    except ServiceError:
        # A change whose response was lost is retried, and the retry can fail because it is already applied.
        if not _already_applied(kind, aws, setting, target):
            raise
        return
    wait_until(
        aws.clock,
        lambda: kind.current(aws, setting),
        lambda value: value == target,
        delays=SETTING_DELAYS,
        timeout_message=lambda value: (
            f"{setting.key}: AWS accepted the change to {display(target)} in account {aws.account_id} and Region "
            f"{aws.region}, and a minute later still shows {display(value)}. Run this again."
        ),
    )


def _already_applied(kind: SettingKind, aws: AwsSession, setting: Setting, target: str) -> bool:
    try:
        return kind.current(aws, setting) == target
    except ServiceError:
        return False


def read_all(kinds: Mapping[str, SettingKind], aws: AwsSession, settings: Sequence[Setting]) -> dict[str, str]:
    """The values of settings of any kind, by key; kinds are read concurrently. Raises ScriptError."""
    return values_of(start_reading(kinds, aws, settings))


def start_reading(
    kinds: Mapping[str, SettingKind], aws: AwsSession, settings: Sequence[Setting]
) -> list[Future[dict[str, str]]]:
    """What `values_of` waits for: one reading for each kind."""
    of_kind = {
        name: [setting for setting in settings if setting.kind == name]
        for name in kinds
        if any(setting.kind == name for setting in settings)
    }
    return [aws.start(kinds[name].read, aws, settings_of_kind) for name, settings_of_kind in of_kind.items()]


def values_of(readings: Iterable[Future[dict[str, str]]]) -> dict[str, str]:
    """The values of settings, by key. Raises ScriptError."""
    return {key: value for reading in readings for key, value in reading.result().items()}


def display(value: str) -> str:
    return value or "not set"
