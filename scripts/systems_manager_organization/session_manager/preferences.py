"""`report.py session-preferences`: the preferences that sessions have in every account and Region."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from systems_manager_organization.cli.application import Command
from systems_manager_organization.cli.common_options import MEMBER_ROLE_NAME, READ_REGIONS, regions_to_read
from systems_manager_organization.cli.options import OPTIONAL_COMMON_KEYS, flag
from systems_manager_organization.cli.terminal import pluralize
from systems_manager_organization.errors import ScriptError, ServiceError
from systems_manager_organization.organizations.account_regions import read_account_regions

if TYPE_CHECKING:
    from systems_manager_organization.aws.account_sessions import AccountSession
    from systems_manager_organization.cli.application import Connect
    from systems_manager_organization.cli.options import Query
    from systems_manager_organization.cli.terminal import Terminal

# https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-schema.html
DOCUMENT = "SSM-SessionManagerRunShell"
NOT_FOUND = "InvalidDocument"
_BUCKET = ("s3BucketName", "s3KeyPrefix")

EXIT_OK, EXIT_UNREADABLE = 0, 3

ACTIONS = ("ssm:GetDocument", "ssm:ListDocumentVersions")


@dataclass(frozen=True)
class Preferences:
    """The preferences of an account and Region.

    `version_name` is the name of the default version: modules/session-manager-preferences names its own after itself;
    "" without a name. `default_version` and `latest_version` are "" without a document. `inputs` are AWS's, without the
    empty ones.
    """

    account_id: str
    region: str
    default_version: str
    latest_version: str
    version_name: str
    inputs: dict[str, Any]

    @property
    def is_ambiguous(self) -> bool:
        """Whether the latest version is not the default one: sources disagree which one a session has."""
        return self.default_version != self.latest_version


def show(query: Query, connect: Connect, terminal: Terminal) -> int:
    """Lists the preferences. Returns 0, or 3 when something could not be read."""
    with connect() as aws:
        regions = regions_to_read(query, aws)
        read = read_account_regions(aws, query["member_role_name"], ACTIONS, sorted(regions), _read_region)
    found, errors = read.found, read.errors
    if query["json"]:
        terminal.write(json.dumps({"preferences": [asdict(item) for item in found], "unreadable": errors}, indent=2))
    else:
        for item in found:
            terminal.echo(_line(item))
        for error in errors:
            terminal.echo(f"Not read: {error}", err=True)
        without = sum(not item.default_version for item in found)
        terminal.echo(f"{pluralize(len(found), 'Region')} of accounts, {without} without preferences.", err=True)
    return EXIT_UNREADABLE if errors else EXIT_OK


def _line(item: Preferences) -> str:
    begin = f"{item.account_id} {item.region}:"
    if not item.default_version:
        return f"{begin} no preferences: no logs, and AWS's timeout"
    logs = [
        f"s3://{'/'.join(str(item.inputs[name]) for name in _BUCKET if name in item.inputs)}"
        if _BUCKET[0] in item.inputs
        else "",
        str(item.inputs.get("cloudWatchLogGroupName", "")),
    ]
    parts = [
        item.version_name or "no version name",
        f"logs: {', '.join(filter(None, logs)) or 'none'}",
        f"idle timeout: {item.inputs.get('idleSessionTimeout', 20)} minutes",
    ]
    if item.is_ambiguous:
        parts.append(f"default version {item.default_version}, but latest version {item.latest_version}")
    return f"{begin} {'; '.join(parts)}"


def _read_region(member: AccountSession, region: str) -> list[Preferences]:
    try:
        versions = list(member.paginate("ssm", region, "list_document_versions", Name=DOCUMENT))
        document = member.call("ssm", region, "get_document", Name=DOCUMENT, DocumentFormat="JSON")
    except ServiceError as error:
        if error.code != NOT_FOUND:
            raise
        return [Preferences(member.account_id, region, "", "", "", {})]
    default = next(version for version in versions if version["IsDefaultVersion"])
    latest = max(versions, key=lambda version: int(version["DocumentVersion"]))
    content = json.loads(document["Content"])
    given = content.get("inputs", {}) if isinstance(content, dict) else None
    if not isinstance(given, dict):
        raise ScriptError(f"Account {member.account_id}, Region {region}: {DOCUMENT} has no object of inputs.")
    inputs = {name: value for name, value in given.items() if value not in ("", None)}
    return [
        Preferences(
            member.account_id,
            region,
            default["DocumentVersion"],
            latest["DocumentVersion"],
            default.get("VersionName", ""),
            inputs,
        )
    ]


COMMAND: Command[str] = Command(
    name="session-preferences",
    summary="Lists Session Manager's preferences of every account and Region.",
    description="""\
Calls ssm:ListDocumentVersions and GetDocument of SSM-SessionManagerRunShell; with --member-role-name also
organizations:ListRoots and ListAccounts, and sts:AssumeRole for every active account. Changes nothing. Run it before
and after modules/session-manager-preferences is applied: the name of a version that the module made begins with the
module's name, and others were kept. It exits with 0; 3 when something could not be read.""",
    example="""session-preferences --regions us-east-1 \\
    --member-role-name OrganizationAccountAccessRole""",
    options=(
        *OPTIONAL_COMMON_KEYS,
        MEMBER_ROLE_NAME,
        READ_REGIONS,
        flag("json", "prints JSON"),
    ),
    cli_handler=show,
)
