"""What the providers of a configuration offer, from Terraform itself."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

from harness.errors import HarnessError

if TYPE_CHECKING:
    from harness.terraform import Terraform


def read_schemas(terraform: Terraform) -> dict[str, Any]:
    """The schema of every provider of an initialised configuration, by address (`harness.providers.AWS`).

    https://developer.hashicorp.com/terraform/cli/commands/providers/schema

    Raises HarnessError when Terraform tells none.
    """
    run = subprocess.run(
        ["terraform", "providers", "schema", "-json"],
        cwd=terraform.directory,
        env=terraform.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=terraform.timeout,
    )
    if run.returncode != 0:
        raise HarnessError(f"`terraform providers schema` fails: {run.stderr.strip()}")
    return dict(json.loads(run.stdout)["provider_schemas"])
