"""Compliance of managed nodes: of patches by the last patching operation, of associations by their last runs.

https://docs.aws.amazon.com/systems-manager/latest/userguide/compliance-about.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.services.ssm.exceptions import InvalidFilter
from sandbox.services.ssm.patches import Severities

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sandbox.services.ssm.instances import ManagedInstance

PATCH = "Patch"
ASSOCIATION = "Association"

# AWS's pages name no keys of filters. ASSUMPTION(compliance-filters): these members of an item, which public programs
# filter by (inspec/inspec-aws, aws_ssm_resource_compliance_summary).
FILTER_KEYS = ("ComplianceType", "OverallSeverity", "ResourceId", "ResourceType", "Status")

# ASSUMPTION(compliance-filters): what is compared is text, which is neither less nor greater. Without a type, a filter
# is EQUAL.
COMPARISONS: dict[str, Callable[[str, Sequence[str]], bool]] = {
    "EQUAL": lambda value, expected: value in expected,
    "NOT_EQUAL": lambda value, expected: value not in expected,
    "BEGIN_WITH": lambda value, expected: value.startswith(tuple(expected)),
}


def items_of(instance: ManagedInstance) -> list[dict[str, Any]]:
    """Return each of the model's ResourceComplianceSummaryItem that a node has, by compliance type.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/example_ssm_ListResourceComplianceSummaries_section.html
    """
    items = []
    if instance.associations:
        items.append(_association_item(instance))
    if instance.patch_state is not None:
        items.append(_patch_item(instance))
    return items


def filtered(items: Iterable[dict[str, Any]], filters: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the items that pass every filter, each the model's ComplianceStringFilter. Raises InvalidFilter."""
    for given in filters:
        if given.get("Key") not in FILTER_KEYS:
            raise InvalidFilter(f"The filter key {given.get('Key')} is not one of {', '.join(FILTER_KEYS)}.")
        if given.get("Type", "EQUAL") not in COMPARISONS:
            raise InvalidFilter(f"Texts are compared by {', '.join(COMPARISONS)}, not by {given['Type']}.")
    return [
        item
        for item in items
        if all(COMPARISONS[given.get("Type", "EQUAL")](item[given["Key"]], given["Values"]) for given in filters)
    ]


def summarized(items: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the model's ComplianceSummaryItem of each compliance type: how many nodes, by their overall severity.

    "Returns a summary count of compliant and non-compliant resources for a compliance type" (botocore model `ssm`,
    ListComplianceSummaries).
    """
    counts: dict[str, dict[str, Severities]] = {}
    for item in items:
        none = {"COMPLIANT": Severities(), "NON_COMPLIANT": Severities()}
        of_type = counts.setdefault(item["ComplianceType"], none)
        one = Severities(**{item["OverallSeverity"].lower(): 1})
        of_type[item["Status"]] = of_type[item["Status"]].plus(one)
    return [
        {"ComplianceType": name, **_summaries(of_type["COMPLIANT"], of_type["NON_COMPLIANT"])}
        for name, of_type in sorted(counts.items())
    ]


def _patch_item(instance: ManagedInstance) -> dict[str, Any]:
    state = instance.patch_state
    if state is None:
        raise TypeError(f"nothing is known of the patches of {instance.id}")
    # Compliant patches are of no severity in AWS's example. ASSUMPTION(compliance-filters): which states are counted as
    # compliant.
    compliant = Severities(unspecified=state.patches.installed + state.patches.installed_other)
    execution = {"ExecutionTime": state.ended_at, "ExecutionId": state.execution_id, "ExecutionType": "Command"}
    return _item(PATCH, instance.id, compliant, state.patches.noncompliant, execution)


def _association_item(instance: ManagedInstance) -> dict[str, Any]:
    """ASSUMPTION(compliance-filters): associations have no severity."""
    runs = instance.associations.values()
    successful = sum(run.status == "Success" for run in runs)
    execution = {"ExecutionTime": max(run.executed_at for run in runs)}
    failed = len(runs) - successful
    compliant, noncompliant = Severities(unspecified=successful), Severities(unspecified=failed)
    return _item(ASSOCIATION, instance.id, compliant, noncompliant, execution)


def _item(
    kind: str, resource_id: str, compliant: Severities, noncompliant: Severities, execution: dict[str, Any]
) -> dict[str, Any]:
    return {
        "ComplianceType": kind,
        "ResourceType": "ManagedInstance",
        "ResourceId": resource_id,
        "Status": "NON_COMPLIANT" if sum(noncompliant) else "COMPLIANT",
        "OverallSeverity": noncompliant.highest,
        "ExecutionSummary": execution,
        **_summaries(compliant, noncompliant),
    }


def _summaries(compliant: Severities, noncompliant: Severities) -> dict[str, Any]:
    return {
        "CompliantSummary": {"CompliantCount": sum(compliant), "SeveritySummary": _by_severity(compliant)},
        "NonCompliantSummary": {"NonCompliantCount": sum(noncompliant), "SeveritySummary": _by_severity(noncompliant)},
    }


def _by_severity(numbers: Severities) -> dict[str, int]:
    """Return the model's SeveritySummary."""
    return {f"{name.capitalize()}Count": number for name, number in numbers._asdict().items()}
