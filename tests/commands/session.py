"""What every command needs: providers, copies of the module, and messages instead of tracebacks."""

from __future__ import annotations

import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from support.errors import HarnessError
from support.providers import Providers
from support.results import TerraformError
from support.workspace import REPOSITORY, Workspaces

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ADMINISTRATOR = "222222222222"
"""The account that becomes the delegated administrator, in every scenario."""


@contextmanager
def workspaces() -> Iterator[Workspaces]:
    """Copies of the module to run Terraform in, gone at the end. Raises HarnessError."""
    with tempfile.TemporaryDirectory(prefix="systems-manager-") as folder:
        root = Path(folder)
        with Providers.prepare(root / "providers", download=REPOSITORY / ".cache" / "providers") as providers:
            yield Workspaces(root / "workspaces", providers)


def run(command: Callable[[], int]) -> None:
    """Run a command and exit with its status; what a person must do something about is said without a traceback."""
    try:
        status = command()
    except (HarnessError, TerraformError) as error:
        print(error, file=sys.stderr)
        status = 1
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        status = 130
    sys.exit(status)
