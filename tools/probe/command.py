"""Holds assumptions about AWS against the sandbox, or against an organization of yours when AWS credentials are given.

Reads only. A check that writes needs --write, with --account (the management account, to exclude a mistake) and
--target (the organizational unit to deploy to); it creates something with a name of its own and removes it.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from harness.workspace import REPOSITORY
from tools import entry_point
from tools.probe import result, sandbox
from tools.probe.checks import CHECKS
from tools.probe.model import Organization
from tools.probe.switches import SWITCHES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

OUTPUT = REPOSITORY / ".cache" / "probe"
_DEFAULT_REGION = "us-east-1"


def main(
    arguments: Sequence[str] | None = None, *, environment: Mapping[str, str] = os.environ, output: Path = OUTPUT
) -> int:
    """Run the command. Returns the exit status."""
    options = parse(arguments)
    place = "AWS" if environment.get("AWS_PROFILE") or environment.get("AWS_ACCESS_KEY_ID") else "sandbox"
    if options.falsify and place == "AWS":
        print("Only the sandbox can be falsified: unset AWS_PROFILE and AWS_ACCESS_KEY_ID.", file=sys.stderr)
        return result.EXIT_ERROR
    opened = _aws(environment, options.target) if place == "AWS" else sandbox.started(options.falsify)
    try:
        with opened as organization:
            return run(organization, options, place=place, output=output)
    except (BotoCoreError, ClientError, result.UsageError) as error:
        print(error, file=sys.stderr)
        return result.EXIT_ERROR


def run(organization: Organization, options: argparse.Namespace, *, place: str, output: Path) -> int:
    """Run the checks in an organization. Returns the exit status. Raises UsageError."""
    checks = [check for check in CHECKS if not options.only or check.name in options.only]
    print(f"{place}: account {organization.account_id}, {organization.region}.")
    if options.write:
        _require_named(organization, options, place)
        for check in checks:
            if check.writes:
                print(f"{check.name} {check.writes}", flush=True)
    results = list(result.run(checks, organization, write=options.write))
    print("\n".join(result.describe(results)))
    at = datetime.now(UTC)
    file = output / f"{place.lower()}-{at:%Y%m%dT%H%M%SZ}.json"
    about = {"at": at.isoformat(timespec="seconds"), "place": place, "region": organization.region}
    result.write(file, results, about, masked=not options.unmasked)
    print(f"Written: {file}")
    return result.exit_status(results)


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(prog="make probe", description=__doc__)
    names = [check.name for check in CHECKS]
    parser.add_argument("--only", nargs="+", choices=names, metavar="CHECK", help=f"one of {', '.join(names)}")
    parser.add_argument("--write", action="store_true", help="run checks that write, too")
    parser.add_argument("--account", help="id of the management account, which --write needs")
    parser.add_argument("--target", default="", help="id of the organizational unit that --write deploys to")
    parser.add_argument("--falsify", choices=SWITCHES, help="let the sandbox answer otherwise")
    parser.add_argument("--unmasked", action="store_true", help="keep account ids in the file")
    return parser.parse_args(arguments)


def _require_named(organization: Organization, options: argparse.Namespace, place: str) -> None:
    """In AWS, the person names the account and the unit. Raises UsageError."""
    if place == "sandbox":
        return
    if options.account != organization.account_id:
        raise result.UsageError(
            f"The credentials are of the account {organization.account_id}. Checks that write need "
            f"ACCOUNT={organization.account_id}, if you want to create something there."
        )
    if not options.target:
        raise result.UsageError("Checks that write need TARGET, the id of an organizational unit to deploy to.")


@contextmanager
def _aws(environment: Mapping[str, str], target: str) -> Iterator[Organization]:
    region = environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION")
    session = boto3.Session(profile_name=environment.get("AWS_PROFILE"), region_name=region)
    found = session.region_name or _DEFAULT_REGION
    clients = {}

    def client(service: str) -> object:
        if service not in clients:
            clients[service] = session.client(service, region_name=found)  # type: ignore[call-overload]
        return clients[service]

    yield Organization(client, region=found, wait=time.sleep, target=target)


if __name__ == "__main__":
    entry_point.run(main)
