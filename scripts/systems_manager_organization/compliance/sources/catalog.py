"""The sources of a report, and the options of each."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from systems_manager_organization.cli.common_options import MEMBER_ROLE_NAME
from systems_manager_organization.cli.options import Option
from systems_manager_organization.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from systems_manager_organization.cli.options import Query
    from systems_manager_organization.compliance.sources.result_sink import Source

API, S3, ATHENA = "api", "s3", "athena"

# The role that AWS Organizations creates in new accounts.
# https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_access.html
_ROLE_NAME = "OrganizationAccountAccessRole"

# Source to its required and its optional options.
_KEYS = {
    API: ((), ("member_role_name",)),
    S3: (("bucket", "stack_set"), ("prefix",)),
    ATHENA: (("workgroup", "database", "stack_set"), ()),
}

KEYS = (
    Option(
        "source",
        "where the report comes from: api reads every account, as the management account; s3 and athena read what "
        "modules/compliance-reporting collects, as the administrator account",
        f"(?i:{'|'.join(_KEYS)})",
        "api, s3 or athena",
        default=API,
        cli_only=True,
    ),
    replace(
        MEMBER_ROLE_NAME,
        description=f"for api: a role of every member account, with its path, to enter it by; default: {_ROLE_NAME}",
        cli_only=True,
    ),
    Option(
        "bucket",
        "for s3: the bucket that the resource data syncs write to",
        "[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]",
        "the name of a bucket",
        cli_only=True,
    ),
    Option(
        "prefix",
        "for s3: the prefix of the resource data syncs; default: none",
        r"[^\x00-\x1f\x7f]{1,256}",
        "the prefix of keys in the bucket, without a slash at its end",
        cli_only=True,
    ),
    Option(
        "workgroup", "for athena: the workgroup", r"[A-Za-z0-9._-]{1,128}", "the name of a workgroup", cli_only=True
    ),
    Option("database", "for athena: Glue's database", "[a-z0-9_-]{1,255}", "the name of a database", cli_only=True),
    Option(
        "stack_set",
        "for s3 and athena: the StackSet that makes the resource data syncs, which knows where there is one",
        "[A-Za-z][A-Za-z0-9-]{0,127}(:[a-z0-9-]{36})?",
        "the name of a StackSet",
        cli_only=True,
    ),
)
_FLAGS = {key.name: key.option_string for key in KEYS}


def require_options(query: Query) -> None:
    """Raises UsageError when a required option of the source is missing, or an option is another source's."""
    source = query["source"].lower()
    required, optional = _KEYS[source]
    if missing := [_FLAGS[name] for name in required if not query[name]]:
        raise UsageError(f"--source {source} needs {' and '.join(missing)}.")
    for name in sorted({name for keys in _KEYS.values() for some in keys for name in some} - {*required, *optional}):
        if query[name]:
            others = " or ".join(other for other, keys in _KEYS.items() if name in (*keys[0], *keys[1]))
            raise UsageError(f"{_FLAGS[name]} is for --source {others}, and this is --source {source}.")


def source_of(query: Query, now: Callable[[], float], tag_keys: frozenset[str] = frozenset()) -> Source:
    """The source of a valid query. `now`: epoch seconds; `tag_keys`: the tags of nodes that a bucket is read for."""
    source = query["source"].lower()
    if source == S3:
        from systems_manager_organization.compliance.sources.bucket import BucketSource

        return BucketSource(query["bucket"], query["prefix"], query["stack_set"], now, tag_keys)
    if source == ATHENA:
        from systems_manager_organization.compliance.sources.athena import AthenaSource

        return AthenaSource(query["workgroup"], query["database"], query["stack_set"], now)
    from systems_manager_organization.compliance.sources.api import ApiSource

    return ApiSource(query["member_role_name"] or _ROLE_NAME, now)


def identity(query: Query, extras: Sequence[str] = ()) -> str:
    """The identity of the source, for example `s3 bucket prefix`: without the role, which may change with --resume.

    `extras`: what is read beside the nodes.
    """
    required, optional = _KEYS[query["source"].lower()]
    values = [query[name] for name in (*required, *optional) if name != MEMBER_ROLE_NAME.name]
    beside = [f"with {', '.join(extras)}"] if extras else []
    return " ".join([query["source"].lower(), *filter(None, values), *beside])
