"""The OpenX JSON SerDe.

https://docs.aws.amazon.com/athena/latest/ug/openx-json-serde.html. Complex types are not implemented.
"""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

from sandbox.services.athena.exceptions import QueryFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sandbox.services.glue.models import Table

OPENX = "org.openx.data.jsonserde.JsonSerDe"

Row = dict[str, Any]

# Glue's types, and DuckDB's names of them.
# https://docs.aws.amazon.com/athena/latest/ug/data-types.html
_TYPES = {
    "string": "VARCHAR",
    "int": "INTEGER",
    "integer": "INTEGER",
    "bigint": "BIGINT",
    "smallint": "SMALLINT",
    "tinyint": "TINYINT",
    "double": "DOUBLE",
    "float": "FLOAT",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
}


def duckdb_type(glue_type: str) -> str:
    """Raises QueryFailed for a type that is not implemented."""
    plain = glue_type.lower().partition("(")[0]
    found = "VARCHAR" if plain in ("varchar", "char") else _TYPES.get(plain)
    if found is None:
        raise QueryFailed(f"NOT_SUPPORTED: The sandbox has not built the type {glue_type}")
    return found


class Reader:
    """Reads the objects of a table. Raises QueryFailed for a table in another format."""

    def __init__(self, table: Table) -> None:
        serde = table.definition.get("StorageDescriptor", {}).get("SerdeInfo", {})
        properties: Mapping[str, str] = serde.get("Parameters", {})
        if serde.get("SerializationLibrary") != OPENX:
            raise QueryFailed(f"NOT_SUPPORTED: The sandbox reads {OPENX}, and the table {table.name} has another SerDe")
        self._ignores_malformed = properties.get("ignore.malformed.json", "false").lower() == "true"
        self._ignores_case = properties.get("case.insensitive", "true").lower() == "true"
        self._columns = {column["Name"].lower(): column.get("Type", "string").lower() for column in table.columns}
        self._keys = {name: properties.get(f"mapping.{name}", name) for name in self._columns}

    def rows(self, body: bytes, path: str) -> Iterator[Row]:
        """One for each line. ASSUMPTION(athena-empty-line): an empty line is no row. Raises QueryFailed."""
        content = gzip.decompress(body) if path.endswith(".gz") else body
        for line in content.decode(errors="replace").split("\n"):
            if line.strip():
                yield self._row(line.strip(), path)

    def _row(self, line: str, path: str) -> Row:
        try:
            found = _object(line)
        except ValueError as error:
            if self._ignores_malformed:
                return dict.fromkeys(self._columns)
            raise QueryFailed(
                f"HIVE_CURSOR_ERROR: Row is not a valid JSON Object - JSONException: {error} ({path})"
            ) from error
        if self._ignores_case:
            found = {key.lower(): value for key, value in found.items()}
        return {
            name: self._value(name, found.get(key.lower() if self._ignores_case else key), path)
            for name, key in self._keys.items()
        }

    def _value(self, name: str, value: Any, path: str) -> Any:
        if value is None:
            return None
        convert: Callable[[Any], Any] = _CONVERSIONS.get(self._columns[name], _text)
        try:
            return convert(value)
        except (ValueError, TypeError, KeyError) as error:
            raise QueryFailed(
                f"HIVE_BAD_DATA: Error parsing field value {value!r} for field {name} ({path}): {error}"
            ) from error


def _object(line: str) -> dict[str, Any]:
    found = json.loads(line)
    if isinstance(found, dict):
        return found
    raise ValueError("A JSONObject text must begin with '{'")


def _boolean(value: Any) -> bool:
    return {"true": True, "false": False}[str(value).lower()]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


_CONVERSIONS: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("int", "integer", "bigint", "smallint", "tinyint"), int),
    **dict.fromkeys(("double", "float"), float),
    "boolean": _boolean,
}
