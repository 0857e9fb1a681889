"""`report.py nodes`: every node of the organization, and why an instance is not managed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from systems_manager_organization.cli.application import Command
from systems_manager_organization.compliance.command import collect, require_packages
from systems_manager_organization.compliance.model.node import time_text
from systems_manager_organization.compliance.store.checkpoint import Checkpoint, ReportKey
from systems_manager_organization.nodes.columns import NODES
from systems_manager_organization.nodes.options import KEYS, NodesOptions
from systems_manager_organization.nodes.output import render
from systems_manager_organization.nodes.source import NodesSource
from systems_manager_organization.nodes.synced import SyncedNodesSource

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from systems_manager_organization.cli.application import Connect
    from systems_manager_organization.cli.options import Query
    from systems_manager_organization.cli.terminal import Terminal

_SOURCE, _FAST_SOURCE = "nodes", "synced-nodes"


def report(query: Query, connect: Connect, terminal: Terminal) -> int:
    """Reads the nodes and renders the report. Returns the status of `render`.

    Raises ScriptError when nothing can be read, or the options are invalid.
    """
    options = NodesOptions.of(query)
    require_packages(terminal, draws=False)
    with connect() as aws:
        now = aws.clock.time
        key = ReportKey(aws.account_id, _FAST_SOURCE if options.is_fast else _SOURCE, options.scope)
        source = SyncedNodesSource() if options.is_fast else NodesSource(options.role_name)

        def render_tables(tables: DuckDBPyConnection) -> int:
            return render(tables, options, time_text(now()), terminal)

        with Checkpoint(key, resume=options.resume, warn=aws.warn, now=now, columns=NODES) as checkpoint:
            return collect(aws, source, checkpoint, render_tables, terminal)


COMMAND: Command[str] = Command(
    name="nodes",
    summary="Every node of the organization, managed or not, and why an EC2 instance is not managed.",
    description="""\
Lists the organization's accounts, assumes a role in each, and reads in every Region the EC2 instances and the managed
nodes. For an instance that is not managed it reads status checks, instance profile and role, Default Host Management
Configuration, routes, endpoints, security groups, network ACLs and DNS, and names the first cause that they prove, its
evidence and its remedy; the others are notes. What only the machine knows is UNKNOWN. Changes nothing.
It calls organizations:ListRoots, ListOrganizationalUnitsForParent and ListAccountsForParent, account:ListRegions and
sts:AssumeRole, and in each account ec2:DescribeInstances and ssm:DescribeInstanceInformation; where an instance is not
managed also ec2:DescribeInstanceStatus, DescribeRouteTables, DescribeVpcEndpoints, DescribeSecurityGroups,
DescribeNetworkAcls and DescribeVpcAttribute, ssm:GetServiceSetting, iam:GetInstanceProfile, GetRole and
SimulatePrincipalPolicy.
With --fast it calls ssm:ListNodes and organizations:DescribeOrganization instead, in the administrator account of the
unified console, for five accounts at a time: what AWS has collected, with its age, and without causes.
It exits with 0; 1 when there is no report; 2 when a node is not managed, with --fail-on-unmanaged; 3 when something
could not be read (but an account that is not active) and it is not 2; 130 after Ctrl-C and 143 after SIGTERM: what was
read is kept for --resume.""",
    example="nodes --regions us-east-1 eu-west-1 --by node",
    options=KEYS,
    cli_handler=report,
)
