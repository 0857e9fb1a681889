"""The genuine AWS provider, started once and attached to by many Terraform commands, as its developers debug it.

Its start and its schema cost more than half of what a command takes, and a command starts it several times.
https://developer.hashicorp.com/terraform/plugin/debugging#terraform-cli
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from typing import TYPE_CHECKING

from harness.errors import HarnessError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_ATTACH = "TF_REATTACH_PROVIDERS"
_PROGRAM = ".terraform/providers/registry.terraform.io/hashicorp/aws/*/*/terraform-provider-aws*"

# Each is most of a gigabyte in memory; the accounts of a test are rarely more than two.
_KEPT = 2

Key = tuple[tuple[str, str], ...]


class ReattachedProviders:
    """One process for each environment: a provider takes its endpoints and credentials from its own. To be closed."""

    def __init__(self) -> None:
        # Where they put their sockets, which a provider that is killed leaves behind.
        self._sockets = tempfile.TemporaryDirectory(prefix="warm-")
        self._running: dict[Key, tuple[subprocess.Popen[str], str]] = {}

    def attaching(self, directory: Path, environment: Mapping[str, str]) -> dict[str, str]:
        """What a command in `directory` needs in its environment to attach; nothing where no AWS provider is installed.

        Raises HarnessError when the provider does not start.
        """
        programs = sorted(directory.glob(_PROGRAM))
        if not programs:
            return {}
        key = (("", str(programs[0].resolve())), *sorted(environment.items()))
        # The one that was used last comes last.
        running = self._running.pop(key) if key in self._running else self._start(programs[0], environment)
        self._running[key] = running
        while len(self._running) > _KEPT:
            self._end(next(iter(self._running)))
        return {_ATTACH: running[1]}

    def close(self) -> None:
        for key in list(self._running):
            self._end(key)
        self._sockets.cleanup()

    def _end(self, key: Key) -> None:
        process, _ = self._running.pop(key)
        process.kill()
        process.communicate()

    def _start(self, program: Path, environment: Mapping[str, str]) -> tuple[subprocess.Popen[str], str]:
        process = subprocess.Popen(
            [program, "-debug"],
            env={**environment, "TMPDIR": self._sockets.name},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            # A Ctrl-C at the terminal is for pytest.
            start_new_session=True,
        )
        assert process.stdout
        for line in process.stdout:
            found = re.search(rf"{_ATTACH}='(.*)'", line)
            if found:
                return process, found[1]
        process.communicate()
        raise HarnessError(f"{program} -debug ended with {process.returncode}, and cannot be attached to.")
