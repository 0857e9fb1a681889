"""What the module uses of the AWS provider exists in the oldest one that it promises to work with, and in the newest.

The newest known is in schema.json (`make provider-schema`), so that nothing is asked of a network. What text cannot
tell of the use is said in tools.provider.usage. The arguments of `provider "aws"` itself are not looked at, nor is
whether a value is accepted or a list still is one: of the older provider every plan of the tests shows that, of the
newer nothing here does.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from harness.providers import AWS
from harness.schemas import read_schemas
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
    return from_terraform(read_schemas(workspaces.checkout())[AWS])


def test_stored_schema_is_of_what_is_used(used: Usage) -> None:
    assert set(NEWEST["schemas"]) == used.addresses | ALSO, "run make provider-schema"


def test_newest_provider_has_everything(used: Usage) -> None:
    assert problems(used, from_document(NEWEST["schemas"])) == []


def test_provider_under_test_has_everything(used: Usage, oldest: dict[str, Attribute]) -> None:
    assert problems(used, oldest) == []


def test_page_names_every_deprecation_that_is_used(used: Usage, oldest: dict[str, Attribute]) -> None:
    """The newest provider's are kept by hand, for its package tells none; the one under test tells its own."""
    page = PAGE.read_text()
    rows = re.findall(r"^\| `((?:data\.)?aws_[a-z_.]+)` \|", page.partition("## What is deprecated")[2], re.MULTILINE)
    assert set(rows) == used.names & DEPRECATED.keys() | set(deprecated(used, oldest))
    assert all(DEPRECATED[row] in page for row in rows)


def test_page_is_about_this_provider_and_its_native_resource(oldest: dict[str, Attribute]) -> None:
    page = PAGE.read_text()
    assert f"provider {NEWEST['version']}" in page
    for name in ALSO:
        assert name in page
        assert name not in oldest


@pytest.mark.parametrize(
    ("path", "said"),
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
def test_what_is_renamed_is_told(used: Usage, path: list[str], said: str) -> None:
    schemas = json.loads(SCHEMA.read_text())["schemas"]
    inside = schemas
    for name in path[:-1]:
        inside = inside[name][1]
    inside[f"{path[-1]}_renamed"] = inside.pop(path[-1])
    found = problems(used, from_document(schemas))
    assert any(said in problem and problem.endswith("which does not exist.") for problem in found), found


@pytest.mark.parametrize(
    ("flags", "said"), [("computed", "can only be read"), ("required map", None), ("optional deprecated", None)]
)
def test_what_is_settable_no_more_is_told(used: Usage, flags: str, said: str | None) -> None:
    schemas = json.loads(SCHEMA.read_text())["schemas"]
    schemas["aws_ssm_service_setting"][1]["setting_id"] = flags
    assert [said in problem for problem in problems(used, from_document(schemas)) if said] == ([True] if said else [])
    names = deprecated(used, from_document(schemas))
    assert names == (["aws_ssm_service_setting.setting_id"] if "deprecated" in flags else [])


def test_what_became_required_is_told(used: Usage) -> None:
    schemas = json.loads(SCHEMA.read_text())["schemas"]
    schemas["aws_iam_openid_connect_provider"][1]["region"] = "required"
    (problem,) = problems(used, from_document(schemas))
    assert problem.endswith("leaves out aws_iam_openid_connect_provider.region, which is required.")
