"""What `make quick-setup-documents` takes from documents, and that the facts in the tree hang together."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tools.quick_setup_documents.command import FACTS, main

if TYPE_CHECKING:
    from pathlib import Path

NAME = "AWSQuickSetupType-Example"
DOCUMENT = {
    "schemaVersion": "1.0",
    "description": "Prose.",
    "deploymentConfig": [
        {
            "deploymentType": "ORGANIZATION",
            "deploymentSteps": [
                {
                    "stepTemplates": [
                        {
                            "targetAccountType": "DA",
                            "locationKey": "CFN_DA",
                            "delegatedAdminServicePrincipal": "example.amazonaws.com",
                        }
                    ]
                },
            ],
            "targetConstraints": {
                "supportedTargetRegions": ["us-east-1", "eu-west-1"],
                "collisionChecks": {"collisionType": "OU", "collisionParameters": ["Job"]},
            },
        }
    ],
}
TEMPLATE: dict[str, Any] = {
    "Description": "Prose.",
    "Parameters": {"Job": {"Type": "String", "Description": "Prose.", "AllowedPattern": "^a$", "MaxLength": 10}},
    "Conditions": {"HasJob": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Job"}, ""]}]}},
    "Resources": {
        "Run": {
            "Type": "AWS::SSM::Association",
            "Condition": "HasJob",
            "DependsOn": "Logs",
            "Properties": {"AssociationName": {"Fn::Sub": "run-${Job}"}, "Name": "AWS-Example", "Unheard": "Prose."},
        },
        "Logs": {
            "Type": "AWS::Logs::LogGroup",
            "DeletionPolicy": "Retain",
            "Properties": {"LogGroupName": "logs", "RetentionInDays": 30},
        },
        "Trigger": {"Type": "Custom::Trigger", "Properties": {"ServiceToken": "arn", "Job": {"Ref": "Job"}}},
    },
}
RUN_DOCUMENT = {
    "description": "Prose.",
    "parameters": {"Sources": {"type": "String", "description": "Prose.", "default": "EC2", "allowedValues": ["EC2"]}},
    "mainSteps": [],
}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Return a checkout of a dump with one type."""
    folder = tmp_path / "dump" / "documents"
    folder.mkdir(parents=True)
    (folder / f"{NAME}.json").write_text(json.dumps(DOCUMENT))
    (folder / f"{NAME}-CFN-DA.json").write_text(json.dumps({"templateBody": TEMPLATE}))
    (folder / "AWS-Example.json").write_text(json.dumps(RUN_DOCUMENT))
    (folder / "AWSQuickSetupType-Automation.json").write_text(json.dumps(RUN_DOCUMENT))
    return folder.parent


def test_the_facts_of_a_type_are_written_and_no_prose(source: Path, tmp_path: Path) -> None:
    facts = tmp_path / "facts"
    assert main([str(source)], facts=facts) == 0
    text = (facts / f"{NAME}.json").read_text()
    assert json.loads(text) == {
        "deployments": [
            {
                "type": "ORGANIZATION",
                "steps": [[{"account": "DA", "template": "DA", "administered_service": "example.amazonaws.com"}]],
                "targets": None,
                "collision": "OU",
                "collision_parameters": ["Job"],
                "regions": ["eu-west-1", "us-east-1"],
            }
        ],
        "documents": {
            "AWS-Example": {"parameters": {"Sources": {"type": "String", "default": "EC2", "allowed_values": ["EC2"]}}}
        },
        "templates": {
            "DA": {
                "parameters": {"Job": {"type": "String", "allowed_pattern": "^a$", "max_length": 10}},
                "mappings": {},
                "conditions": {"HasJob": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Job"}, ""]}]}},
                "resources": {
                    "Run": {
                        "type": "AWS::SSM::Association",
                        "name": {"Fn::Sub": "run-${Job}"},
                        "condition": "HasJob",
                        "depends_on": ["Logs"],
                        "properties": {"Name": "AWS-Example"},
                    },
                    "Logs": {
                        "type": "AWS::Logs::LogGroup",
                        "name": "logs",
                        "deletion_policy": "Retain",
                        "properties": {"RetentionInDays": 30},
                    },
                    "Trigger": {"type": "Custom::Trigger", "properties": {"Job": {"Ref": "Job"}}},
                },
            }
        },
    }


def test_the_same_documents_give_the_same_text_and_a_type_that_is_gone_goes(source: Path, tmp_path: Path) -> None:
    facts = tmp_path / "facts"
    main([str(source / "documents")], facts=facts)
    first = (facts / f"{NAME}.json").read_text()
    gone = facts / "AWSQuickSetupType-Gone.json"
    gone.write_text("{}")
    main([str(source)], facts=facts)
    assert (facts / f"{NAME}.json").read_text() == first
    assert not gone.exists()


@pytest.mark.parametrize(
    ("resource_type", "body", "message"),
    [("AWS::New::Thing", None, "AWS::New::Thing, which is new here"), ("AWS::Logs::LogGroup", "{", "cannot be read")],
)
def test_what_is_not_understood_is_an_error_and_writes_nothing(
    source: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    resource_type: str,
    body: str | None,
    message: str,
) -> None:
    resources = {"Logs": {"Type": resource_type, "Properties": {"LogGroupName": "logs"}}}
    template = json.dumps({"templateBody": {**TEMPLATE, "Resources": resources}})
    (source / "documents" / f"{NAME}-CFN-DA.json").write_text(body or template)
    assert main([str(source)], facts=tmp_path / "facts") == 1
    assert message in capsys.readouterr().err
    assert not (tmp_path / "facts").exists()


def test_a_folder_without_documents_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)], facts=tmp_path / "facts") == 1
    assert "name a checkout" in capsys.readouterr().err


@pytest.mark.parametrize("file", sorted(FACTS.glob("AWSQuickSetupType-*.json")), ids=lambda file: file.stem)
def test_every_name_in_the_facts_is_one_that_they_have(file: Path) -> None:
    facts = json.loads(file.read_text())
    steps = [step for deployment in facts["deployments"] for parallel in deployment["steps"] for step in parallel]
    assert {step["template"] for step in steps} == set(facts["templates"])
    for deployment in facts["deployments"]:
        assert deployment["collision"] in {None, "SINGLETON", "OU", "OU_REGION", "REGION"}
        assert set(deployment["collision_parameters"]) <= {
            name for template in facts["templates"].values() for name in template["parameters"]
        }
    for template in facts["templates"].values():
        for resource in template["resources"].values():
            assert resource.get("condition") in {None, *template["conditions"]}
            assert set(resource.get("depends_on", [])) <= set(template["resources"])
