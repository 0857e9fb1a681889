"""Copies of the repository are complete, independent, and initialised once."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from harness import HarnessError
from harness.terraform import Terraform
from harness.workspace import Workspaces, change_inputs

if TYPE_CHECKING:
    from pathlib import Path

    from harness.providers import Providers
    from harness.results import Report

ROOT = """
resource "terraform_data" "one" {
  provisioner "local-exec" {
    command     = "print(__import__('sys').prefix)"
    interpreter = ["python3", "-c"]
  }
}
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    files = {
        "main.tf": ROOT,
        "examples/small/main.tf": 'module "all" {\n  source = "../.."\n}\n',
        "examples/small/terraform.tfstate": "the user's",
        "examples/small/.terraform/junk": "",
        "scripts/observe.py": "import nothing_at_all\n",
        "tests/apply/odd/main.tf": "",
        "tests/apply/odd/test_odd.py": "",
        "README.md": "",
    }
    for name, text in files.items():
        file = tmp_path / "repository" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return tmp_path / "repository"


def test_checkouts(repository: Path, tmp_path: Path, providers: Providers, monkeypatch: pytest.MonkeyPatch) -> None:
    initialised = []
    genuine = Terraform.init

    def init(terraform: Terraform, *, backend: bool) -> Report:
        initialised.append(terraform.directory)
        return genuine(terraform, backend=backend)

    monkeypatch.setattr(Terraform, "init", init)
    workspaces = Workspaces(tmp_path / "workspaces", providers, repository=repository)

    first = workspaces.checkout("examples/small", {"AWS_REGION": "us-east-1"}, variables={"a": 1})
    second = workspaces.checkout("examples/small")
    assert len(initialised) == 1
    assert first.directory != second.directory
    assert first.environment["AWS_REGION"] == "us-east-1"
    assert first.variables == {"a": 1}

    top = first.directory.parents[1]
    copied = {
        str(file.relative_to(top))
        for file in [*top.rglob("*"), *top.glob("scripts/*")]
        if file.is_file() and ".terraform" not in file.parts
    }
    assert copied >= {"main.tf", "examples/small/main.tf", "scripts/observe.py", "tests/apply/odd/main.tf"}
    assert not copied & {"README.md", "examples/small/terraform.tfstate", "tests/apply/odd/test_odd.py"}
    assert not (first.directory / ".terraform/junk").exists()

    first.variables = {}
    assert sys.prefix in first.apply().provisioner_lines
    assert first.plan().is_empty
    assert not second.plan().is_empty
    assert (repository / "examples/small/terraform.tfstate").read_text() == "the user's"

    with pytest.raises(HarnessError, match="examples/none is not a Terraform configuration"):
        workspaces.checkout("examples/none")


def test_settings_of_the_user_are_not_inherited(workspaces: Workspaces, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_PROFILE", "AWS_SECRET_ACCESS_KEY", "TF_LOG", "TF_CLI_ARGS", "PYTHONPATH", "SHELL"):
        monkeypatch.setenv(name, "the user's")
    environment = workspaces.environment({"AWS_REGION": "eu-west-1"})
    assert "the user's" not in environment.values()
    assert environment["AWS_REGION"] == "eu-west-1"
    assert environment["AWS_EC2_METADATA_DISABLED"] == "true"
    assert environment["CHECKPOINT_DISABLE"] == "1"
    assert environment["TF_CLI_CONFIG_FILE"].endswith("terraform.tfrc")


def test_every_test_has_the_same_environment(workspaces: Workspaces, monkeypatch: pytest.MonkeyPatch) -> None:
    """And so its commands the same AWS provider, whose start takes longer than a plan."""
    environment = workspaces.environment()
    assert os.environ["PYTEST_CURRENT_TEST"]
    monkeypatch.setenv("PYTEST_CURRENT_TEST", "another")
    assert workspaces.environment() == environment


def test_written_configuration_has_the_module(workspaces: Workspaces) -> None:
    terraform = workspaces.write({"main.tf": "", "nested/main.tf": ""}, init=False)
    assert (terraform.directory / "../module/versions.tf").exists()
    assert (terraform.directory / "nested/main.tf").exists()


def test_module_calls_are_initialised_once(repository: Path, tmp_path: Path, providers: Providers) -> None:
    workspaces = Workspaces(tmp_path / "workspaces", providers, repository=repository)
    first, second = (workspaces.call_modules({"one": {"source": "../module"}}, {}) for _ in range(2))
    change_inputs(second, "one", count=0)
    assert '"count": 0' not in (first.directory / "main.tf.json").read_text()
    assert not first.validate().diagnostics
    assert not second.validate().diagnostics
