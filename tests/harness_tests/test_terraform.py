"""The genuine Terraform, with configurations that need no provider."""

from __future__ import annotations

import tempfile
import threading
from typing import TYPE_CHECKING

import pytest

from harness.results import TerraformError, TerraformTimeoutError
from harness.terraform import Terraform

if TYPE_CHECKING:
    from pathlib import Path

    from harness.workspace import Workspaces

CONFIGURATION = """
variable "name" {
  type = string

  validation {
    condition     = var.name != "bad"
    error_message = "name is ${var.name}: choose another."
  }
}

variable "numbers" {
  type    = list(number)
  default = []
}

check "enough" {
  assert {
    condition     = length(var.numbers) != 3
    error_message = "Three numbers are one too many."
  }
}

resource "terraform_data" "one" {
  input            = var.name
  triggers_replace = length(var.numbers)

  provisioner "local-exec" {
    command = "echo made it"
  }
}

module "inner" {
  source = "./inner"
}

output "name" {
  value = terraform_data.one.output
}

output "secret" {
  value     = "hidden"
  sensitive = true
}
"""

INNER = """
resource "terraform_data" "two" {
  for_each = toset(["a b"])
  input    = each.key
}
"""

SLOW = """
resource "terraform_data" "slow" {
  provisioner "local-exec" {
    command = "touch began; sleep 60"
  }
}
"""

TESTS = """
run "good" {
  command = plan
  variables {
    name = "x"
  }
}

run "wrong" {
  command = plan
  variables {
    name = "y"
  }
  assert {
    condition     = var.name == "x"
    error_message = "name is ${var.name}"
  }
}

run "broken" {
  command = plan
  variables {
    name = "bad"
  }
}
"""


@pytest.fixture
def temporary_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of this test's temporary files."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_from_the_first_plan_to_destroy(workspaces: Workspaces, temporary_files: Path) -> None:
    terraform = workspaces.write({"main.tf": CONFIGURATION, "inner/main.tf": INNER})
    terraform.variables = {"name": "quote \" $(x) 'é'"}

    plan = terraform.plan({"numbers": [1, 2]})
    assert not plan.is_empty
    assert plan.actions() == {"terraform_data.one": "create", 'module.inner.terraform_data.two["a b"]': "create"}
    assert plan.after("terraform_data.one")["input"] == "quote \" $(x) 'é'"
    assert plan.checks["check.enough"].status == "pass"
    with pytest.raises(KeyError):
        plan.after("terraform_data.other")

    applied = terraform.apply({"numbers": [1, 2]})
    assert (applied.added, applied.changed, applied.destroyed) == (2, 0, 0)
    assert applied.outputs["name"] == terraform.output()["name"] == "quote \" $(x) 'é'"
    assert terraform.output()["secret"] == "hidden"
    assert terraform.addresses() == ['module.inner.terraform_data.two["a b"]', "terraform_data.one"]
    assert terraform.state()['module.inner.terraform_data.two["a b"]']["input"] == "a b"

    empty = terraform.plan({"numbers": [1, 2]})
    assert empty.is_empty
    assert str(empty) == "no changes"

    warned = terraform.plan({"numbers": [1, 2, 3], "name": "other"})
    assert warned.actions() == {"terraform_data.one": "replace"}
    assert [found.detail for found in warned.warnings] == ["Three numbers are one too many."]
    assert warned.checks["check.enough"].problems == ("Three numbers are one too many.",)
    assert "replace terraform_data.one" in str(warned)
    assert terraform.plan({"numbers": [1, 2]}, replace=["terraform_data.one"]).changes[0].reason == "requested"

    destroyed = terraform.destroy()
    assert (destroyed.added, destroyed.destroyed) == (0, 2)
    assert terraform.addresses() == []
    assert list(temporary_files.glob("*.tfvars.json")) == []


def test_what_programs_print(workspaces: Workspaces) -> None:
    terraform = workspaces.write({"main.tf": CONFIGURATION, "inner/main.tf": INNER})
    applied = terraform.apply({"name": "it"}, target=["terraform_data.one"])
    assert applied.added == 1
    assert "made it" in applied.provisioner_lines


def test_errors_hold_the_diagnostics(workspaces: Workspaces) -> None:
    terraform = workspaces.write({"main.tf": CONFIGURATION, "inner/main.tf": INNER})
    for command in (terraform.plan, terraform.apply):
        with pytest.raises(TerraformError, match=r"ended with 1:\nerror: Invalid value .*:1\)\nname is bad") as caught:
            command({"name": "bad"})
        assert caught.value.report.errors[0].detail.startswith("name is bad: choose another.")
    with pytest.raises(TerraformError, match="No value for required variable"):
        terraform.plan()
    with pytest.raises(TerraformError, match="undeclared"):
        workspaces.write({"main.tf": 'output "x" {\n  value = var.nothing\n}\n'}).validate()
    with pytest.raises(TerraformError, match=r"init ended with 1:[\s\S]*no-such-folder"):
        workspaces.write({"main.tf": 'module "x" {\n  source = "./no-such-folder"\n}\n'})


def test_tests_are_reported_run_by_run(workspaces: Workspaces) -> None:
    terraform = workspaces.write(
        {"main.tf": CONFIGURATION, "inner/main.tf": INNER, "checks/some.tftest.hcl": TESTS}, init=False
    )
    terraform.init(test_directory="checks")
    report = terraform.test("checks")
    runs = {name: run for (_, name), run in report.runs.items()}
    assert {name: run.status for name, run in runs.items()} == {"good": "pass", "wrong": "fail", "broken": "error"}
    assert [found.detail for found in runs["wrong"].diagnostics] == ["name is y"]
    assert runs["broken"].diagnostics[0].detail.startswith("name is bad")
    assert runs["good"].diagnostics == ()


def test_a_command_that_takes_too_long_is_killed(workspaces: Workspaces) -> None:
    terraform = workspaces.write({"main.tf": SLOW})
    terraform.timeout = 2.0
    with pytest.raises(TerraformTimeoutError, match=r"was killed after 2 s\. Its output"):
        terraform.apply()


def test_an_apply_can_be_killed_and_interrupted(workspaces: Workspaces) -> None:
    terraform = workspaces.write({"main.tf": SLOW})
    running = terraform.start_apply()
    await_file(terraform.directory / "began")
    states = [running.is_running]
    running.kill()
    running.kill()
    assert [*states, running.is_running] == [True, False]
    assert not terraform.plan().is_empty

    (terraform.directory / "began").unlink(missing_ok=True)
    running = terraform.start_apply()
    await_file(terraform.directory / "began")
    running.interrupt()
    with pytest.raises(TerraformError) as caught:
        running.wait()
    assert caught.value.command == ("apply",)


def test_an_apply_can_be_waited_for(workspaces: Workspaces) -> None:
    terraform = workspaces.write({"main.tf": CONFIGURATION, "inner/main.tf": INNER})
    assert terraform.start_apply({"name": "x"}).wait().outputs["name"] == "x"


def test_a_missing_program_leaves_no_variables_behind(workspaces: Workspaces, temporary_files: Path) -> None:
    terraform = Terraform(workspaces.write({"main.tf": SLOW}).directory, {"PATH": "/none"}, variables={"a": "secret"})
    with pytest.raises(FileNotFoundError):
        terraform.plan()
    assert list(temporary_files.glob("*.tfvars.json")) == []


def await_file(file: Path, seconds: float = 30.0) -> None:
    """Return as soon as the file is there."""
    tick = threading.Event()
    for _ in range(int(seconds * 100)):
        if file.exists():
            return
        tick.wait(0.01)
    raise TimeoutError(f"{file} did not appear within {seconds:g} s")
