"""The stand-in for hashicorp/external, served by this process for the Terraform commands of one directory.

A command starts the provider two or three times, and each start takes a tenth of a second.
"""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Any

from harness.external.program import ProgramRunner
from harness.external.provider import create_server

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class ReattachedExternal:
    """The stand-in on `socket`, whose programs run in `directory` with `environment`. Call `end`.

    `address` is what TF_REATTACH_PROVIDERS has for it.
    """

    def __init__(self, socket: Path, directory: Path, environment: Mapping[str, str]) -> None:
        self._runner = ProgramRunner(directory, environment)
        self._server = create_server(self._runner, threading.Event())
        self._server.add_insecure_port(f"unix://{socket}")
        self._server.start()
        self.address: dict[str, Any] = {
            "Protocol": "grpc",
            "ProtocolVersion": 6,
            "Pid": os.getpid(),
            # Terraform does not end it.
            "Test": True,
            "Addr": {"Network": "unix", "String": str(socket)},
        }

    def end(self) -> None:
        """Kill the running programs, and close the socket."""
        self._runner.stop()
        self._server.stop(None).wait()
