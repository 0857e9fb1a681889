"""Runs the module's scripts in forks of a process that has botocore and its service models.

To import botocore and to read the models takes two thirds of the processor time of a script, which Terraform starts
several times for each command. The scripts' own code is that of the configuration, imported in each fork; only their
process is not a new one. Commands that are interrupted or killed, the demo, and the tests of the scripts themselves
start them as users do.
"""

from __future__ import annotations

import gc
import runpy
import sys
import tempfile
import threading
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.forking.server import serve_forks, start_fork_server

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

FORKED_PYTHON = Path(__file__).with_name("python3.py")
VARIABLE = "SYSTEMS_MANAGER_ORGANIZATION_FORK_SERVER"

_TESTS = Path(__file__).resolve().parents[2]
_SERVICES = ("account", "cloudformation", "iam", "organizations", "ssm", "ssm-quicksetup", "sts")


class ScriptServer:
    """The fork server, until closed. `variables` are what a command needs whose scripts it runs."""

    def __init__(self) -> None:
        # Not below the session's folder: the path of a socket may have at most 107 characters.
        self._private = tempfile.TemporaryDirectory(prefix="scripts-")
        address = str(Path(self._private.name) / "fork-server")
        self.variables = {VARIABLE: address}
        self._process = start_fork_server("harness.forking.scripts", [address], _TESTS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._process.communicate()
        self._private.cleanup()


def _prepare() -> None:
    """Import what the scripts import of others, and have all sessions of botocore share what it reads."""
    import boto3  # noqa: F401 - the scripts say so when it is missing
    import botocore.session

    from harness.forking.shared_clients import share_clients

    share_clients(setattr)
    session = botocore.session.get_session()
    for service in _SERVICES:
        session.create_client(service, region_name="us-east-1", aws_access_key_id="none", aws_secret_access_key="none")


def _run(arguments: list[str]) -> int:
    """Run a script as Python would, and return the exit status."""
    sys.argv[:] = arguments
    # In place of the folder of this module.
    sys.path[0] = str(Path(arguments[0]).parent)
    try:
        runpy.run_path(arguments[0], run_name="__main__")
        status = 0
    except SystemExit as end:
        status = _status_of(end.code)
    except BaseException:  # noqa: BLE001 - as Python itself
        traceback.print_exc()
        status = 1
    threading._shutdown()  # type: ignore[attr-defined]
    sys.stdout.flush()
    sys.stderr.flush()
    return status


def _status_of(code: Any) -> int:
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 255
    print(code, file=sys.stderr)
    return 1


if __name__ == "__main__":
    _prepare()
    # A fork that looked for garbage among them would copy their pages.
    gc.freeze()
    serve_forks(sys.argv[1], _run)
