"""The genuine Terraform with the stand-in for hashicorp/external."""

from __future__ import annotations

import os
import subprocess
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from harness.external.plugin import ExternalPlugin
from harness.providers import EXTERNAL, Mirrors, configure_providers
from harness.reattachment.reattached_providers import ReattachedProviders
from harness.results import TerraformError
from harness.workspace import Workspaces

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PLATFORM = "linux_amd64"

REQUIRED = """
terraform {
  required_providers {
    external = {
      source  = "hashicorp/external"
      version = "~> 2.3"
    }
  }
}
"""

ECHO = """
import json, os, sys
print(json.dumps({**json.load(sys.stdin), "mark": os.environ["MARK"], "folder": os.getcwd()}))
"""

READ = """
variable "mark" {
  default = null
}

data "external" "echo" {
  program     = ["python3", "-c", file("echo.py")]
  working_dir = "/"
  query       = { kept = "é", dropped = null, mark_known = var.mark }
}

resource "terraform_data" "later" {}

data "external" "at_apply" {
  program = ["python3", "-c", file("echo.py")]
  query   = { id = terraform_data.later.id }
}

output "echo" {
  value = data.external.echo
}

output "at_apply" {
  value = data.external.at_apply.result.folder
}
"""

FAILING = """
data "external" "each" {
  for_each = {
    empty = []
    exits = ["python3", "-c", "raise SystemExit('Region us-east-9 is unknown')"]
  }

  program = each.value
}
"""

SUMMARIES = {
    "empty": "Invalid Attribute Value",
    "exits": "External Program Execution Failed",
}


@pytest.fixture(scope="module", params=["started", "reattached"])
def stand_in(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspaces]:
    """Workspaces with the stand-in, also on a machine that has the genuine provider."""
    folder = tmp_path_factory.mktemp("stand-in")
    with (
        configure_providers(folder, Mirrors(aws=folder, external=None), PLATFORM) as providers,
        closing(ReattachedProviders()) as reattached,
    ):
        assert providers.is_stand_in
        yield Workspaces(
            tmp_path_factory.mktemp("workspaces"),
            providers,
            reattached=reattached if request.param == "reattached" else None,
        )


def test_reads_at_plan_and_at_apply(stand_in: Workspaces) -> None:
    terraform = stand_in.write({"main.tf": REQUIRED + READ, "echo.py": ECHO}, {"MARK": "from Terraform's environment"})
    outputs = terraform.apply().outputs
    assert outputs["echo"] == {
        "id": "-",
        "program": outputs["echo"]["program"],
        "query": {"kept": "é", "dropped": None, "mark_known": None},
        "result": {"kept": "é", "mark": "from Terraform's environment", "folder": "/"},
        "working_dir": "/",
    }
    assert outputs["at_apply"] == str(terraform.directory)
    assert terraform.plan().is_empty


def test_failures_are_diagnostics_of_the_data_source(stand_in: Workspaces) -> None:
    terraform = stand_in.write({"main.tf": REQUIRED + FAILING})
    with pytest.raises(TerraformError) as caught:
        terraform.plan()
    diagnostics = {diagnostic.address: diagnostic for diagnostic in caught.value.diagnostics}
    assert {address.split('"')[1]: found.summary for address, found in diagnostics.items()} == SUMMARIES
    assert "Error Message: Region us-east-9 is unknown" in diagnostics['data.external.each["exits"]'].detail
    assert all(found.file == "main.tf" for found in diagnostics.values())


def test_without_fork_server(tmp_path: Path) -> None:
    with ExternalPlugin(tmp_path / EXTERNAL, PLATFORM) as plugin:
        plugin.stop_fork_server()
        process = subprocess.Popen(
            [str(plugin.program)],
            env={**os.environ, "TF_PLUGIN_MAGIC_COOKIE": "any"},
            stdout=subprocess.PIPE,
            text=True,
        )
        with process:
            assert process.stdout is not None
            handshake = process.stdout.readline()
            process.kill()
    assert handshake.startswith("1|6|unix|")


def test_started_by_hand(tmp_path: Path) -> None:
    with ExternalPlugin(tmp_path / EXTERNAL, PLATFORM) as plugin:
        run = subprocess.run([str(plugin.program)], env={}, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (1, "This program is a Terraform plugin: Terraform starts it.\n")


def test_removes_its_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with ExternalPlugin(tmp_path / EXTERNAL, PLATFORM):
        assert list(tmp_path.glob("external-*"))
    assert not list(tmp_path.glob("external-*"))
