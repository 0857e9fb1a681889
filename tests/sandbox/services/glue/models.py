"""The Data Catalog of one account and Region: databases, and tables in them.

https://docs.aws.amazon.com/glue/latest/webapi/API_Database.html, API_Table.html. Partitions in the catalog
are not implemented.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from moto.core.base_backend import BackendDict, BaseBackend

from sandbox.clock import clock
from sandbox.services.glue.exceptions import AlreadyExistsException, EntityNotFoundException, InvalidInputException

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

# What Glue grants on the tables of a new database where Lake Formation was never set up:
# https://docs.aws.amazon.com/lake-formation/latest/dg/initial-lf-config.html#setup-change-cat-settings
_EVERYBODY = [{"Principal": {"DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS"}, "Permissions": ["ALL"]}]


@dataclass
class Table:
    """A table: `given` is its TableInput, `version` counts its changes from 0."""

    name: str
    database_name: str
    definition: Mapping[str, Any]
    created_at: datetime
    updated_at: datetime
    version: int = 0

    @property
    def columns(self) -> list[Mapping[str, Any]]:
        """Those of the data, in their order."""
        return list(self.definition.get("StorageDescriptor", {}).get("Columns", []))

    @property
    def partition_keys(self) -> list[Mapping[str, Any]]:
        return list(self.definition.get("PartitionKeys", []))

    @property
    def parameters(self) -> Mapping[str, str]:
        return dict(self.definition.get("Parameters", {}))

    def describe(self, catalog_id: str) -> dict[str, Any]:
        """Return the model's Table."""
        return {
            **self.definition,
            "Name": self.name,
            "DatabaseName": self.database_name,
            "Retention": self.definition.get("Retention", 0),
            "CreateTime": self.created_at,
            "UpdateTime": self.updated_at,
            "CreatedBy": f"arn:aws:iam::{catalog_id}:user/Administrator",
            "IsRegisteredWithLakeFormation": False,
            "CatalogId": catalog_id,
            "VersionId": str(self.version),
        }


@dataclass
class Database:
    """A database: `given` is its DatabaseInput."""

    name: str
    definition: Mapping[str, Any]
    created_at: datetime
    tables: dict[str, Table] = field(default_factory=dict)

    def describe(self, catalog_id: str) -> dict[str, Any]:
        """Return the model's Database."""
        return {
            "CreateTableDefaultPermissions": _EVERYBODY,
            **self.definition,
            "Name": self.name,
            "CreateTime": self.created_at,
            "CatalogId": catalog_id,
        }


class GlueBackend(BaseBackend):
    """The databases, by name.

    Names are stored in lower case: https://docs.aws.amazon.com/glue/latest/webapi/API_DatabaseInput.html.
    """

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.databases: dict[str, Database] = {}
        self.tags: dict[str, dict[str, str]] = {}

    def create_database(self, definition: Mapping[str, Any], tags: Mapping[str, str]) -> None:
        """Raises AlreadyExistsException."""
        name = definition["Name"].lower()
        if name in self.databases:
            raise AlreadyExistsException("Database already exists.")
        self.databases[name] = Database(name, definition, clock.now())
        self.tags[self.arn(f"database/{name}")] = dict(tags)

    def database(self, name: str) -> Database:
        """Raises EntityNotFoundException."""
        found = self.databases.get(name.lower())
        if found is None:
            raise EntityNotFoundException(f"Database {name} not found.")
        return found

    def update_database(self, name: str, definition: Mapping[str, Any]) -> None:
        """Raises EntityNotFoundException, and InvalidInputException (ASSUMPTION(glue-details)) for another name."""
        database = self.database(name)
        if definition["Name"].lower() != database.name:
            raise InvalidInputException("A database cannot be renamed.")
        database.definition = definition

    def delete_database(self, name: str) -> None:
        """Delete a database with its tables. Raises EntityNotFoundException.

        They are deleted "asynchronously in a timely manner", ASSUMPTION(glue-details): at once.
        https://docs.aws.amazon.com/glue/latest/webapi/API_DeleteDatabase.html
        """
        database = self.database(name)
        for table in database.tables.values():
            self.tags.pop(self.arn(f"table/{database.name}/{table.name}"), None)
        self.tags.pop(self.arn(f"database/{database.name}"), None)
        del self.databases[database.name]

    def create_table(self, database_name: str, definition: Mapping[str, Any]) -> None:
        """Raises EntityNotFoundException and AlreadyExistsException."""
        database, name = self.database(database_name), definition["Name"].lower()
        if name in database.tables:
            raise AlreadyExistsException("Table already exists.")
        _require_distinct_columns(definition)
        now = clock.now()
        database.tables[name] = Table(name, database.name, definition, created_at=now, updated_at=now)

    def table(self, database_name: str, name: str) -> Table:
        """Raises EntityNotFoundException."""
        found = self.database(database_name).tables.get(name.lower())
        if found is None:
            raise EntityNotFoundException(f"Table {name} not found.")
        return found

    def update_table(self, database_name: str, definition: Mapping[str, Any]) -> None:
        """Raises EntityNotFoundException."""
        table = self.table(database_name, definition["Name"])
        _require_distinct_columns(definition)
        table.definition, table.updated_at = definition, clock.now()
        table.version += 1

    def delete_table(self, database_name: str, name: str) -> None:
        """Raises EntityNotFoundException."""
        table = self.table(database_name, name)
        del self.database(database_name).tables[table.name]

    def arn(self, resource: str) -> str:
        return f"arn:aws:glue:{self.region_name}:{self.account_id}:{resource}"


def _require_distinct_columns(definition: Mapping[str, Any]) -> None:
    """ASSUMPTION(glue-details): Glue rejects it.

    Athena cannot read such a table (HIVE_INVALID_METADATA, troubleshooting-athena).
    """
    columns = [*definition.get("StorageDescriptor", {}).get("Columns", []), *definition.get("PartitionKeys", [])]
    names = [column["Name"].lower() for column in columns]
    if len(set(names)) < len(names):
        raise InvalidInputException("Two columns of a table have the same name.")


glue_backends = BackendDict(GlueBackend, "glue")
