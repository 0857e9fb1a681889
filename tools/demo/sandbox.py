"""Starts an organization to run Terraform against, prints the environment variables, and waits for Ctrl-C."""

from __future__ import annotations

import argparse
import os
import shlex
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from harness.complete import ADMINISTRATOR
from harness.workspace import temporary_workspaces
from sandbox import Sandbox, Scenario
from tools.entry_point import run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.workspace import Workspaces


def sandbox() -> int:
    """Run until Ctrl-C. Returns the exit status."""
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    arguments = _arguments()
    name = arguments.scenario
    scenario = Scenario.load(name) if name.endswith((".yaml", ".yml")) else Scenario.named(name)
    with temporary_workspaces() as copies, Sandbox.start(scenario, port=arguments.port, log=arguments.log) as started:
        print("\n".join(_introduction(started, copies)), flush=True)
        stopped.wait()
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
    for account in (started.scenario.management_account, *started.scenario.member_accounts()):
        yield f"#   {account.id}  {account.name}{'' if account.status == 'ACTIVE' else f' ({account.status.lower()})'}"
    yield "# Run in another terminal (Ctrl-C here removes the organization):"
    environment = copies.environment(started.environment())
    for name in (*started.environment(), "TF_CLI_CONFIG_FILE"):
        yield f"export {name}={shlex.quote(environment[name])}"
    yield f'export PATH={shlex.quote(environment["PATH"].split(os.pathsep)[0])}:"$PATH"  # a python3 that has boto3'
    yield "cd examples/minimal && terraform init"
    yield f"terraform apply -var administrator_account_id={ADMINISTRATOR}"
    yield "# The access key of another account's administrator is AKIASAND and the account's id."


if __name__ == "__main__":
    run(sandbox)
