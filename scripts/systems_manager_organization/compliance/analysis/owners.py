"""Whose each node is: by a file, by its tag, or by that of its account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from systems_manager_organization.aws.error_translation import error_message
from systems_manager_organization.cli.terminal import pluralize
from systems_manager_organization.compliance.model import scopes
from systems_manager_organization.compliance.model.columns import OWNER_NOT_READ, PATCHES
from systems_manager_organization.compliance.store.tables import NODE_KEY, PATCHES_READ

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import TypeAlias

    from duckdb import DuckDBPyConnection

    from systems_manager_organization.compliance.model.owners import OwnerRule
    from systems_manager_organization.errors import ScriptError

    ReadAccountTag: TypeAlias = Callable[[Sequence[str], str], tuple[Mapping[str, str], Mapping[str, ScriptError]]]
    """The value of a tag, and why it could not be read, by account, of these accounts. Raises ScriptError."""

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
        account_tag: likewise, of the account of a node that has no owner yet.
        kept_owners: globs; only their nodes are reported. Empty: all.
        kept_tags: `KEY=GLOB`; only nodes with one of these. Empty: all.
    """

    rules: tuple[OwnerRule, ...] = ()
    tag: str = ""
    account_tag: str = ""
    kept_owners: tuple[str, ...] = ()
    kept_tags: tuple[str, ...] = ()

    @property
    def has_owners(self) -> bool:
        return bool(self.rules or self.tag or self.account_tag)

    @property
    def tag_keys(self) -> set[str]:
        """Those of nodes that have to be read."""
        found = {self.tag} if self.tag else set()
        found |= scopes.tag_keys(self.kept_tags)
        return found.union(*(scopes.tag_keys(rule.lists.get(scopes.TAGS, ())) for rule in self.rules))

    @property
    def description(self) -> str:
        """`owner shop-*, tags Stage=test`; empty without filters."""
        parts = [f"owner {' or '.join(self.kept_owners)}"] if self.kept_owners else []
        parts += [f"tags {' or '.join(self.kept_tags)}"] if self.kept_tags else []
        return ", ".join(parts)


def apply(tables: DuckDBPyConnection, ownership: Ownership, read_account_tag: ReadAccountTag) -> None:
    """Adds the column `owner` to nodes, instances and patches, and deletes what is not to be reported.

    An account whose tag cannot be read is a problem of the report. Raises ScriptError.
    """
    if ownership.has_owners:
        _set_owners(tables, ownership)
    if ownership.account_tag:
        _set_by_account(tables, ownership.account_tag, read_account_tag)
    if ownership.kept_owners:
        kept = " OR ".join("owner GLOB ?" for _ in ownership.kept_owners)
        for table in _SCOPED:
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


def sentences(tables: DuckDBPyConnection) -> Iterator[str]:
    """Of how many accounts the tag is not known."""
    ((accounts,),) = tables.execute("SELECT count(*) FROM problems WHERE code = ?", [OWNER_NOT_READ]).fetchall()
    if accounts:
        yield f"The owner that the tag of an account names is not known of {pluralize(accounts, 'account')}."


def _set_owners(tables: DuckDBPyConnection, ownership: Ownership) -> None:
    """By the rules, and by tags of nodes."""
    for table in _SCOPED:
        tables.execute(f"ALTER TABLE {table} ADD COLUMN owner varchar DEFAULT ''")
        for rule in ownership.rules:
            condition, parameters = scopes.condition(rule.lists)
            _set(tables, table, "?", condition, [rule.owner, *parameters])
        if ownership.tag:
            found = f"list_filter({scopes.TAG_LIST}, lambda tag: starts_with(tag, ?))"
            key = f"{ownership.tag}="
            _set(tables, table, f"substr({found}[1], ?)", f"len({found}) > 0", [key, len(key) + 1, key])


def _set_by_account(tables: DuckDBPyConnection, key: str, read_account_tag: ReadAccountTag) -> None:
    """Sets the owner of what has none yet, and reads only the accounts in which there is any."""
    without = " UNION ".join(f"SELECT account_id FROM {table} WHERE owner = ''" for table in _SCOPED)
    account_ids = [account_id for (account_id,) in tables.execute(f"{without} ORDER BY ALL").fetchall()]
    owners, errors = read_account_tag(account_ids, key)
    for account_id, error in errors.items():
        message = (
            f"The tag {key} of this account could not be read, and its nodes without another owner have none here: "
            f"{error_message(error)}"
        )
        tables.table("problems").insert((OWNER_NOT_READ, account_id, message))
    for table in _SCOPED:
        tables.execute(
            f"""
            UPDATE {table} SET owner = found.new_owner
            FROM (SELECT unnest(?::varchar[]) AS account_id, unnest(?::varchar[]) AS new_owner) AS found
            WHERE owner = '' AND {table}.account_id = found.account_id
            """,
            [list(owners), list(owners.values())],
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
