"""The resource ARNs of calls to KMS, Glue and Athena.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awskeymanagementservice.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsglue.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonathena.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.services.athena.models import athena_backends
from sandbox.services.athena.workgroups import PRIMARY
from sandbox.services.kms.models import key_arn

if TYPE_CHECKING:
    from sandbox.policies.request_context import RequestContext

_ALIASES = frozenset({"CreateAlias", "UpdateAlias", "DeleteAlias"})


def of_kms(request: RequestContext) -> list[str]:
    """The key, and the alias for changes of an alias; `*` for a call without a key."""
    alias = request.get("AliasName") if request.operation in _ALIASES else None
    named = request.get("KeyId") or request.get("TargetKeyId") or alias
    # Only filters by it: the page has no resource types there.
    if named is None or request.operation == "ListAliases":
        return []
    key = key_arn(request.account_id, request.region, named)
    return [request.arn("kms", alias), key] if alias else [key]


def of_glue(request: RequestContext) -> list[str]:
    """A table or database, and its ancestors.

    https://docs.aws.amazon.com/glue/latest/dg/glue-specifying-resource-arns.html
    """
    if request.get("ResourceArn"):
        return [request.get("ResourceArn")]
    catalog = [request.arn("glue", "catalog")]
    database, table = _database(request), _table(request)
    above = [*catalog, request.arn("glue", f"database/{database}")]
    return above if table is None else [*above, request.arn("glue", f"table/{database}/{table}")]


def _database(request: RequestContext) -> str:
    name = request.get("DatabaseName") or request.get("Name") or (request.get("DatabaseInput") or {}).get("Name")
    return str(name or "*").lower()


def _table(request: RequestContext) -> str | None:
    if request.operation == "GetTables":
        return "*"
    if request.get("DatabaseName") is None:
        return None
    name = request.get("TableName") or request.get("Name") or (request.get("TableInput") or {}).get("Name")
    return str(name).lower()


def of_athena(request: RequestContext) -> list[str]:
    """The workgroup, or that of the query."""
    if request.get("ResourceARN"):
        return [request.get("ResourceARN")]
    if request.operation == "ListWorkGroups":
        return []
    return [request.arn("athena", f"workgroup/{name}") for name in _workgroups(request)]


def _workgroups(request: RequestContext) -> list[str]:
    athena = athena_backends[request.account_id][request.region]
    named = [request.get("NamedQueryId"), *(request.get("NamedQueryIds") or ())]
    of_named = [athena.named_queries[one].workgroup for one in named if one in athena.named_queries]
    execution = athena.executions.get(request.get("QueryExecutionId") or "")
    if of_named or execution:
        return list(dict.fromkeys([*of_named, *([execution.workgroup] if execution else [])]))
    new_name = request.get("Name") if request.operation == "CreateWorkGroup" else None
    # ASSUMPTION(iam-judges-absent-resources-by-name): for an unknown query, IAM evaluates the primary workgroup.
    return [new_name or request.get("WorkGroup") or PRIMARY]
