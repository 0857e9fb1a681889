"""The benchmark's server in a process of its own, and its clients."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness import HarnessError
from harness.workspace import REPOSITORY
from sandbox.services.ssmquicksetup.configuration_types.catalog import REGIONS
from tools.bench.server import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class Server:
    """A running server; `requests` is their number by operation, known after its end."""

    endpoint: str
    requests: dict[str, int]

    @property
    def port(self) -> int:
        return int(self.endpoint.rpartition(":")[2])

    @property
    def environment(self) -> dict[str, str]:
        """The environment of its clients, without the user's profile and proxy."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "AKIABENCH",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            "AWS_EC2_METADATA_DISABLED": "true",
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": str(REPOSITORY / "scripts"),
        }

    def run_client(self, module: str, *arguments: object) -> str:
        """The output of `python -m tools.bench.MODULE ARGUMENTS` with this server as AWS. Raises HarnessError."""
        completed = subprocess.run(
            [sys.executable, "-m", f"tools.bench.{module}", *map(str, arguments)],
            env=self.environment,
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            check=False,
        )
        if completed.returncode:
            raise HarnessError(f"{module} failed: {completed.stderr}")
        return completed.stdout


@contextmanager
def serving(accounts: int, latency: float, users_of_cloud9: int = 1) -> Iterator[Server]:
    """A server, until the context ends.

    Args:
        latency: seconds before each response.
        users_of_cloud9: one account in this number has used Cloud9.

    Raises:
        HarnessError: it did not start, it ended early, or it received an unknown operation.
    """
    arguments = [str(accounts), str(latency), str(users_of_cloud9), *REGIONS]
    process = subprocess.Popen(
        [sys.executable, "-m", "tools.bench.server", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
    )
    assert process.stdout
    port = process.stdout.readline().strip()
    server = Server(f"http://127.0.0.1:{port}", {})
    try:
        if port:
            yield server
    finally:
        output, _ = process.communicate("", timeout=30)
    if process.returncode or not port:
        raise HarnessError(f"the server of the benchmark ended with {process.returncode}")
    server.requests.update(json.loads(output))
    unknown = [name.removeprefix(UNKNOWN) for name in server.requests if name.startswith(UNKNOWN)]
    if unknown:
        raise HarnessError(f"the server of the benchmark does not know {', '.join(unknown)}")
