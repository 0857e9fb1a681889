"""`make interface`: each kind of change asks for the right part of the version, and this version fits the interface."""

from __future__ import annotations

import json

import pytest

from systems_manager_organization import __version__
from tools.interface.command import RELEASED, check
from tools.interface.compare import Part, changes, needed, rises
from tools.interface.read import read_interface
from tools.interface.types import fields

BEFORE = {
    ".": "",
    ". input regions": "required, set(string)",
    ". input policies": "default {}, map(object)",
    ". input policies[].name": "required string",
    ". address aws_iam_role.this": "",
    "report.py compliance": "",
    "report.py compliance --format": 'default "text"',
    "report.py compliance, exit status 3": "",
    "finding SCAN_CONFLICT": "error",
}


@pytest.mark.parametrize(
    ("difference", "part"),
    [
        ({}, Part.PATCH),
        ({". input regions": None, ". input locations": "required, set(string)"}, Part.MAJOR),
        ({". input policies": "default null, map(object)"}, Part.MAJOR),
        ({". input policies[].name": "optional(string)"}, Part.MAJOR),
        ({". input policies[].schedule": "required string"}, Part.MAJOR),
        ({". input policies[].schedule": "optional(string)"}, Part.MINOR),
        ({". input more": "default null, object", ". input more.name": "required string"}, Part.MINOR),
        ({"modules/new": "", "modules/new input regions": "required, set(string)"}, Part.MINOR),
        ({". input account": "required, string"}, Part.MAJOR),
        ({". output ids": ""}, Part.MINOR),
        ({". address aws_iam_role.this": None, ". address aws_iam_role.new": ""}, Part.MAJOR),
        ({". address aws_iam_role.this": "moved", ". address aws_iam_role.new": ""}, Part.PATCH),
        ({"report.py compliance --format": 'default "json"'}, Part.MAJOR),
        ({"report.py compliance --since": "required"}, Part.MAJOR),
        ({"report.py nodes": "", "report.py nodes --since": "required"}, Part.MINOR),
        ({"report.py compliance, exit status 3": None}, Part.MAJOR),
        ({"finding SCAN_CONFLICT": None}, Part.MAJOR),
        ({"finding SCAN_CONFLICT": "warning"}, Part.MINOR),
        ({"finding NEW": "error"}, Part.MAJOR),
        ({"finding NEW": "warning"}, Part.MINOR),
    ],
)
def test_change(difference: dict[str, str | None], part: Part) -> None:
    after = {name: promise for name, promise in {**BEFORE, **difference}.items() if promise is not None}
    found = [*changes(BEFORE, after)]
    assert needed(found) == part
    released: dict[str, object] = {"version": "1.0.0", "interface": BEFORE}
    versions = {Part.PATCH: "1.0.1", Part.MINOR: "1.1.0", Part.MAJOR: "2.0.0"}
    assert [version for risen, version in versions.items() if not check(released, after, version)] == [
        version for risen, version in versions.items() if risen >= part
    ]
    for problem in check(released, after, "1.0.0"):
        assert problem.startswith(f"{part.name.lower()}: ") or f"The {part.name.lower()} part" in problem


def test_versions() -> None:
    assert rises("1.2.3", "1.2.3") is None
    assert rises("1.2.3", "1.2.2") is None
    assert rises("1.2.3", "1.10.0") == Part.MINOR


def test_fields() -> None:
    type_ = """map(object({
      name = string # its name
      log  = optional(object({ bucket = string, days = optional(number, 7) }), {})
      tags = optional(map(string), {})
    }))"""
    assert dict(fields(type_)) == {
        "": "map(object)",
        "[].name": "string",
        "[].log": "optional(object, {})",
        "[].log.bucket": "string",
        "[].log.days": "optional(number, 7)",
        "[].tags": "optional(map(string), {})",
    }


def test_this_version() -> None:
    assert check(json.loads(RELEASED.read_text(encoding="utf-8")), read_interface(), __version__) == []
