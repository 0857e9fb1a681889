"""The oldest supported and the newest known AWS provider have everything that the module uses.

The schema of the newest is in schema.json (`make provider-schema`), so that the test needs no network.
tools.provider.usage says which uses it does not find. Not checked: the arguments of `provider "aws"`, accepted values,
and nesting modes; plans in other tests check these for the oldest provider.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from harness.providers import AWS
from harness.workspace import REPOSITORY
from tools.provider.attributes import from_document, from_terraform
from tools.provider.check import deprecated, problems
from tools.provider.schema import ALSO, SCHEMA, usage

if TYPE_CHECKING:
    from harness.workspace import Workspaces
    from tools.provider.attributes import Attribute
    from tools.provider.usage import Usage

PAGE = REPOSITORY / "docs" / "reference" / "provider-versions.md"
DEPRECATED: dict[str, str] = json.loads(Path(__file__).with_name("deprecated.json").read_text())
NEWEST: dict[str, Any] = json.loads(SCHEMA.read_text())


@pytest.fixture(scope="module")
def used() -> Usage:
    return usage()


@pytest.fixture(scope="module")
def oldest(workspaces: Workspaces) -> dict[str, Attribute]:
    return from_terraform(workspaces.checkout().provider_schemas()[AWS])


def test_stored_schema_has_everything_used(used: Usage) -> None:
    assert set(NEWEST["schemas"]) == used.addresses | ALSO, "run make provider-schema"


def test_newest_provider_has_everything(used: Usage) -> None:
    assert problems(used, from_document(NEWEST["schemas"])) == []


def test_provider_under_test_has_everything(used: Usage, oldest: dict[str, Attribute]) -> None:
    assert problems(used, oldest) == []


def test_page_lists_every_deprecation_in_use(used: Usage, oldest: dict[str, Attribute]) -> None:
    """Those of the newest provider are in deprecated.json: its package has no deprecations."""
    page = PAGE.read_text()
    rows = re.findall(r"^\| `((?:data\.)?aws_[a-z_.]+)` \|", page.partition("## What is deprecated")[2], re.MULTILINE)
    assert set(rows) == used.names & DEPRECATED.keys() | set(deprecated(used, oldest))
    assert all(DEPRECATED[row] in page for row in rows)


def test_page_has_the_version_and_the_native_resource(oldest: dict[str, Attribute]) -> None:
    page = PAGE.read_text()
    assert f"provider {NEWEST['version']}" in page
    for name in ALSO:
        assert name in page
        assert name not in oldest


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        (["aws_ssm_service_setting"], "has aws_ssm_service_setting,"),
        (["aws_ssm_service_setting", "setting_id"], "sets aws_ssm_service_setting.setting_id,"),
        (
            ["aws_ssmquicksetup_configuration_manager", "configuration_definition", "parameters"],
            "sets aws_ssmquicksetup_configuration_manager.configuration_definition.parameters,",
        ),
        (
            ["data.aws_iam_policy_document", "statement", "principals"],
            "has data.aws_iam_policy_document.statement.principals,",
        ),
        (["data.aws_region", "id"], "reads data.aws_region.id,"),
        (
            ["data.aws_organizations_organization", "master_account_id"],
            "reads data.aws_organizations_organization.master_account_id,",
        ),
        (
            ["data.aws_ssm_patch_baselines", "baseline_identities", "operating_system"],
            "reads data.aws_ssm_patch_baselines.baseline_identities.operating_system,",
        ),
    ],
)
def test_renamed_attribute(used: Usage, path: list[str], problem: str) -> None:
    schemas = json.loads(SCHEMA.read_text())["schemas"]
    inside = schemas
    for name in path[:-1]:
        inside = inside[name][1]
    inside[f"{path[-1]}_renamed"] = inside.pop(path[-1])
    found = problems(used, from_document(schemas))
    assert any(problem in line and line.endswith("which does not exist.") for line in found), found


@pytest.mark.parametrize(
    ("flags", "problem"), [("computed", "can only be read"), ("required map", None), ("optional deprecated", None)]
)
def test_attribute_is_not_settable(used: Usage, flags: str, problem: str | None) -> None:
    schemas = json.loads(SCHEMA.read_text())["schemas"]
    schemas["aws_ssm_service_setting"][1]["setting_id"] = flags
    assert [problem in found for found in problems(used, from_document(schemas)) if problem] == (
        [True] if problem else []
    )
    names = deprecated(used, from_document(schemas))
    assert names == (["aws_ssm_service_setting.setting_id"] if "deprecated" in flags else [])


def test_newly_required_argument(used: Usage) -> None:
    schemas = json.loads(SCHEMA.read_text())["schemas"]
    schemas["aws_iam_openid_connect_provider"][1]["region"] = "required"
    (problem,) = problems(used, from_document(schemas))
    assert problem.endswith("leaves out aws_iam_openid_connect_provider.region, which is required.")
