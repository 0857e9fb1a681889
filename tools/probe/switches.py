"""What AWS would answer if an assumption were wrong: by its id, an operation and what is other in its answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Answer = Callable[[dict[str, Any]], None]

_ELSEWHERE, _UNKNOWN = "eu-west-1", "i-00000000000000000"


def _row_of_the_definition(answer: dict[str, Any]) -> None:
    del answer["ConfigurationsList"][1:]


def _message(answer: dict[str, Any]) -> None:
    for row in answer["ConfigurationsList"]:
        for status in row["StatusSummaries"]:
            status["StatusMessage"] = "Access denied"


def _success(answer: dict[str, Any]) -> None:
    for status in answer["StatusSummaries"]:
        status["Status"] = "SUCCEEDED"


def _unit(answer: dict[str, Any]) -> None:
    for definition in answer["ConfigurationDefinitions"]:
        definition["Parameters"]["TargetOrganizationalUnits"] = "ou-ab12-34cd56ef"


def _parameter(name: str, value: str) -> Answer:
    def change(answer: dict[str, Any]) -> None:
        for parameter in answer["StackSet"]["Parameters"]:
            if parameter["ParameterKey"] == name:
                parameter["ParameterValue"] = value

    return change


def _no_other_region(answer: dict[str, Any]) -> None:
    answer["Summaries"] = [
        instance
        for instance in answer["Summaries"]
        if "-MA-" not in instance["StackSetId"] or instance["Region"] == "us-east-1"
    ]


def _oldest_first(answer: dict[str, Any]) -> None:
    answer["Summaries"].reverse()


def _empty_setting(answer: dict[str, Any]) -> None:
    answer.get("ServiceSetting", {}).update(Status="Default", SettingValue="")


def _unknown_node(answer: dict[str, Any]) -> None:
    answer["InstancePatchStates"].append({"InstanceId": _UNKNOWN})


def _not_selected(answer: dict[str, Any]) -> None:
    for item in answer["ResourceComplianceSummaryItems"]:
        item["Status"] = "NON_COMPLIANT"


def _sync_of_every_type(answer: dict[str, Any]) -> None:
    answer["ResourceDataSyncItems"].append({"SyncName": "another"})


def _sync_with_a_state(answer: dict[str, Any]) -> None:
    for sync in answer["ResourceDataSyncItems"]:
        sync["SyncSource"]["State"] = "Initializing"


SWITCHES: dict[str, tuple[str, Answer]] = {
    "list-configurations-rows": ("ListConfigurations", _row_of_the_definition),
    "quick-setup-status-has-no-message": ("ListConfigurations", _message),
    "quick-setup-one-failure-fails-all": ("GetConfigurationManager", _success),
    "dhmc-units": ("GetConfigurationManager", _unit),
    "definition-id-is-configuration-id": ("DescribeStackSet", _parameter("QSConfigurationId", "other")),
    "global-resources-region": ("DescribeStackSet", _parameter("QSGlobalResourcesRegion", _ELSEWHERE)),
    "management-stack-regions": ("ListStackInstances", _no_other_region),
    "cloudformation-default-pages": ("ListStackSetOperations", _oldest_first),
    "default-host-management-setting": ("GetServiceSetting", _empty_setting),
    "patch-states": ("DescribeInstancePatchStates", _unknown_node),
    "compliance-filters": ("ListResourceComplianceSummaries", _not_selected),
    "sync-names-and-conflicts": ("ListResourceDataSync", _sync_of_every_type),
    "explorer-sync-tells-what-was-asked": ("ListResourceDataSync", _sync_with_a_state),
}
