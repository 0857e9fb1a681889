"""Writes docs/reference/quick-setup-types.md: what each type deploys besides its purpose, and what AWS leaves behind.

From the facts of AWS's documents, and from made_by_code.json for what their code does; and what the scripts need
of the facts. Compares with `--check`.
"""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

from harness.workspace import REPOSITORY
from tools.docs.markers import put
from tools.docs.reference import table
from tools.entry_point import run
from tools.quick_setup_documents.command import FACTS
from tools.quick_setup_documents.extract import EXTRACT, extract
from tools.quick_setup_documents.facts import TYPE_PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

PAGE = "docs/reference/quick-setup-types.md"

MADE_BY_CODE = "scripts/systems_manager_organization/quick_setup/made_by_code.json"

_KINDS = {
    "bucket": "Bucket",
    "instance_profile": "Instance profile",
    "policy": "Customer managed policy",
    "role": "Role",
    "role_policy": "On roles of others, with IsPolicyAttachAllowed: policy",
    "role_tag": "On roles of others, with IsPolicyAttachAllowed: tag",
    "service_linked_role": "Service-linked role",
    "setting": "Service setting",
    "tag": "Where their removal failed: tags",
}
_EXPLORER, _INVENTORY = "AWS-EnableExplorer", "AWS-GatherSoftwareInventory"
_EXPLORER_STAYS = "OpsData sources, and the service-linked role AWSServiceRoleForAmazonSSM, in every account"
_HEAD = (
    "# Quick Setup types\n\n"
    "What a configuration deploys to each target account and Region besides its purpose, and what is there after "
    "it was deleted. `make docs` writes this page from the facts of AWS's public documents ([how they are "
    "read](../development/quick-setup-documents.md)); nothing of it was observed in AWS. Names have `<…>` in "
    "place of what depends on the account, the Region or the configuration.\n"
)
_EXPLORER_TEXT = (
    "## Explorer\n\n"
    "Types with an entry in the column OpsData run AWS-EnableExplorer, which turns on the sources in that column; "
    "all are {sources}. It leaves a source alone that somebody has set, EC2 and ConfigCompliance where AWS Config does "
    "not record instances, TrustedAdvisor and SupportCenterCase without a support plan, and ComputeOptimizer "
    "without enrolment. AWS charges by its price list for what sources record: [AWS Systems Manager "
    "pricing](https://aws.amazon.com/systems-manager/pricing/), AWS Config rules and OpsItems included.\n"
)
_DISAGREEMENTS_TEXT = (
    "## Where AWS's sources disagree\n\n"
    "The CloudFormation template of a type, the API reference and botocore's description of the API. A "
    "configuration has to pass all of them, as long as nobody knows which one Quick Setup enforces.\n"
)


def page(facts: Mapping[str, Mapping[str, Any]], code: Sequence[Mapping[str, Any]], disagreements: list[Any]) -> str:
    """The page. `facts` are by the type's name without AWSQuickSetupType-, `code` is made_by_code.json."""
    rows = [_row(name, found, [entry for entry in code if _has(name, found, entry)]) for name, found in facts.items()]
    header = ("type", "OpsData", "inventory", "nodes", "stays", "source of what no template declares")
    sources = next(found["documents"][_EXPLORER] for found in facts.values() if _EXPLORER in found["documents"])
    named = ", ".join(f"`{name}`" for name in sources["parameters"]["OpsDataSources"]["default"].split(","))
    parts = [
        _HEAD,
        f"## Besides the purpose, and left behind\n\n{table(header, rows)}\n",
        _EXPLORER_TEXT.format(sources=named),
        f"## Roles\n\n{table(('type', 'in', 'role', 'only if'), _roles(facts))}\n",
    ]
    if disagreements:
        columns = ("type", "parameter", "template", "reference", "botocore", "followed", "why")
        parts.append(f"{_DISAGREEMENTS_TEXT}\n{table(columns, map(_disagreement, disagreements))}\n")
    return "\n".join(parts)


def _has(name: str, facts: Mapping[str, Any], entry: Mapping[str, Any]) -> bool:
    """Whether a type runs the code; Explorer's has a column of its own."""
    if entry["code"] == _EXPLORER:
        return False
    return f"{TYPE_PREFIX}{name}" in entry["types"] if "types" in entry else entry["code"] in facts["documents"]


def _row(name: str, facts: Mapping[str, Any], code: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    resources = [
        (template, found) for template, part in facts["templates"].items() for found in part["resources"].items()
    ]
    run = {
        found["properties"].get("Name")
        for _, (_, found) in resources
        if found["type"] == "AWS::SSM::Association" and isinstance(found["properties"].get("Name"), str)
    }
    inventory = [
        found.get("condition", "")
        for _, (_, found) in resources
        if found.get("properties", {}).get("Name") == _INVENTORY
    ]
    retained = dict.fromkeys(
        f"`{text(found['name'])}` ({found['type'].removeprefix('AWS::')})"
        for _, (_, found) in resources
        if found.get("deletion_policy") == "Retain"
    )
    made = dict.fromkeys(
        f"{_KINDS[item['kind']]} `{text(item['name'])}`"
        for entry in code
        for item in entry["makes"]
        if not item.get("deleted")
    )
    functions = dict.fromkeys(
        f"`{text(found['name'])}`" for _, (_, found) in resources if found["type"] == "AWS::Lambda::Function"
    )
    declared = {entry for entry in retained if "Logs::LogGroup" in entry}
    logs = [f"Log group `/aws/lambda/{name[1:]}" for name in functions if not declared]
    stays = [*retained, *logs, *made, *([_EXPLORER_STAYS] if _EXPLORER in run else [])]
    collected = "" if not inventory else f"if `{inventory[0]}`" if inventory[0] else "always"
    return (
        f"`{name}`",
        _ops_data(found["properties"] for _, (_, found) in resources if "properties" in found),
        collected,
        "\n".join(entry["nodes"] for entry in code if "nodes" in entry),
        "\n".join(stays),
        ", ".join(f"`{text(entry['code'])}`" for entry in code),
    )


def _ops_data(properties: Iterable[Mapping[str, Any]]) -> str:
    """The OpsData sources that a type turns on: of AWS-EnableExplorer's parameter, which without a value is all."""
    associations = [found for found in properties if found.get("Name") == _EXPLORER]
    named = dict.fromkeys(
        f"`{source}`"
        for found in associations
        for sources in found.get("Parameters", {}).get("OpsDataSources", ())
        for source in sources.split(",")
    )
    return ", ".join(named) or ("all" if associations else "")


def _roles(facts: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, ...]]:
    for name, found in facts.items():
        for template, part in found["templates"].items():
            for resource in part["resources"].values():
                if resource["type"] == "AWS::IAM::Role" and "name" in resource:
                    condition = resource.get("condition", "")
                    yield f"`{name}`", template, f"`{text(resource['name'])}`", condition and f"`{condition}`"


def _disagreement(found: Mapping[str, Any]) -> tuple[str, ...]:
    told = (_told(found.get(key)) for key in ("template", "reference", "botocore", "followed"))
    return (
        f"`{found['type'].removeprefix(TYPE_PREFIX)}`",
        f"`{found['key']}` ({found['aspect']})",
        *told,
        found["why"],
    )


def _told(value: Any) -> str:
    return (
        "does not have it" if value is None else ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    )


def text(name: Any) -> str:
    """A name in CloudFormation's notation as text, with <…> in place of what is known in a stack only."""
    match name:
        case str():
            return name.replace("${", "<").replace("}", ">").replace("AWS::", "")
        case {"Ref": reference}:
            return f"<{reference.removeprefix('AWS::')}>"
        case {"Fn::Sub": [template, _]} | {"Fn::Sub": str(template)}:
            return text(template)
        case {"Fn::Join": [separator, parts]}:
            return str(separator).join(text(part) for part in parts)
        case {"Fn::If": [_, then, otherwise]}:
            return f"{text(then)} or {text(otherwise)}"
        case _:
            return "<…>"


def main(arguments: Sequence[str] | None = None, *, repository: Path = REPOSITORY, facts: Path = FACTS) -> int:
    """Run the command. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="quick_setup_types", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a file is not current")
    check = parser.parse_args(arguments).check
    known = {file.stem: json.loads(file.read_text()) for file in sorted(facts.glob(f"{TYPE_PREFIX}*.json"))}
    code = json.loads((repository / MADE_BY_CODE).read_text(encoding="utf-8"))
    unknown = sorted({name for entry in code for name in entry.get("types", [])} - set(known))
    if unknown:
        print(f"{MADE_BY_CODE} has {', '.join(unknown)}, of which there are no facts: correct it.", file=sys.stderr)
        return 1
    disagreements = facts / "disagreements.json"
    told = {name.removeprefix(TYPE_PREFIX): found for name, found in known.items()}
    current = {
        PAGE: page(told, code, json.loads(disagreements.read_text()) if disagreements.exists() else []),
        EXTRACT: extract(known),
    }
    problems = [
        problem
        for file, text_of_file in current.items()
        for problem in put(repository / file, text_of_file, repository, check=check, problem="differs from the facts")
    ]
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    run(main)
