"""``python -m sandbox``: a sandbox in the foreground, until Ctrl-C."""

from __future__ import annotations

import argparse
import shlex
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox import Sandbox, Scenario, ScenarioError

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run until SIGINT or SIGTERM; 0 then, 1 when it cannot start."""
    arguments = _parser().parse_args(argv)
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    try:
        scenario = _scenario(arguments.scenario)
        sandbox = Sandbox.start(scenario, port=arguments.port, log=arguments.log)
    except (ScenarioError, OSError) as error:
        print(f"The sandbox cannot start: {error}", file=sys.stderr)
        return 1
    with sandbox:
        _introduce(sandbox)
        stopped.wait()
    print("\nThe sandbox has stopped; nothing is left of it.", file=sys.stderr)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="An AWS Organization on this machine.")
    parser.add_argument("--scenario", default="realistic", help="a scenario's name, or a YAML file (%(default)s)")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1 (a free one)")
    parser.add_argument("--log", type=Path, help="file that receives every call as a line of JSON")
    return parser


def _scenario(name: str) -> Scenario:
    return Scenario.load(name) if name.endswith((".yaml", ".yml")) else Scenario.named(name)


def _introduce(sandbox: Sandbox) -> None:
    scenario = sandbox.scenario
    print(f"# {scenario.description}")
    for account in (scenario.management_account, *scenario.member_accounts()):
        suspended = " (suspended)" if account.status == "SUSPENDED" else ""
        print(f"#   {account.id}  {account.name}{suspended}")
    print("# Ctrl-C stops it. In another terminal:")
    for name, value in sandbox.environment().items():
        print(f"export {name}={shlex.quote(value)}")
    # The key of another account is AKIASAND and its id.
    print("# Another account's administrator: AWS_ACCESS_KEY_ID=AKIASAND<account id>", flush=True)


if __name__ == "__main__":
    sys.exit(main())
