"""The parameters of each type against AWS's own documents; disagreements.json has what other sources say."""

from __future__ import annotations

import json
import re
from typing import Any

import botocore.session
import pytest
from botocore.model import StructureShape

from harness.workspace import REPOSITORY

_DOCUMENTS = REPOSITORY / "tests/sandbox/services/ssmquicksetup/documents"
_TYPES: dict[str, Any] = {
    file.stem: json.loads(file.read_text())
    for file in sorted((REPOSITORY / "modules/quick-setup-configuration/types").glob("*.json"))
}
_FACTS: dict[str, Any] = {
    file.stem: json.loads(file.read_text()) for file in sorted(_DOCUMENTS.glob("AWSQuickSetupType-*.json"))
}
_DISAGREEMENTS: list[dict[str, Any]] = json.loads((_DOCUMENTS / "disagreements.json").read_text())
_TARGETS = {"TargetAccounts", "TargetOrganizationalUnits", "TargetRegions"}
_BOOLEAN = ["true", "false"]
# In AWS's example of a patch policy alone: https://docs.aws.amazon.com/systems-manager/latest/userguide/quick-setup-api.html
_IN_EXAMPLE_ALONE = {"HasDeletedBaseline", "PatchBaselineRegion", "RateControlConcurrency", "RateControlErrorThreshold"}


def _declarations(type_: str) -> dict[str, list[dict[str, Any]]]:
    """The parameters of a type, each with its declaration in every template."""
    found: dict[str, list[dict[str, Any]]] = {}
    for template in _FACTS[type_]["templates"].values():
        for key, declaration in template["parameters"].items():
            if not key.startswith("QS") and key not in _TARGETS:
                found.setdefault(key, []).append(declaration)
    return found


def _template(type_: str, key: str, aspect: str) -> Any:
    """What AWS's document says."""
    if aspect == "targets":
        return _targets(type_)
    declarations = _declarations(type_).get(key)
    if declarations is None:
        return None
    if aspect == "name":
        return key
    if aspect == "required":
        return all("default" not in declaration for declaration in declarations)
    name = {"values": "allowed_values", "pattern": "allowed_pattern", "default": "default"}[aspect]
    found = [declaration[name] for declaration in declarations if name in declaration]
    # The most generous one: an optional parameter of one template is required in another.
    return found[-1] if found else None


def _targets(type_: str) -> str:
    targets = {deployment["type"]: deployment["targets"] for deployment in _FACTS[type_]["deployments"]}
    organization = "root" if targets.get("ORGANIZATION") == ["ENTIRE_ORG"] else "units"
    return " or ".join([organization] * ("ORGANIZATION" in targets) + ["account"] * ("LOCAL" in targets))


def _followed(type_: str, key: str, aspect: str) -> Any:
    """What the file of the type should say."""
    for entry in _DISAGREEMENTS:
        if (entry["type"], entry["key"], entry["aspect"]) == (type_, key, aspect):
            return entry["followed"]
    return _template(type_, key, aspect)


def _elements(type_: str, key: str) -> int | str:
    """How many elements a value has: CloudFormation refuses to select one that a list lacks."""
    if _declarations(type_)[key][0]["type"] != "CommaDelimitedList":
        return 1
    selected = re.findall(rf'"Fn::Select": \[(\d+), \{{"Ref": "{key}"', json.dumps(_FACTS[type_]))
    return max(map(int, selected)) + 1 if selected else "*"


def _botocore() -> dict[str, dict[str, dict[str, Any]]]:
    """What the documentation of AWS's SDKs says of each parameter, by type."""
    model = botocore.session.get_session().get_service_model("ssm-quicksetup")
    shape = model.shape_for("ConfigurationDefinitionInput")
    assert isinstance(shape, StructureShape)
    parts = re.split(r"QuickSetupType-(\w+)\)", shape.members["Parameters"].documentation)
    return {
        f"AWSQuickSetupType-{name}": {
            key: _described(description)
            for key, description in re.findall(
                r"<code>(\w+)</code>\s*</p>\s*(?:<ul>\s*<li>\s*)?<p>\s*(?:<b>)?Description:?(?:</b>)?:?(.*?)</p>", part
            )
            if key not in _TARGETS
        }
        for name, part in zip(parts[1::2], parts[2::2], strict=True)
    }


def _described(description: str) -> dict[str, Any]:
    code = r"<code>([^<]*)</code>"
    values = re.search(rf"[Vv]alid values are ((?:{code}|[ ,]|and)*)", description)
    default = re.search(rf'default value (?:for the parameter )?is "?{code}', description)
    listed = re.findall(code, values.group(1)) if values else None
    return {
        "values": _BOOLEAN if "A boolean value" in description else listed,
        "default": default.group(1) if default else None,
        "required": "(Required)" in description,
    }


_PARAMETERS = [
    pytest.param(type_, key, id=f"{type_.removeprefix('AWSQuickSetupType-')}-{key}")
    for type_, definition in _TYPES.items()
    for key in definition["parameters"]
]


def test_every_type() -> None:
    assert sorted(_TYPES) == sorted(_FACTS)


@pytest.mark.parametrize("type_", _TYPES)
def test_names(type_: str) -> None:
    both = [entry["reference"] for entry in _entries(type_, "name") if entry["followed"] == "both"]
    assert sorted(_TYPES[type_]["parameters"]) == sorted([*_declarations(type_), *both])


@pytest.mark.parametrize("type_", _TYPES)
def test_targets(type_: str) -> None:
    assert _TYPES[type_]["targets"] == _followed(type_, "TargetOrganizationalUnits", "targets")


@pytest.mark.parametrize("type_", _TYPES)
def test_regions(type_: str) -> None:
    """Two Regions of an account cannot have a role of the same name, wherever neither name nor condition has them."""
    roles = [
        (resource, template["conditions"])
        for template in _FACTS[type_]["templates"].values()
        for resource in template["resources"].values()
        if resource["type"] == "AWS::IAM::Role"
    ]
    in_each = [role["name"] for role, conditions in roles if "AWS::Region" not in _with_conditions(role, conditions)]
    assert _TYPES[type_].get("one_region", False) == bool(in_each), in_each


def _with_conditions(resource: Any, conditions: dict[str, Any]) -> str:
    """The name and the condition of a resource, with the conditions that this refers to."""
    text, seen = json.dumps([resource.get("name"), {"Condition": resource.get("condition")}]), set[str]()
    while found := set(re.findall(r'"Condition": "(\w+)"', text)) - seen:
        seen |= found
        text += json.dumps([conditions[name] for name in sorted(found)])
    return text


@pytest.mark.parametrize(("type_", "key"), _PARAMETERS)
def test_parameter(type_: str, key: str) -> None:
    ours = _TYPES[type_]["parameters"][key]
    for entry in _entries(type_, "name"):
        if entry["followed"] == "both" and entry["reference"] == key:
            key = entry["template"]
    values, pattern = _followed(type_, key, "values"), _template(type_, key, "pattern")

    assert ours["required"] == _followed(type_, key, "required")
    assert sorted(ours.get("values", [])) == sorted(values or [])
    assert ours.get("elements", 1) == _elements(type_, key)
    if pattern is not None:
        assert ours["pattern"] == pattern


@pytest.mark.parametrize(("type_", "key"), _PARAMETERS)
def test_default_is_accepted(type_: str, key: str) -> None:
    ours, default = _TYPES[type_]["parameters"][key], _template(type_, key, "default")
    if default is None or ours["required"]:
        return
    assert default in ours["values"] if "values" in ours else re.fullmatch(ours.get("pattern", "(?s).*"), default)


def test_what_the_patch_policy_module_sends_by_default() -> None:
    code = (REPOSITORY / "modules/patch-policy/main.tf").read_text()
    sent = dict(re.findall(r'(\w+) += coalesce\(var\.\w+, "(\w+)"\)', code))
    assert sent == {key: _template("AWSQuickSetupType-PatchPolicy", key, "default") for key in sent}
    assert "RebootOption" in sent


@pytest.mark.parametrize("type_", _TYPES)
def test_needs(type_: str) -> None:
    for need in _TYPES[type_]["needs"]:
        if need["key"] not in _TARGETS:
            assert need["default"] == _template(type_, need["key"], "default")
        assert all(_template(type_, key, "required") is False for key in need["keys"])


def _entries(type_: str, aspect: str) -> list[dict[str, Any]]:
    return [entry for entry in _DISAGREEMENTS if (entry["type"], entry["aspect"]) == (type_, aspect)]


@pytest.mark.parametrize("entry", _DISAGREEMENTS, ids=lambda entry: f"{entry['type']}-{entry['key']}-{entry['aspect']}")
def test_sources_still_disagree(entry: dict[str, Any]) -> None:
    type_, key, aspect = entry["type"], entry["key"], entry["aspect"]
    said = [json.dumps(entry[source]) for source in ("template", "reference", "botocore")]
    assert len(set(said)) > 1
    assert entry["template"] == _template(type_, key, aspect)
    if aspect == "targets":
        return
    texts = _botocore().get(type_, {})
    if aspect == "name":
        assert entry["botocore"] in texts
        assert (entry["template"] in texts) == (entry["template"] == entry["botocore"])
    else:
        assert entry["botocore"] == texts.get(key, {}).get(aspect)


@pytest.mark.parametrize("type_", [type_ for type_ in _botocore() if type_ in _TYPES])
def test_no_other_disagreement(type_: str) -> None:
    listed = {(entry["key"], entry["aspect"]) for entry in _DISAGREEMENTS if entry["type"] == type_}
    renamed = {
        name for entry in _entries(type_, "name") for name in (entry["template"], entry["reference"], entry["botocore"])
    }
    texts = _botocore()[type_]
    assert set(texts) ^ set(_declarations(type_)) <= renamed | _IN_EXAMPLE_ALONE

    found = {
        (key, aspect)
        for key, text in texts.items()
        for aspect in ("values", "default", "required")
        if key in _declarations(type_) and text[aspect] is not None and not _agrees(type_, key, aspect, text[aspect])
    }
    assert found <= listed


def _agrees(type_: str, key: str, aspect: str, said: Any) -> bool:
    template = _template(type_, key, aspect)
    return sorted(template or []) == sorted(said) if aspect == "values" else template == said
