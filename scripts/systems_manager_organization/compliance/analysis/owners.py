"""Whose each node is: by a file, or by a tag."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from systems_manager_organization.compliance.model import scopes
from systems_manager_organization.compliance.model.columns import PATCHES
from systems_manager_organization.compliance.store.tables import NODE_KEY, PATCHES_READ

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from systems_manager_organization.compliance.model.owners import OwnerRule

_COLUMNS = f"{NODE_KEY}, organizational_unit, platform_type"
# What a scope is about, of each table. An owner is also that of an instance that is not managed.
_SCOPED = {
    "nodes": f"SELECT {_COLUMNS}, computer_name, patch_group, tags FROM nodes "
    f"LEFT JOIN (SELECT {NODE_KEY}, tags FROM instances) USING ({NODE_KEY})",
    "instances": f"SELECT {_COLUMNS}, name AS computer_name, '' AS patch_group, tags FROM instances",
}


@dataclass(frozen=True)
class Ownership:
    """How nodes get their owners, and which are reported.

    Attributes:
        rules: the first one that matches a node has its owner.
        tag: a tag whose value is the owner of a node without a rule; empty: none.
        kept_owners: globs; only their nodes are reported. Empty: all.
        kept_tags: `KEY=GLOB`; only nodes with one of these. Empty: all.
    """

    rules: tuple[OwnerRule, ...] = ()
    tag: str = ""
    kept_owners: tuple[str, ...] = ()
    kept_tags: tuple[str, ...] = ()

    @property
    def has_owners(self) -> bool:
        return bool(self.rules or self.tag)

    @property
    def tag_keys(self) -> set[str]:
        """Those that have to be read."""
        found = {self.tag} if self.tag else set()
        found |= scopes.tag_keys(self.kept_tags)
        return found.union(*(scopes.tag_keys(rule.lists.get(scopes.TAGS, ())) for rule in self.rules))

    @property
    def description(self) -> str:
        """`owner shop-*, tags Stage=test`; empty without filters."""
        parts = [f"owner {' or '.join(self.kept_owners)}"] if self.kept_owners else []
        parts += [f"tags {' or '.join(self.kept_tags)}"] if self.kept_tags else []
        return ", ".join(parts)


def apply(tables: DuckDBPyConnection, ownership: Ownership) -> None:
    """Adds the column `owner` to nodes, instances and patches, and deletes what is not to be reported."""
    for table in _SCOPED:
        if ownership.has_owners:
            tables.execute(f"ALTER TABLE {table} ADD COLUMN owner varchar DEFAULT ''")
            for rule in ownership.rules:
                condition, parameters = scopes.condition(rule.lists)
                _set(tables, table, "?", condition, [rule.owner, *parameters])
            if ownership.tag:
                found = f"list_filter({scopes.TAG_LIST}, lambda tag: starts_with(tag, ?))"
                key = f"{ownership.tag}="
                _set(tables, table, f"substr({found}[1], ?)", f"len({found}) > 0", [key, len(key) + 1, key])
        if ownership.kept_owners:
            kept = " OR ".join("owner GLOB ?" for _ in ownership.kept_owners)
            tables.execute(f"DELETE FROM {table} WHERE NOT ({kept})", list(ownership.kept_owners))
    if ownership.kept_tags:
        condition, parameters = scopes.condition({scopes.TAGS: ownership.kept_tags})
        # The tags of a node are those of its instance: the instances come last.
        for table, scoped in _SCOPED.items():
            kept = f"SELECT ({NODE_KEY}) FROM ({scoped}) WHERE {condition}"
            tables.execute(f"DELETE FROM {table} WHERE ({NODE_KEY}) NOT IN ({kept})", parameters)
    if ownership.has_owners:
        names = ", ".join(column.name for column in PATCHES)
        tables.execute(
            f"CREATE OR REPLACE VIEW patches AS SELECT {names}, owner FROM {PATCHES_READ} JOIN nodes USING ({NODE_KEY})"
        )


def _set(tables: DuckDBPyConnection, table: str, value: str, condition: str, parameters: list[Any]) -> None:
    """Sets the owner of what has none yet."""
    tables.execute(
        f"""
        UPDATE {table} SET owner = found.new_owner
        FROM (SELECT {NODE_KEY}, {value} AS new_owner FROM ({_SCOPED[table]}) WHERE {condition}) AS found
        WHERE owner = '' AND {" AND ".join(f"{table}.{name} = found.{name}" for name in NODE_KEY.split(", "))}
        """,
        parameters,
    )
