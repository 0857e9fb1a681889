"""Partition projection: the partitions of a table, and their locations.

https://docs.aws.amazon.com/athena/latest/ug/partition-projection-setting-up.html
https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html
"""

from __future__ import annotations

import itertools
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sandbox.clock import clock
from sandbox.services.athena.exceptions import QueryFailed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sandbox.services.glue.models import Table

# ASSUMPTION(athena-durations-and-limits): more is an error. Athena documents no limit.
MAXIMUM_PARTITIONS = 1_000_000

_PLACEHOLDER = re.compile(r"\$\{(\w+)\}")
_NOW = re.compile(r"NOW(?:([+-])(\d+)(SECOND|MINUTE|HOUR|DAY|WEEK|MONTH|YEAR)S?)?", re.IGNORECASE)
# Java's letters of a date, and Python's.
_JAVA = (("yyyy", "%Y"), ("MM", "%m"), ("dd", "%d"), ("HH", "%H"), ("mm", "%M"), ("ss", "%S"))
_SECONDS = {"SECOND": 1, "MINUTE": 60, "HOUR": 3600, "DAY": 86400, "WEEK": 604800}

Partition = tuple[str, ...]
"""The values of the partition keys, in their order, as texts."""


def is_projected(table: Table) -> bool:
    return table.parameters.get("projection.enabled", "false").lower() == "true"


def partitions_of(table: Table, requested: Mapping[str, Sequence[str]] | None = None) -> Iterator[Partition]:
    """The partitions that the properties of a table project; those of a table without projection are none.

    `requested` has the values of the query's equality conditions, for type `injected`. Raises QueryFailed for
    properties that Athena cannot use.
    """
    if not table.partition_keys:
        yield ()
        return
    if not is_projected(table):
        # Partitions in the catalog are not implemented.
        return
    values = [
        _values(table, key["Name"].lower(), (requested or {}).get(key["Name"].lower())) for key in table.partition_keys
    ]
    number = 1
    for of_key in values:
        number *= len(of_key)
    if number > MAXIMUM_PARTITIONS:
        raise QueryFailed(f"INVALID_TABLE_PROPERTY: The table {table.name} projects {number} partitions")
    yield from itertools.product(*values)


def folder_of(table: Table, partition: Partition) -> str:
    """The location of a partition, with a trailing slash.

    Without `storage.location.template` the path is Hive's, `/key=value/`. ASSUMPTION(athena-durations-and-limits): a
    template without a slash at its end means a folder too.
    """
    location = str(table.definition.get("StorageDescriptor", {}).get("Location", ""))
    names = [key["Name"].lower() for key in table.partition_keys]
    template = table.parameters.get("storage.location.template")
    if not names:
        found = location
    elif template is None:
        hive = [f"{name}={value}" for name, value in zip(names, partition, strict=True)]
        found = "/".join([location.rstrip("/"), *hive])
    else:
        found = _filled(template, dict(zip(names, partition, strict=True)))
    return f"{found.rstrip('/')}/"


def folders_of(table: Table) -> list[str]:
    """The locations of all partitions, with `*` for the partition values.

    For IAM resource ARNs. Raises QueryFailed.
    """
    return [folder_of(table, tuple("*" for _ in table.partition_keys))]


def _filled(template: str, values: Mapping[str, str]) -> str:
    named = {name.lower() for name in _PLACEHOLDER.findall(template)}
    if named != values.keys():
        # "Your custom template must contain a placeholder for each partition column."
        raise QueryFailed(
            "INVALID_TABLE_PROPERTY: The 'storage.location.template' table property must contain templates for all "
            "partition columns!"
        )
    return _PLACEHOLDER.sub(lambda found: values[found[1].lower()], template)


def _values(table: Table, name: str, requested: Sequence[str] | None) -> Sequence[str]:
    kind = _property(table, name, "type").lower()
    make = {"enum": _enum, "integer": _integer, "date": _date}.get(kind)
    if kind == "injected":
        if not requested:
            raise QueryFailed(
                f"CONSTRAINT_VIOLATION: For the injected projected partition column {name}, the WHERE clause must "
                "contain only static equality conditions, and at least one such condition must be present."
            )
        return list(dict.fromkeys(requested))
    if make is None:
        raise QueryFailed(f"INVALID_TABLE_PROPERTY: Unknown projection type {kind!r} of the column {name}")
    try:
        return make(table, name)
    except ValueError as error:
        raise QueryFailed(f"INVALID_TABLE_PROPERTY: The projection of the column {name} is invalid: {error}") from error


def _property(table: Table, name: str, what: str, default: str | None = None) -> str:
    found = table.parameters.get(f"projection.{name}.{what}", default)
    if found is None:
        # AWS's message: https://repost.aws/knowledge-center/athena-partition-projection
        raise QueryFailed(
            f"INVALID_TABLE_PROPERTY: Table {table.name} is configured for partition projection, but the following "
            f"partition columns are missing projection configuration: {name} (projection.{name}.{what})"
        )
    return found


def _enum(table: Table, name: str) -> Sequence[str]:
    return [value.strip() for value in _property(table, name, "values").split(",")]


def _integer(table: Table, name: str) -> Sequence[str]:
    start, end = (int(bound) for bound in _property(table, name, "range").split(","))
    digits = int(_property(table, name, "digits", "0"))
    return [f"{number:0{digits}d}" for number in range(start, end + 1, int(_property(table, name, "interval", "1")))]


def _date(table: Table, name: str) -> Sequence[str]:
    form = _property(table, name, "format")
    pattern = _python_format(form)
    start, end = (_moment(bound.strip(), pattern) for bound in _property(table, name, "range").split(","))
    default = "DAYS" if "%d" in pattern and "%H" not in pattern else None
    unit = _property(table, name, "interval.unit", default).upper().rstrip("S")
    step = int(_property(table, name, "interval", "1"))
    found: list[str] = []
    moment = start
    while moment <= end and len(found) <= MAXIMUM_PARTITIONS:
        found.append(moment.strftime(pattern))
        moment = _later(moment, step, unit)
    return list(dict.fromkeys(found))


def _python_format(form: str) -> str:
    for java, python in _JAVA:
        form = form.replace(java, python)
    if re.search(r"(?<!%)[A-Za-z]", form):
        raise QueryFailed(f"INVALID_TABLE_PROPERTY: The sandbox has not built the date format {form!r}")
    return form


def _moment(bound: str, pattern: str) -> datetime:
    now = _NOW.fullmatch(bound)
    if now is None:
        return datetime.strptime(bound, pattern).replace(tzinfo=UTC)
    moment = clock.now()
    return _later(moment, int(f"{now[1]}{now[2]}"), now[3].upper()) if now[1] else moment


def _later(moment: datetime, number: int, unit: str) -> datetime:
    if unit in _SECONDS:
        return moment + timedelta(seconds=number * _SECONDS[unit])
    if unit not in ("MONTH", "YEAR"):
        raise ValueError(f"unknown unit {unit}")
    months = moment.year * 12 + moment.month - 1 + number * (12 if unit == "YEAR" else 1)
    return moment.replace(year=months // 12, month=months % 12 + 1, day=min(moment.day, 28))
