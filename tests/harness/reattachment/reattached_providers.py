"""Providers that are started once for many Terraform commands, which reattach to them, as in debugging a provider.

The start of the genuine AWS provider and its schema take more than half of the time of a command, which starts it
several times. https://developer.hashicorp.com/terraform/plugin/debugging#terraform-cli
"""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness import HarnessError
from harness.providers import AWS, EXTERNAL
from harness.reattachment.provider_proxy import ProviderProxy, SmallSchema
from harness.reattachment.reattached_external import ReattachedExternal

if TYPE_CHECKING:
    from collections.abc import Mapping

_VARIABLE = "TF_REATTACH_PROVIDERS"
_AWS_PROGRAM = f".terraform/providers/{AWS}/*/*/terraform-provider-aws*"
_EXTERNAL_PROGRAM = f".terraform/providers/{EXTERNAL}/*/*/terraform-provider-external*"

# Each takes most of a gigabyte of memory; a test rarely uses more than two accounts.
_MAXIMUM = 2
_MAXIMUM_EXTERNALS = 4

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
    """One process of the AWS provider for each environment, from which it reads endpoints and credentials; and, where
    hashicorp/external is the stand-in, one server of it for each directory and environment. Call `close`.
    """

    def __init__(self) -> None:
        # For their sockets, which a killed provider does not remove.
        self._sockets = tempfile.TemporaryDirectory(prefix="providers-")
        self._running: dict[Key, ReattachedProvider] = {}
        self._externals: dict[Key, ReattachedExternal] = {}
        self._external_numbers = count(1)
        self._schemas: defaultdict[Path, SmallSchema] = defaultdict(SmallSchema)

    def start(self, directory: Path, environment: Mapping[str, str]) -> dict[str, str]:
        """The variable with which a command in `directory` reattaches; {} if neither is installed there.

        Raises HarnessError when the AWS provider does not start.
        """
        addresses = {**self._start_aws(directory, environment), **self._start_external(directory, environment)}
        return {_VARIABLE: json.dumps(addresses)} if addresses else {}

    def start_separate(self, directory: Path, environment: Mapping[str, str]) -> ReattachedProvider | None:
        """An AWS provider that no other command reattaches to; None if none is installed.

        The caller ends it. Raises HarnessError when it does not start.
        """
        program = _program_of(directory, _AWS_PROGRAM)
        return None if program is None else self._launch(program, environment)

    def close(self) -> None:
        _end_oldest(self._running, 0)
        _end_oldest(self._externals, 0)
        self._sockets.cleanup()

    def _start_aws(self, directory: Path, environment: Mapping[str, str]) -> dict[str, Any]:
        program = _program_of(directory, _AWS_PROGRAM)
        if program is None:
            return {}
        key = (("", str(program.resolve())), *sorted(environment.items()))
        # Least recently used first.
        self._running[key] = self._running.pop(key) if key in self._running else self._launch(program, environment)
        addresses: dict[str, Any] = json.loads(self._running[key].proxy.reattach)
        _end_oldest(self._running, _MAXIMUM)
        return addresses

    def _start_external(self, directory: Path, environment: Mapping[str, str]) -> dict[str, Any]:
        program = _program_of(directory, _EXTERNAL_PROGRAM)
        if program is None or not _is_script(program):
            return {}
        key = (("", str(directory.resolve())), *sorted(environment.items()))
        if key in self._externals:
            self._externals[key] = self._externals.pop(key)
        else:
            socket = Path(self._sockets.name) / f"external-{next(self._external_numbers)}"
            self._externals[key] = ReattachedExternal(socket, directory, environment)
        _end_oldest(self._externals, _MAXIMUM_EXTERNALS)
        return {EXTERNAL: self._externals[key].address}

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


def _program_of(directory: Path, pattern: str) -> Path | None:
    return min(directory.glob(pattern), default=None)


def _is_script(program: Path) -> bool:
    """As the stand-in, and not the genuine provider."""
    with program.open("rb") as file:
        return file.read(2) == b"#!"


def _end_oldest(running: dict[Key, Any], kept: int) -> None:
    while len(running) > kept:
        running.pop(next(iter(running))).end()
