"""Handles requests to Glue."""

from __future__ import annotations

import re
from typing import Any

from moto.core.responses import ActionResult, BaseResponse, EmptyResult

from sandbox.protocol.pagination import page_result
from sandbox.services.glue.exceptions import EntityNotFoundException, InvalidInputException
from sandbox.services.glue.models import GlueBackend, glue_backends

# MaxResults of GetTables and GetDatabases in the model. ASSUMPTION(glue-details): it is the default too.
MAXIMUM_PAGE = 100


class GlueResponse(BaseResponse):
    """Databases and tables of the caller's own catalog."""

    def __init__(self) -> None:
        super().__init__(service_name="glue")
        self.automated_parameter_parsing = True

    @property
    def glue(self) -> GlueBackend:
        catalog_id = self._get_param("CatalogId")
        if catalog_id not in (None, self.current_account):
            # https://docs.aws.amazon.com/glue/latest/dg/cross-account-access.html. ASSUMPTION(glue-details): others'
            # catalogs, which need resource policies, are not found.
            raise EntityNotFoundException(f"Catalog {catalog_id} not found.")
        return glue_backends[self.current_account][self.region]

    def create_database(self) -> ActionResult:
        self.glue.create_database(self._get_param("DatabaseInput"), self._get_param("Tags", {}))
        return EmptyResult()

    def get_database(self) -> ActionResult:
        database = self.glue.database(self._get_param("Name"))
        return ActionResult({"Database": database.describe(self.current_account)})

    def get_databases(self) -> ActionResult:
        described = [one.describe(self.current_account) for _, one in sorted(self.glue.databases.items())]
        return self._page("DatabaseList", described)

    def update_database(self) -> ActionResult:
        self.glue.update_database(self._get_param("Name"), self._get_param("DatabaseInput"))
        return EmptyResult()

    def delete_database(self) -> ActionResult:
        self.glue.delete_database(self._get_param("Name"))
        return EmptyResult()

    def create_table(self) -> ActionResult:
        definition = self._get_param("TableInput")
        if definition is None:
            raise InvalidInputException("Only tables that are given as TableInput are built.")
        self.glue.create_table(self._get_param("DatabaseName"), definition)
        return EmptyResult()

    def get_table(self) -> ActionResult:
        table = self.glue.table(self._get_param("DatabaseName"), self._get_param("Name"))
        return ActionResult({"Table": table.describe(self.current_account)})

    def get_tables(self) -> ActionResult:
        expression = self._get_param("Expression")
        tables = sorted(self.glue.database(self._get_param("DatabaseName")).tables.items())
        described = [
            table.describe(self.current_account)
            for name, table in tables
            if expression is None or re.fullmatch(expression, name)
        ]
        return self._page("TableList", described)

    def update_table(self) -> ActionResult:
        self.glue.update_table(self._get_param("DatabaseName"), self._get_param("TableInput"))
        return EmptyResult()

    def delete_table(self) -> ActionResult:
        self.glue.delete_table(self._get_param("DatabaseName"), self._get_param("Name"))
        return EmptyResult()

    def get_partitions(self) -> ActionResult:
        """None: those of partition projection are not in the catalog.

        https://docs.aws.amazon.com/athena/latest/ug/partition-projection.html
        """
        self.glue.table(self._get_param("DatabaseName"), self._get_param("TableName"))
        return ActionResult({"Partitions": []})

    def get_partition_indexes(self) -> ActionResult:
        self.glue.table(self._get_param("DatabaseName"), self._get_param("TableName"))
        return ActionResult({"PartitionIndexDescriptorList": []})

    def get_tags(self) -> ActionResult:
        return ActionResult({"Tags": self._tags()})

    def tag_resource(self) -> ActionResult:
        self._tags().update(self._get_param("TagsToAdd"))
        return EmptyResult()

    def untag_resource(self) -> ActionResult:
        tags = self._tags()
        for key in self._get_param("TagsToRemove"):
            tags.pop(key, None)
        return EmptyResult()

    def _tags(self) -> dict[str, str]:
        return self.glue.tags.setdefault(self._get_param("ResourceArn"), {})

    def _page(self, member: str, described: list[dict[str, Any]]) -> ActionResult:
        return page_result(
            member,
            described,
            token=self._get_param("NextToken"),
            limit=self._get_param("MaxResults", MAXIMUM_PAGE),
            invalid_token=InvalidInputException("The NextToken is invalid."),
        )
