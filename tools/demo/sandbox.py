"""Starts an organization to run Terraform against, prints the environment variables, and waits for Ctrl-C."""

from __future__ import annotations

import argparse
import os
import shlex
import signal
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.complete import ADMINISTRATOR
from harness.workspace import temporary_workspaces
from sandbox import Sandbox, Scenario
from tools.demo.clock import advance_to
from tools.entry_point import run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.workspace import Workspaces

# Seconds.
_CLOCK_INTERVAL = 1.0


def sandbox() -> int:
    """Run until Ctrl-C. Returns the exit status."""
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    arguments = _arguments()
    name = arguments.scenario
    scenario = Scenario.load(name) if name.endswith((".yaml", ".yml")) else Scenario.named(name)
    with temporary_workspaces() as copies, Sandbox.start(scenario, port=arguments.port, log=arguments.log) as started:
        advance_to(started, time.time())
        print("\n".join(_introduction(started, copies)), flush=True)
        # The scripts compare what nodes last reported with this machine's clock.
        while not stopped.wait(_CLOCK_INTERVAL):
            advance_to(started, time.time())
    print("\nThe organization has been removed.")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make sandbox", description="An AWS Organization on this machine.")
    parser.add_argument("--scenario", default="realistic", help="a scenario's name, or a YAML file (%(default)s)")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1 (a free one)")
    parser.add_argument("--log", type=Path, help="file for every call, as a line of JSON")
    return parser.parse_args()


def _introduction(started: Sandbox, copies: Workspaces) -> Iterator[str]:
    yield f"# {started.scenario.description}"
    yield from _units(started, started.client("organizations").list_roots()["Roots"][0])
    yield "# Run in another terminal (Ctrl-C here removes the organization):"
    environment = copies.environment(started.environment())
    for name in (*started.environment(), "TF_CLI_CONFIG_FILE"):
        yield f"export {name}={shlex.quote(environment[name])}"
    yield f'export PATH={shlex.quote(environment["PATH"].split(os.pathsep)[0])}:"$PATH"  # a python3 that has boto3'
    yield "cd examples/minimal && terraform init"
    yield f"terraform apply -var administrator_account_id={ADMINISTRATOR}"
    yield f"# Another organization: make sandbox SCENARIO=NAME, one of {', '.join(Scenario.names())}, or a YAML file."
    yield "# The access key of another account's administrator is AKIASAND and the account's id."


def _units(started: Sandbox, unit: dict[str, Any], path: str = "") -> Iterator[str]:
    """The accounts and organizational units with their ids, to paste."""
    organizations = started.client("organizations")
    path = f"{path}/{unit['Name']}" if path else unit["Name"]
    yield f"#   {unit['Id']:<18}{path}"
    listed = organizations.get_paginator("list_accounts_for_parent").paginate(ParentId=unit["Id"])
    for account in listed.search("Accounts"):
        status = "" if account["State"] == "ACTIVE" else f" ({account['State'].lower()})"
        yield f"#     {account['Id']:<16}{account['Name']}{status}"
    pages = organizations.get_paginator("list_organizational_units_for_parent").paginate(ParentId=unit["Id"])
    for child in pages.search("OrganizationalUnits"):
        yield from _units(started, child, path)


if __name__ == "__main__":
    run(sandbox, waits=True)
