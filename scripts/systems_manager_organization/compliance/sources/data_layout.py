"""The layout of what resource data syncs write, and the queries of it.

https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-inventory-datasync-athena.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from systems_manager_organization.compliance.model.columns import SEVERITIES
from systems_manager_organization.compliance.model.node import NodeRecord
from systems_manager_organization.plain_text import REPLACEMENT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from systems_manager_organization.account_region import AccountRegion

_HERE = Path(__file__).parents[1]
QUERIES = _HERE / "queries"

_PATCH_TABLE = "compliance_item"

# The hidden column: https://docs.aws.amazon.com/athena/latest/ug/querying-finding-source-file.html
PATH = "$path"


# A row of nodes.sql: account and Region, then the fields of a NodeRecord, with the severities one by one.
_FIRST_SEVERITY = 8
_AFTER_SEVERITIES = _FIRST_SEVERITY + len(SEVERITIES)
_FIRST_TEXT_AFTER_COUNTS = -4


@dataclass(frozen=True)
class Table:
    """A table of `data_layout.json`. `folder`: AWS's inventory type; `columns`: what objects have, in lower case."""

    name: str
    folder: str
    columns: tuple[str, ...]


@cache
def tables() -> tuple[Table, ...]:
    """Those of which a report reads everything."""
    return tuple(table for table in _all_tables() if table.name != _PATCH_TABLE)


@cache
def patch_table() -> Table:
    """The patches of nodes, one by one: of which only that of nodes that do not comply is read."""
    return next(table for table in _all_tables() if table.name == _PATCH_TABLE)


def _all_tables() -> tuple[Table, ...]:
    return tuple(
        Table(table["name"], table["folder"], tuple(column["name"] for column in table["columns"]))
        for table in _layout()["tables"]
    )


@cache
def tag_table() -> Table:
    """The tags of nodes, one a line: read of the nodes whose tags are asked for, and no table of Athena's.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/inventory-schema.html
    """
    return Table("tag", "AWS:Tag", ("resourceid", "key", "value"))


@cache
def partition_keys() -> tuple[str, ...]:
    """The partition keys in the path of an object."""
    return tuple(key["name"] for key in _layout()["partition_keys"])


@cache
def load_query(name: str) -> str:
    """The SQL of `queries/NAME.sql`."""
    return (QUERIES / f"{name}.sql").read_text(encoding="utf-8")


def rows_in(body: bytes, table: Table) -> Iterator[dict[str, str | None]]:
    """The rows of an object: its values as text, NULLs where a line is no JSON object.

    As the SerDe of the tables reads it, with `ignore.malformed.json`:
    https://docs.aws.amazon.com/athena/latest/ug/openx-json-serde.html
    """
    for line in body.decode(errors="replace").split("\n"):
        if line.strip():
            found = _object(line)
            yield {name: found.get(name) for name in table.columns}


def group_by_account_region(rows: Iterable[Sequence[Any]]) -> Iterator[tuple[AccountRegion, list[NodeRecord]]]:
    """What nodes.sql answers, by account and Region. Counts may be texts, as Athena gives everything."""
    for (account_id, region), found in groupby(rows, key=lambda row: (row[0], row[1])):
        yield (account_id, region), [_record(row) for row in found]


def key_of(path: str) -> str:
    """The key in `s3://BUCKET/KEY`."""
    return path.split("/", 3)[3]


def _record(row: Sequence[Any]) -> NodeRecord:
    severities = tuple(map(int, row[_FIRST_SEVERITY:_AFTER_SEVERITIES]))
    counts = map(int, row[_AFTER_SEVERITIES:_FIRST_TEXT_AFTER_COUNTS])
    return NodeRecord._make((*row[2:_FIRST_SEVERITY], severities, *counts, *row[_FIRST_TEXT_AFTER_COUNTS:]))


def _object(line: str) -> dict[str, str]:
    try:
        found = json.loads(line)
        if not isinstance(found, dict):
            return {}
        return {name.lower(): _text(value) for name, value in found.items() if value is not None}
    except (ValueError, RecursionError):
        return {}


def _text(value: Any) -> str:
    # ASSUMPTION(inventory-values-are-text): all values are text, as in AWS's examples and in what others read; no page
    # has their types.
    text = value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
    # JSON can have lone surrogates, which are no text of UTF-8, and NUL: DuckDB takes neither.
    return text.encode("utf-8", "replace").decode().replace("\0", REPLACEMENT)


@cache
def _layout() -> Any:
    return json.loads((_HERE / "data_layout.json").read_text(encoding="utf-8"))
