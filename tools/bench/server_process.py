"""The benchmark's server in a process of its own, and others that ask it."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.errors import HarnessError
from harness.workspace import REPOSITORY
from sandbox.services.ssmquicksetup.configuration_types.catalog import REGIONS
from tools.bench.server import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class Server:
    """`asked`: how often what was asked, known when it has ended."""

    endpoint: str
    asked: dict[str, int]

    @property
    def port(self) -> int:
        return int(self.endpoint.rpartition(":")[2])

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs to ask it. Nothing of the person's own: a profile or a proxy would be asked instead."""
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

    def asking(self, module: str, *arguments: object) -> str:
        """What `python -m commands.MODULE ARGUMENTS` prints, when this server is its AWS. Raises HarnessError."""
        ended = subprocess.run(
            [sys.executable, "-m", f"tools.bench.{module}", *map(str, arguments)],
            env=self.environment,
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            check=False,
        )
        if ended.returncode:
            raise HarnessError(f"{module} failed: {ended.stderr}")
        return ended.stdout


@contextmanager
def serving(accounts: int, latency: float, users_of_cloud9: int = 1) -> Iterator[Server]:
    """A server for as long as the context lasts.

    Args:
        latency: seconds before each answer.
        users_of_cloud9: one account in so many has used Cloud9.

    Raises:
        HarnessError: it did not start, it ended early, or it was asked what it does not know.
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
        told, _ = process.communicate("", timeout=30)
    if process.returncode or not port:
        raise HarnessError(f"the server of the benchmark ended with {process.returncode}")
    server.asked.update(json.loads(told))
    unknown = [name.removeprefix(UNKNOWN) for name in server.asked if name.startswith(UNKNOWN)]
    if unknown:
        raise HarnessError(f"the server of the benchmark does not know {', '.join(unknown)}")
