"""The resources of calls to KMS, Glue and Athena, as ARNs.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awskeymanagementservice.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsglue.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonathena.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.athena.models import athena_backends
from sandbox.athena.workgroups import PRIMARY
from sandbox.kms.models import key_arn

if TYPE_CHECKING:
    from sandbox.permissions.asked import Asked

_ALIASES = frozenset({"CreateAlias", "UpdateAlias", "DeleteAlias"})


def of_kms(asked: Asked) -> list[str]:
    """The key, and for changes of an alias the alias too; a call without a key has `*`."""
    alias = asked.get("AliasName") if asked.operation in _ALIASES else None
    named = asked.get("KeyId") or asked.get("TargetKeyId") or alias
    # Only filters by it: the page has no resource types there.
    if named is None or asked.operation == "ListAliases":
        return []
    key = key_arn(asked.account_id, asked.region, named)
    return [asked.arn("kms", alias), key] if alias else [key]


def of_glue(asked: Asked) -> list[str]:
    """Every resource above a table or database counts too.

    https://docs.aws.amazon.com/glue/latest/dg/glue-specifying-resource-arns.html
    """
    if asked.get("ResourceArn"):
        return [asked.get("ResourceArn")]
    catalog = [asked.arn("glue", "catalog")]
    database, table = _database(asked), _table(asked)
    above = [*catalog, asked.arn("glue", f"database/{database}")]
    return above if table is None else [*above, asked.arn("glue", f"table/{database}/{table}")]


def _database(asked: Asked) -> str:
    given = asked.get("DatabaseName") or asked.get("Name") or (asked.get("DatabaseInput") or {}).get("Name")
    return str(given or "*").lower()


def _table(asked: Asked) -> str | None:
    if asked.operation == "GetTables":
        return "*"
    if asked.get("DatabaseName") is None:
        return None
    given = asked.get("TableName") or asked.get("Name") or (asked.get("TableInput") or {}).get("Name")
    return str(given).lower()


def of_athena(asked: Asked) -> list[str]:
    """The workgroup, that of a query where a query is named."""
    if asked.get("ResourceARN"):
        return [asked.get("ResourceARN")]
    if asked.operation == "ListWorkGroups":
        return []
    return [asked.arn("athena", f"workgroup/{name}") for name in _workgroups(asked)]


def _workgroups(asked: Asked) -> list[str]:
    athena = athena_backends[asked.account_id][asked.region]
    named = [asked.get("NamedQueryId"), *(asked.get("NamedQueryIds") or ())]
    of_named = [athena.named_queries[one].workgroup for one in named if one in athena.named_queries]
    execution = athena.executions.get(asked.get("QueryExecutionId") or "")
    if of_named or execution:
        return list(dict.fromkeys([*of_named, *([execution.workgroup] if execution else [])]))
    own_name = asked.get("Name") if asked.operation == "CreateWorkGroup" else None
    # ASSUMPTION: of a query that is not there, IAM judges the primary workgroup.
    return [own_name or asked.get("WorkGroup") or PRIMARY]
