"""The shape that every verb of `ensure.py` shares: describe, compare, act, describe again."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from systems_manager_organization.command_line import Verb
from systems_manager_organization.errors import ScriptError, ServiceError, UnsettledError
from systems_manager_organization.query import COMMON_KEYS, Key
from systems_manager_organization.retry import settling_pauses

if TYPE_CHECKING:
    from collections.abc import Callable

    from systems_manager_organization.command_line import Connect
    from systems_manager_organization.connection import Connection
    from systems_manager_organization.query import Query

_ACTION_KEYS = (
    Key(
        "action", "make it so, or undo what this verb did", "ensure|restore", '"ensure" or "restore"', default="ensure"
    ),
    Key(
        "on_destroy",
        "for restore: leave everything as it is, or really restore",
        "retain|restore",
        '"retain" or "restore"',
        default="retain",
    ),
)


class IrreversibleError(ScriptError):
    """AWS has no way back to what was there before; the text says why."""


class Setting(ABC):
    """One thing in AWS that has one value, told as a string.

    A subclass reads its query in `__init__` and calls AWS in the two methods only.

    Attributes:
        subject: what it is, as the beginning of a sentence.
        wanted: the value that `ensure` brings about.
        before: the value before `ensure` was first run; None when that is not known.
        always_retained: why `restore` leaves it; "" when it can be restored.
    """

    subject: str
    wanted: str
    before: str | None
    always_retained: ClassVar[str] = ""

    @abstractmethod
    def describe(self, aws: Connection) -> str:
        """The value that AWS shows now."""

    @abstractmethod
    def change(self, aws: Connection, current: str, target: str) -> None:
        """Asks AWS to put `target` in place of `current`. Raises IrreversibleError when it cannot be asked for."""


def setting_verb(
    name: str,
    summary: str,
    description: str,
    keys: tuple[Key, ...],
    before: Key | None,
    make: Callable[[Query], Setting],
) -> Verb[str]:
    """The verb that ensures and restores a setting, which `make` builds from the query. Its result is a sentence."""
    memory = (before,) if before else (Key("before", "accepted and not used", ".*", "anything"),)
    return Verb(name, summary, description, (*COMMON_KEYS, *keys, *_ACTION_KEYS, *memory), partial(_run, make))


def _run(make: Callable[[Query], Setting], query: Query, connect: Connect) -> str:
    setting = make(query)
    if query["action"] == "ensure":
        with connect() as aws:
            return _ensure(setting, aws)
    reason = _reason_to_retain(setting, query)
    if reason:
        return f"{setting.subject}: left alone, because {reason}."
    with connect() as aws:
        return _restore(setting, aws)


def _ensure(setting: Setting, aws: Connection) -> str:
    current = setting.describe(aws)
    if current == setting.wanted:
        return f"{setting.subject}: already {_shown(current)}."
    _bring(setting, aws, current, setting.wanted)
    return f"{setting.subject}: {_shown(setting.wanted)} (was {_shown(current)})."


def _reason_to_retain(setting: Setting, query: Query) -> str:
    """Why nothing is to be done, if that can be told without AWS: then neither boto3 nor credentials are needed."""
    if setting.always_retained:
        return setting.always_retained
    if query["on_destroy"] == "retain":
        return 'on_destroy is "retain"'
    if setting.before is None:
        return "what was there before is not known"
    if setting.before == setting.wanted:
        return f"it was {_shown(setting.before)} before this module came"
    return ""


def _restore(setting: Setting, aws: Connection) -> str:
    before = setting.before or ""
    current = setting.describe(aws)
    if current != setting.wanted:
        return f"{setting.subject}: left alone, because it is {_shown(current)} and no longer {_shown(setting.wanted)}."
    try:
        _bring(setting, aws, current, before)
    except IrreversibleError as reason:
        return f"{setting.subject}: left {_shown(current)}, because {reason}."
    return f"{setting.subject}: {_shown(before)} again (was {_shown(current)})."


def _bring(setting: Setting, aws: Connection, current: str, target: str) -> None:
    try:
        setting.change(aws, current, target)
    except ServiceError:
        # A change whose answer is lost is asked for twice, and the second time AWS may say that it is there already.
        if not _is_nevertheless(setting, aws, target):
            raise
        return
    for pause in settling_pauses():
        if setting.describe(aws) == target:
            return
        aws.clock.sleep(pause)
    found = setting.describe(aws)
    if found != target:
        raise UnsettledError(
            f"{setting.subject}: AWS accepted the change to {_shown(target)} for account {aws.account_id} in Region "
            f"{aws.region}, and a minute later still shows {_shown(found)}. Run this again."
        )


def _is_nevertheless(setting: Setting, aws: Connection, target: str) -> bool:
    try:
        return setting.describe(aws) == target
    except ServiceError:
        return False


def _shown(value: str) -> str:
    return value or "not set"
