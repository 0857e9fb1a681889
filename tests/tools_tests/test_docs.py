"""`make docs` writes the declarations of the Terraform files, and its check finds every README that is not current."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tools.docs.command import main
from tools.docs.declarations import Output, Part, read_module
from tools.docs.diagram import DIAGRAM
from tools.docs.known_issues import reported_issues
from tools.docs.markers import markers
from tools.docs.reference import reference

if TYPE_CHECKING:
    from pathlib import Path

BEGIN, END = markers()

VARIABLES = r"""
variable "tags" {
  description = "Tags, for example `{ \"a|b\" = \"c\" }`."
  type        = map(string)
  default     = {}
}

variable "size" {
  description = "How large."
  type        = number
}

variable "place" {
  description = <<-EOT
    Where it is, exactly one of:
    - `id`: "known".
    - `name`: looked up.
    Null: nowhere.
  EOT
  type = object({
    id   = optional(string)
    name = optional(string, "here, there")
  })
  default = null
}
"""

INPUTS = r"""
| name | description | type | default | required |
|---|---|---|---|---|
| `size` | How large. | `number` |  | yes |
| [`place`](#place) | Where it is, exactly one of … | `object` | `null` | no |
| `tags` | Tags, for example `{ "a\|b" = "c" }`. | `map(string)` | `{}` | no |

#### place

Where it is, exactly one of:

- `id`: "known".
- `name`: looked up.

Null: nowhere.

```hcl
object({
  id   = optional(string)
  name = optional(string, "here, there")
})
```
"""

MAIN = """
terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

data "aws_region" "current" {}

resource "terraform_data" "one" {}

module "part" {
  source = "./modules/part"
}

output "region" {
  description = "The Region."
  value       = data.aws_region.current.id
}
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    files = {
        "main.tf": MAIN,
        "variables.tf": VARIABLES,
        "modules/part/variables.tf": 'variable "a" {\n  description = "First."\n  type = string\n}\n',
        "examples/small/.terraform/modules/elsewhere/main.tf": "not of this repository",
    }
    for folder in (".", "modules/part"):
        files[f"{folder}/README.md"] = f"# Title\n\n{BEGIN}\n{END}\n\nThe end.\n"
    files["./README.md"] += "\n".join(markers(DIAGRAM))
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_readmes_of_this_repository_are_current(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"]) == 0, capsys.readouterr().err


def test_an_outdated_page_of_known_issues(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = repository / "docs/reference/known-issues.md"
    page.parent.mkdir(parents=True)
    assert main([], repository=repository) == 0
    text = page.read_text(encoding="utf-8")
    assert all(entry["source"] in text for entry in reported_issues())
    anchors = re.findall('<a id="([^"]+)">', text)
    assert len(anchors) == len(set(anchors)) == text.count("\n## ")
    page.write_text(text.replace("Cause", "Reason"))
    assert main(["--check"], repository=repository) == 1
    assert "known-issues.md is not current: run make docs." in capsys.readouterr().err


def test_declarations(repository: Path) -> None:
    module = read_module(repository)
    assert module.requirements == (("Terraform", ">= 1.9"), ("hashicorp/aws", ">= 5.0"))
    assert module.outputs == (Output("region", "The Region."),)
    assert module.parts == (
        Part("resource", "terraform_data", "one"),
        Part("data source", "aws_region", "current"),
        Part("module", "./modules/part", "part"),
    )


def test_inputs_as_markdown(repository: Path) -> None:
    assert f"### Inputs\n{INPUTS}\n### Outputs" in reference(read_module(repository))


def test_an_input_that_two_modules_have_is_described_once(repository: Path) -> None:
    (repository / "modules/part/variables.tf").write_text(VARIABLES.replace("How large.", "How small."))
    (repository / "examples/small/main.tf").write_text(MAIN)
    (repository / "examples/small/README.md").write_text(f"{BEGIN}\n{END}\n")
    assert main([], repository=repository) == 0
    text = (repository / "modules/part/README.md").read_text()
    assert "| [`place`](../../README.md#place) | Where it is, exactly one of … | `object` |" in text
    assert "| `size` | How small. |" in text
    assert "#### place" not in text
    # What an example calls is in the file beside the page.
    assert "terraform_data" not in (repository / "examples/small/README.md").read_text()


def test_written_readme_is_current(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([], repository=repository) == 0
    assert capsys.readouterr().out == "README.md written.\nREADME.md written.\nmodules/part/README.md written.\n"
    assert '    part["Title"]\n' in (repository / "README.md").read_text()
    text = (repository / "modules/part/README.md").read_text()
    assert text.startswith("# Title\n")
    assert text.endswith("\nThe end.\n")
    assert "| `a` | First. | `string` |  | yes |" in text

    assert main(["--check"], repository=repository) == 0
    assert main([], repository=repository) == 0
    assert capsys.readouterr().out == ""


def test_check_fails_for_outdated_tables(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main([], repository=repository)
    readme, variables = repository / "modules/part/README.md", repository / "modules/part/variables.tf"
    variables.write_text(variables.read_text().replace("First.", "Second."))
    text = readme.read_text()
    assert main(["--check"], repository=repository) == 1
    assert capsys.readouterr().err == "modules/part/README.md is not current: run make docs.\n"
    assert readme.read_text() == text


@pytest.mark.parametrize("text", [None, "# Title\n", BEGIN, END, f"{END}\n{BEGIN}\n", f"{BEGIN}\n{BEGIN}\n{END}\n"])
@pytest.mark.parametrize("arguments", [["--check"], []])
def test_missing_markers(
    repository: Path, text: str | None, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    main([], repository=repository)
    readme = repository / "modules/part/README.md"
    readme.unlink() if text is None else readme.write_text(text)
    assert main(arguments, repository=repository) == 1
    assert "modules/part/README.md must have the line " in capsys.readouterr().err


def test_unreadable_files_are_named(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "modules/part/variables.tf").write_text('variable "a" {')
    assert main([], repository=repository) == 1
    assert "modules/part/variables.tf cannot be read: " in capsys.readouterr().err
