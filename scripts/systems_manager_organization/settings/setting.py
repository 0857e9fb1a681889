"""Settings that no Terraform resource manages: what kinds there are, how one is read, changed and changed back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from systems_manager_organization.aws.waiters import SETTING_DELAYS, wait_until
from systems_manager_organization.errors import ScriptError, ServiceError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from systems_manager_organization.aws.session import AwsSession


class IrreversibleError(ScriptError):
    """AWS has no way back to the previous value; the text says why."""


@dataclass(frozen=True)
class Setting:
    """One setting.

    Attributes:
        key: `KIND/NAME`, unique in an installation, for example `trusted-access/ssm.amazonaws.com`. It stays the same
            when the subject changes.
        subject: what is set where the name does not say it: the account that is placed. "" where it is not known yet.
        value: the desired value; "" where it is not known yet.
        specification: more about the desired value, for a kind that needs it; a JSON object.
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


def _allow(_aws: AwsSession, _account_id: str) -> None: ...


@dataclass(frozen=True)
class SettingContext:
    """What changing a setting needs."""

    aws: AwsSession
    require_safe_deregistration: Callable[[AwsSession, str], None] = _allow


class SettingKind(ABC):
    """One kind of setting. A value is a short text, which plans show.

    Attributes:
        name: the first part of a setting's key.
        values: regular expression of what the setting can be, and can have been.
        always_retained: why it is never changed back; "" when it is.
    """

    name: ClassVar[str]
    values: ClassVar[str]
    always_retained: ClassVar[str] = ""

    @abstractmethod
    def read(self, aws: AwsSession, settings: Sequence[Setting]) -> dict[str, str]:
        """The value that each of these settings of the kind has now, by key. Raises ScriptError."""

    @abstractmethod
    def change(self, context: SettingContext, setting: Setting, current: str, target: str) -> None:
        """Replaces `current` by `target`. Raises IrreversibleError when AWS has no such operation, or ScriptError."""

    def previous_or_substitute(self, context: SettingContext, previous: str) -> str:  # noqa: ARG002
        """What to change back to; another value where AWS no longer has the previous one."""
        return previous

    def current(self, aws: AwsSession, setting: Setting) -> str:
        return self.read(aws, [setting])[setting.key]


def apply_change(kind: SettingKind, context: SettingContext, setting: Setting, current: str, target: str) -> None:
    """Changes the setting and waits until AWS shows it.

    Raises WaiterError when AWS accepts the change and does not show it, or what `change` raises.
    """
    aws = context.aws
    try:
        kind.change(context, setting, current, target)
    except ServiceError:
        # A change whose answer was lost is requested twice, and the second time AWS may say that it is done already.
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
    of_kind = {
        name: [setting for setting in settings if setting.kind == name]
        for name in kinds
        if any(setting.kind == name for setting in settings)
    }
    started = [aws.start(kinds[name].read, aws, settings_of_kind) for name, settings_of_kind in of_kind.items()]
    return {key: value for answer in started for key, value in answer.result().items()}


def display(value: str) -> str:
    return value or "not set"
