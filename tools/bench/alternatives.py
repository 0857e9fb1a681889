"""Alternatives: the AWS CLI in a shell loop, and c7n-org."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from harness.workspace import REPOSITORY
from tools.bench.server import ROLE, member

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.bench.server_process import Server

_VENV = REPOSITORY / ".cache" / "c7n-org"

# A usual shell loop, without jq.
_LOOP = """
set -euo pipefail
for account in $ACCOUNTS; do
  export AWS_ACCESS_KEY_ID=AKIABENCH AWS_SECRET_ACCESS_KEY=secret
  unset AWS_SESSION_TOKEN
  read -r id secret token < <(aws sts assume-role --role-arn "arn:aws:iam::$account:role/$ROLE" \
    --role-session-name bench --output text --region us-east-1 \
    --query 'Credentials.[AccessKeyId,SecretAccessKey,SessionToken]')
  export AWS_ACCESS_KEY_ID=$id AWS_SECRET_ACCESS_KEY=$secret AWS_SESSION_TOKEN=$token
  for region in $REGIONS; do
    ids=$(aws ssm describe-instance-information --region "$region" --output text \
      --query 'InstanceInformationList[].InstanceId')
    # shellcheck disable=SC2086
    aws ssm describe-instance-patch-states --region "$region" --instance-ids $ids --output json
    aws ssm list-resource-compliance-summaries --region "$region" --output json \
      --filters Key=ComplianceType,Values=Patch,Type=EQUAL
  done
done
"""


def aws_cli(server: Server, accounts: int, regions: Sequence[str]) -> float | None:
    """Seconds for one account; None without the AWS CLI, or if it fails."""
    aws = shutil.which("aws")
    if aws is None:
        return None
    environment = {
        **server.environment,
        "PATH": f"{Path(aws).parent}:/usr/bin:/bin",
        "ACCOUNTS": " ".join(map(member, range(accounts))),
        "REGIONS": " ".join(regions),
        "ROLE": ROLE,
        "AWS_PAGER": "",
    }
    del environment["PYTHONPATH"]
    return _timed(["bash", "-c", _LOOP], environment, accounts)


def c7n_org(server: Server, accounts: int, regions: Sequence[str]) -> float | None:
    """Seconds for one account, at c7n-org's own concurrency; None if it cannot be installed, or fails."""
    program = _installed()
    if program is None:
        return None
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        listed = [
            {
                "account_id": member(number),
                "name": f"account-{number}",
                "role": f"arn:aws:iam::{member(number)}:role/{ROLE}",
                "regions": list(regions),
            }
            for number in range(accounts)
        ]
        # JSON is YAML.
        (folder / "accounts.yml").write_text(json.dumps({"accounts": listed}), encoding="utf-8")
        policy = {"name": "nodes", "resource": "aws.ssm-managed-instance"}
        (folder / "policy.yml").write_text(json.dumps({"policies": [policy]}), encoding="utf-8")
        command = [program, "run", "-c", "accounts.yml", "-u", "policy.yml", "-s", "output", "--cache-period", "0"]
        environment = {**server.environment, "HOME": directory, "AWS_DEFAULT_REGION": "us-east-1"}
        del environment["PYTHONPATH"]
        seconds = _timed(command, environment, accounts, cwd=folder)
        found = sum(len(json.loads(file.read_bytes())) for file in folder.glob("output/**/resources.json"))
        return seconds if found else None


def _installed() -> str | None:
    program = _VENV / "bin" / "c7n-org"
    if not program.exists():
        create = [sys.executable, "-m", "venv", str(_VENV)]
        install = [str(_VENV / "bin" / "pip"), "install", "--quiet", "c7n-org"]
        if any(subprocess.run(command, check=False).returncode for command in (create, install)):
            return None
    return str(program)


def _timed(command: list[str], environment: dict[str, str], accounts: int, cwd: Path | None = None) -> float | None:
    began = time.perf_counter()
    completed = subprocess.run(command, env=environment, cwd=cwd, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - began
    if completed.returncode:
        print(f"{command[0]} failed: {completed.stderr[-2000:]}", file=sys.stderr)
        return None
    return seconds / accounts
