"""The genuine AWS provider, started once for many Terraform commands that reattach to it, as in debugging a provider.

Its start and its schema take more than half of the time of a command, and a command starts it several times.
https://developer.hashicorp.com/terraform/plugin/debugging#terraform-cli
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness import HarnessError
from harness.reattachment.provider_proxy import ProviderProxy, SmallSchema

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_VARIABLE = "TF_REATTACH_PROVIDERS"
_PROGRAM = ".terraform/providers/registry.terraform.io/hashicorp/aws/*/*/terraform-provider-aws*"

# Each takes most of a gigabyte of memory; a test rarely uses more than two accounts.
_MAXIMUM = 2

Key = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ReattachedProvider:
    """A running provider, and the proxy through which commands reach it."""

    process: subprocess.Popen[str]
    proxy: ProviderProxy

    @property
    def variables(self) -> dict[str, str]:
        """The environment of a command that reattaches to it."""
        return {_VARIABLE: self.proxy.reattach}

    def end(self) -> None:
        """Kill the provider."""
        self.process.kill()
        self.process.communicate()
        self.proxy.close()


class ReattachedProviders:
    """One provider process for each environment, from which it reads endpoints and credentials. Call `close`."""

    def __init__(self) -> None:
        # For their sockets, which a killed provider does not remove.
        self._sockets = tempfile.TemporaryDirectory(prefix="providers-")
        self._running: dict[Key, ReattachedProvider] = {}
        self._schemas: defaultdict[Path, SmallSchema] = defaultdict(SmallSchema)

    def start(self, directory: Path, environment: Mapping[str, str]) -> dict[str, str]:
        """The variable with which a command in `directory` reattaches; {} if no AWS provider is installed.

        Raises HarnessError when the provider does not start.
        """
        program = _program_of(directory)
        if program is None:
            return {}
        key = (("", str(program.resolve())), *sorted(environment.items()))
        # Least recently used first.
        running = self._running.pop(key) if key in self._running else self._launch(program, environment)
        self._running[key] = running
        while len(self._running) > _MAXIMUM:
            self._end(next(iter(self._running)))
        return running.variables

    def start_separate(self, directory: Path, environment: Mapping[str, str]) -> ReattachedProvider | None:
        """A provider that no other command reattaches to; None if no AWS provider is installed.

        The caller ends it. Raises HarnessError when it does not start.
        """
        program = _program_of(directory)
        return None if program is None else self._launch(program, environment)

    def close(self) -> None:
        for key in list(self._running):
            self._end(key)
        self._sockets.cleanup()

    def _end(self, key: Key) -> None:
        self._running.pop(key).end()

    def _launch(self, program: Path, environment: Mapping[str, str]) -> ReattachedProvider:
        process = subprocess.Popen(
            [program, "-debug"],
            env={**environment, "TMPDIR": self._sockets.name},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            # Ctrl-C at the terminal must reach pytest alone.
            start_new_session=True,
        )
        assert process.stdout
        for line in process.stdout:
            found = re.search(rf"{_VARIABLE}='(.*)'", line)
            if found:
                return ReattachedProvider(process, ProviderProxy(found[1], self._schemas[program.resolve()]))
        process.communicate()
        raise HarnessError(f"{program} -debug ended with {process.returncode}: Terraform cannot reattach to it.")


def _program_of(directory: Path) -> Path | None:
    return min(directory.glob(_PROGRAM), default=None)
