"""What an installation of the module has changed, recorded in AWS in case the Terraform state is lost.

One parameter of Systems Manager's Parameter Store for each installation, below one path, in one Region:

    /systems-manager-organization/settings/INSTALLATION = {"schema": 1, "settings": {KEY: {...}}}

It is written before anything is changed. Terraform's state has the value to restore; the record is for a lost state,
for other installations, which must know what is still in use, and for interrupted changes.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

from systems_manager_organization.cli.options import REGION_PATTERN, Option
from systems_manager_organization.errors import ScriptError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from systems_manager_organization.aws.session import AwsSession
    from systems_manager_organization.settings.setting import SettingKind

SCHEMA = 1
PATH = "/systems-manager-organization/settings"

# A standard parameter: https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html
_MAX_LENGTH = 4096

INSTALLATION = Option(
    "installation",
    "the installation of the module",
    "[A-Za-z0-9._-]{1,64}",
    "1 to 64 letters, digits, dots, underscores or hyphens",
    required=True,
)

RECORD_REGION = Option(
    "record_region", "the Region of the record", REGION_PATTERN, 'a Region, for example "us-east-1"', required=True
)


class RecordError(ScriptError):
    """The record cannot be written."""


@dataclass(frozen=True)
class Record:
    """An installation's change of one setting.

    Attributes:
        subject: as in Setting.
        value: what it was changed to.
        previous: the value before this installation changed it.
        change: the change as the plan showed it, for example `disabled -> enabled (2026-11-28T10:12:48Z)`; "" until it
            is complete.
        retained: whether it is kept when the installation is destroyed.
        reverted: whether it was changed back. `change` is then the change back.
    """

    subject: str
    value: str
    previous: str
    change: str = ""
    retained: bool = False
    reverted: bool = False


_KEY = "[a-z-]+/[A-Za-z0-9_.-]{1,128}"
_SUBJECT = "[A-Za-z0-9_.-]{0,128}"
# Contains names of organizational units and accounts.
_TEXT = r"[^\x00-\x1f\x7f-\x9f]{0,1024}"

_FIELDS = {found.name: bool if found.name in ("retained", "reverted") else str for found in fields(Record)}


@dataclass(frozen=True)
class Records:
    """The records of one installation, and those of all others.

    Attributes:
        own: by key of the setting.
        others: by name of the installation, then by key; without what was reverted.
        unreadable: names of parameters below the path that do not hold what this version of the module writes.
    """

    installation: str
    own: Mapping[str, Record] = field(default_factory=dict)
    others: Mapping[str, Mapping[str, Record]] = field(default_factory=dict)
    unreadable: tuple[str, ...] = ()

    def records_of_others(self, key: str, subject: str) -> dict[str, Record]:
        """By installation, the records of the same setting of the same subject."""
        return {
            installation: records[key]
            for installation, records in self.others.items()
            if key in records and records[key].subject == subject
        }


def load_records(aws: AwsSession, region: str, installation: str, kinds: Mapping[str, SettingKind]) -> Records:
    """Reads every installation's parameter; `kinds` are all kinds of settings, by name. Raises ScriptError."""
    ssm = aws.ssm_in(region)
    own: Mapping[str, Record] = {}
    others: dict[str, Mapping[str, Record]] = {}
    unreadable = []
    for parameter in aws.paginate(ssm.get_parameters_by_path, Path=PATH, Recursive=True):
        records = _parse(parameter["Value"], kinds)
        name = parameter["Name"].removeprefix(f"{PATH}/")
        if records is None:
            unreadable.append(parameter["Name"])
        elif name == installation:
            own = records
        else:
            others[name] = {key: record for key, record in records.items() if not record.reverted}
    return Records(installation, own, others, tuple(sorted(unreadable)))


def save_records(aws: AwsSession, region: str, installation: str, records: Mapping[str, Record]) -> None:
    """Replaces the installation's parameter, or deletes it where there is nothing to record. Raises ScriptError."""
    ssm, name = aws.ssm_in(region), parameter_name(installation)
    if not records:
        aws.call_or_none("ParameterNotFound", ssm.delete_parameter, Name=name)
        return
    aws.call(ssm.put_parameter, Name=name, Value=require_space(records), Type="String", Overwrite=True)


def require_space(records: Mapping[str, Record]) -> str:
    """The value of the parameter. Raises RecordError where these are too many."""
    document = {"schema": SCHEMA, "settings": {key: asdict(record) for key, record in sorted(records.items())}}
    value = json.dumps(document, separators=(",", ":"))
    if len(value) > _MAX_LENGTH:
        raise RecordError(
            f"The record of what is changed would have {len(value)} characters, and a parameter of Parameter Store "
            f"takes {_MAX_LENGTH}. Use fewer service principals in one installation."
        )
    return value


def completed(record: Record, change: str) -> Record:
    """The record once the change is complete."""
    return replace(record, change=change)


def parameter_name(installation: str) -> str:
    return f"{PATH}/{installation}"


def _parse(text: str, kinds: Mapping[str, SettingKind]) -> Mapping[str, Record] | None:
    """The records in a parameter's value; None if it has anything else.

    Records are shown in plans and used to restore settings: what the module would not have written is rejected.
    """
    try:
        document = json.loads(text)
        if document["schema"] != SCHEMA:
            return None
        records = {key: _record(entry) for key, entry in document["settings"].items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return records if all(_is_written_here(key, record, kinds) for key, record in records.items()) else None


def _is_written_here(key: str, record: Record, kinds: Mapping[str, SettingKind]) -> bool:
    kind = kinds.get(key.partition("/")[0])
    return (
        kind is not None
        and re.fullmatch(_KEY, key) is not None
        and re.fullmatch(_SUBJECT, record.subject) is not None
        and all(re.fullmatch(kind.values, value) for value in (record.value, record.previous))
        and re.fullmatch(_TEXT, record.change) is not None
    )


def _record(entry: Mapping[str, Any]) -> Record:
    """Raises ValueError, KeyError or TypeError when it is not a record."""
    if set(entry) != set(_FIELDS) or any(not isinstance(entry[name], kind) for name, kind in _FIELDS.items()):
        raise ValueError(entry)
    return Record(**entry)
