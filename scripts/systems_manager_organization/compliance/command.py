"""`report.py compliance`: the patch compliance of every account, in one place."""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from systems_manager_organization.cli.application import Command
from systems_manager_organization.cli.interrupts import interruptible
from systems_manager_organization.cli.terminal import pluralize
from systems_manager_organization.compliance.history.snapshots import Snapshots
from systems_manager_organization.compliance.history.storage import storage_of
from systems_manager_organization.compliance.model.node import time_text
from systems_manager_organization.compliance.output import wording
from systems_manager_organization.compliance.output.options.keys import KEYS, TABLE
from systems_manager_organization.compliance.output.options.report_options import ReportOptions
from systems_manager_organization.compliance.output.preparation import Report
from systems_manager_organization.compliance.output.progress import progress_bar
from systems_manager_organization.compliance.output.render import render_report
from systems_manager_organization.compliance.patch_collection import PatchCollection
from systems_manager_organization.compliance.security_hub.delivery import Delivery
from systems_manager_organization.compliance.sources import catalog
from systems_manager_organization.compliance.sources.api import ApiSource
from systems_manager_organization.compliance.sources.result_sink import PatchSource
from systems_manager_organization.compliance.store.checkpoint import Checkpoint, ReportKey
from systems_manager_organization.errors import DependencyError, ScriptError, UsageError
from systems_manager_organization.organizations.account_tags import read_account_tag

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from duckdb import DuckDBPyConnection

    from systems_manager_organization.aws.session import AwsSession
    from systems_manager_organization.cli.application import Connect
    from systems_manager_organization.cli.options import Query
    from systems_manager_organization.cli.terminal import Terminal
    from systems_manager_organization.compliance.sources.result_sink import InstanceSource, Source

    MakeInstanceSource: TypeAlias = Callable[[frozenset[str], bool], InstanceSource]
    """Of the keys of tags to read, and whether to say why an instance is not managed."""


def report(instances: MakeInstanceSource, query: Query, connect: Connect, terminal: Terminal) -> int:
    """Collects the data and renders the report. Returns the status of `render_report`.

    `instances` makes what reads the instances that are not managed.

    Raises ScriptError when nothing can be read, or the options are invalid.
    """
    options = ReportOptions.of(query)
    if options.to_security_hub and not options.yes and not terminal.stdin.isatty():
        raise UsageError("--to-security-hub asks before it sends, and standard input is not a terminal: use --yes.")
    require_packages(terminal, draws=options.format == TABLE and options.output is None)
    with connect() as aws:
        now = aws.clock.time
        key = ReportKey(aws.account_id, catalog.identity(query, options.extras), options.scope)
        source = catalog.source_of(query, now, options.tag_keys)
        if (options.coverage or options.tag_keys) and isinstance(source, ApiSource):
            source = replace(source, instances=instances(options.tag_keys, options.coverage))
        with Checkpoint(key, resume=options.resume, warn=aws.warn, now=now) as checkpoint:
            snapshots = None
            if options.snapshot:
                storage = storage_of(options.snapshot, aws)
                snapshots = Snapshots(storage, options.snapshot, options.snapshot_scope, time_text(now())[:10])
                snapshots.require_same_scope()

            def render(tables: DuckDBPyConnection) -> int:
                read_patches = None
                if options.patch_states and isinstance(source, PatchSource):
                    read_patches = PatchCollection(source, aws, checkpoint, options.patch_states, aws.warn).read
                deliver = None
                if options.to_security_hub and isinstance(source, ApiSource):
                    delivery = Delivery(aws, source.member_role_name, time_text(now()))
                    deliver = partial(_deliver, delivery, aws.warn, terminal, yes=options.yes)
                read_tag = partial(read_account_tag, aws)
                partition = aws.identity.partition
                report = Report(
                    tables, options, time_text(now()), partition, read_tag, read_patches, snapshots, deliver
                )
                return render_report(report, terminal)

            return collect(aws, source, checkpoint, render, terminal)


def _deliver(
    delivery: Delivery, say: Callable[[str], None], terminal: Terminal, tables: DuckDBPyConnection, *, yes: bool
) -> None:
    """Shows what would be sent to Security Hub, and sends it when that is confirmed. Its problems are the report's."""
    plan = delivery.plan(tables)
    say(plan.description)
    if plan.total and (yes or terminal.confirm("Send these to Security Hub?")):
        delivery.send(plan)
        say(f"Security Hub has accepted {pluralize(plan.sent, 'finding')} of {plan.total}.")
    elif plan.total:
        say("Nothing was sent.")
    for problem in sorted(plan.problems):
        tables.table("problems").insert(problem)


def collect(
    aws: AwsSession,
    source: Source,
    checkpoint: Checkpoint,
    render: Callable[[DuckDBPyConnection], int],
    terminal: Terminal,
) -> int:
    """Reads the source and renders the tables; what was read is kept until then. Returns what `render` returns.

    Raises ScriptError when nothing can be read, and KeyboardInterrupt, with how to resume.
    """
    try:
        with interruptible():
            with progress_bar(checkpoint, terminal):
                source.read(aws, checkpoint.key.scope, checkpoint)
            status = _render(checkpoint, render, aws.description, terminal)
            # What was read is needed until it is written.
            terminal.stdout.flush()
    except KeyboardInterrupt as error:
        raise KeyboardInterrupt(*_resume_hint(checkpoint)) from error
    except BrokenPipeError:
        raise
    except (ScriptError, OSError):
        for hint in _resume_hint(checkpoint):
            aws.warn(hint)
        raise
    checkpoint.discard()
    return status


def _resume_hint(checkpoint: Checkpoint) -> list[str]:
    """How to resume the report; nothing where nothing was read, and the empty journal is deleted."""
    if not checkpoint.done:
        checkpoint.discard()
        return []
    count = f"{checkpoint.done} of {checkpoint.expected} accounts and Regions"
    return [f"{count} were read: run the same command with --resume to continue."]


def _render(
    checkpoint: Checkpoint, render: Callable[[DuckDBPyConnection], int], session: str, terminal: Terminal
) -> int:
    """Raises ScriptError when DuckDB fails: out of memory, no space on the disk."""
    import duckdb

    try:
        with checkpoint.tables() as tables:
            status = render(tables)
            terminal.echo(f"In {session}: {wording.scope(tables)}.", err=True)
            return status
    except duckdb.Error as error:
        message = " ".join(str(error).split())
        raise ScriptError(f"The report could not be created: {message}") from error


def require_packages(terminal: Terminal, *, draws: bool) -> None:
    """Checked before anything takes minutes. `draws`: a table, on a terminal. Raises DependencyError."""
    try:
        import duckdb  # noqa: F401 - whether it is installed
    except ImportError as error:
        raise DependencyError(
            f"{sys.executable} cannot import duckdb ({error}), which aggregates and writes the results. To resolve: "
            f"{sys.executable} -m pip install duckdb; or uv run --script report.py, which installs it."
        ) from error
    if draws and terminal.stdout.isatty():
        terminal.console(terminal.stdout)


_DESCRIPTION = """\
Lists the organization's accounts, assumes a role in each, and reads in every Region the managed nodes and the results
of their last scan. Changes nothing. What could not be read is reported, and never counts as compliant.
--source api calls organizations:ListRoots, ListOrganizationalUnitsForParent and ListAccountsForParent,
account:ListRegions and sts:AssumeRole, and in each account ssm:DescribeInstanceInformation,
DescribeInstancePatchStates and ListResourceComplianceSummaries, with --patches also DescribeInstancePatches, with
--coverage also what report.py nodes calls. With --account-owner-tag, every source calls
organizations:ListTagsForResource for each account.
--source s3 and athena read what modules/compliance-reporting collects, in the administrator account, by
cloudformation:ListStackInstances and either s3:ListBucket and GetObject, or athena:StartQueryExecution,
GetQueryExecution and GetQueryResults and glue:GetTable.
It exits with 0; 1 when there is no report; 2 when there is what --fail-on names, or less than --fail-below; 3 when
something could not be read (but an account that is not active) or there was no managed node at all, and it is not
2; 130 after Ctrl-C and 143 after SIGTERM: what was read is kept for --resume."""


def command(instances: MakeInstanceSource) -> Command[str]:
    """The command. `instances` makes what reads the instances that are not managed."""
    return Command(
        name="compliance",
        summary="The patch compliance of every account of the organization, in one place.",
        description=_DESCRIPTION,
        example="compliance --regions us-east-1 eu-west-1 --html compliance.html",
        options=KEYS,
        cli_handler=partial(report, instances),
    )
