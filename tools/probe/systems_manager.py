"""Checks of Systems Manager in the account and Region of the credentials: settings, nodes, compliance, syncs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from tools.probe.model import AS_ASSUMED, NO_EVIDENCE, REFUTED, Observation, Organization

if TYPE_CHECKING:
    from collections.abc import Iterator

_HOST_MANAGEMENT = "/ssm/managed-instance/default-ec2-instance-management-role"
# The sources that AWS-EnableExplorer switches on by default.
_OPS_DATA_SOURCES = ("Association", "ConfigCompliance", "EC2", "OpsData-TrustedAdvisor", "ComputeOptimizer")
_UNKNOWN_NODE = "i-00000000000000000"
_MAXIMUM_NODES = 50


def host_management_setting(organization: Organization) -> Iterator[Observation]:
    """The value of Default Host Management's setting where nobody has set it."""
    setting = organization.client("ssm").get_service_setting(SettingId=_HOST_MANAGEMENT)["ServiceSetting"]
    status, value = setting.get("Status", ""), setting.get("SettingValue", "")
    if status == "Default":
        verdict = AS_ASSUMED if value == "$None" else REFUTED
        yield Observation("default-host-management-setting", verdict, f"The default is {value!r}.")
    else:
        yield Observation("default-host-management-setting", NO_EVIDENCE, f"The setting is {status}.")


def explorer_settings(organization: Organization) -> Iterator[Observation]:
    """Whether the settings of OpsData sources have a default."""
    client, found = organization.client("ssm"), {}
    for source in _OPS_DATA_SOURCES:
        try:
            setting = client.get_service_setting(SettingId=f"/ssm/opsdata/{source}")["ServiceSetting"]
        except ClientError as error:
            if error.response["Error"]["Code"] != "ServiceSettingNotFound":
                raise
            found[source] = "not found"
        else:
            found[source] = f"{setting.get('Status')}: {setting.get('SettingValue')}"
    known = [value for value in found.values() if value != "not found"]
    seen = f"{len(known)} of {len(found)} settings exist."
    yield Observation("empty-explorer-setting", AS_ASSUMED if known else NO_EVIDENCE, seen, {"settings": found})


def nodes(organization: Organization) -> Iterator[Observation]:
    """Patch states of nodes that are unknown, and whether instances that are stopped are listed."""
    managed = {
        node["InstanceId"]
        for node in organization.listed("ssm", "describe_instance_information", "InstanceInformationList")
    }
    yield from _patch_states(organization, sorted(managed)[: _MAXIMUM_NODES - 1])
    reservations = organization.listed(
        "ec2",
        "describe_instances",
        "Reservations",
        Filters=[{"Name": "instance-state-name", "Values": ["stopped"]}],
    )
    stopped = {instance["InstanceId"] for found in reservations for instance in found.get("Instances", [])}
    if stopped:
        listed = stopped & managed
        seen = f"Of {len(stopped)} stopped instances {len(listed)} are listed as managed nodes."
        yield Observation("stopped-node-is-not-listed", REFUTED if listed else AS_ASSUMED, seen, {"nodes": len(listed)})


def _patch_states(organization: Organization, managed: list[str]) -> Iterator[Observation]:
    try:
        found = organization.listed(
            "ssm", "describe_instance_patch_states", "InstancePatchStates", InstanceIds=[*managed, _UNKNOWN_NODE]
        )
    except ClientError as error:
        if error.response["Error"]["Code"] not in {"InvalidInstanceId", "ValidationException"}:
            raise
        yield Observation("patch-states", REFUTED, f"An unknown node is an error: {error}")
        return
    returned = {state["InstanceId"] for state in found}
    yield Observation(
        "patch-states",
        REFUTED if _UNKNOWN_NODE in returned else AS_ASSUMED,
        f"{len(returned)} states for {len(managed)} managed nodes and an unknown one.",
    )


def compliance(organization: Organization) -> Iterator[Observation]:
    """Whether filters of compliance by status select what the items say."""
    every = organization.listed("ssm", "list_resource_compliance_summaries", "ResourceComplianceSummaryItems")
    if not every:
        return
    filters = [{"Key": "Status", "Values": ["NON_COMPLIANT"], "Type": "EQUAL"}]
    selected = organization.listed(
        "ssm", "list_resource_compliance_summaries", "ResourceComplianceSummaryItems", Filters=filters
    )
    wanted = {_resource(item) for item in every if item["Status"] == "NON_COMPLIANT"}
    verdict = AS_ASSUMED if {_resource(item) for item in selected} == wanted else REFUTED
    seen = f"The filter selects {len(selected)} of {len(every)}, of which {len(wanted)} are not compliant."
    yield Observation("compliance-filters", verdict, seen)


def _resource(item: dict[str, Any]) -> tuple[str, str]:
    return item["ResourceId"], item["ComplianceType"]


def syncs(organization: Organization) -> Iterator[Observation]:
    """What ListResourceDataSync returns without a type, and of syncs that have succeeded."""

    def listed(**parameters: str) -> list[dict[str, Any]]:
        return organization.listed("ssm", "list_resource_data_sync", "ResourceDataSyncItems", **parameters)

    from_source, to_destination = listed(SyncType="SyncFromSource"), listed(SyncType="SyncToDestination")
    if from_source or to_destination:
        names = sorted(sync["SyncName"] for sync in from_source + to_destination)
        verdict = AS_ASSUMED if sorted(sync["SyncName"] for sync in listed()) == names else REFUTED
        yield Observation("sync-names-and-conflicts", verdict, f"{len(names)} syncs, with and without a type.")
    for sync in from_source:
        source = sync.get("SyncSource", {})
        if sync.get("LastStatus") == "Successful":
            as_assumed = "EnableAllOpsDataSources" in source and not source.get("State")
            yield Observation(
                "explorer-sync-tells-what-was-asked",
                AS_ASSUMED if as_assumed else REFUTED,
                "A sync that succeeded tells its sources and no problem." if as_assumed else "It tells otherwise.",
                {"source": {key: source.get(key) for key in ("State", "EnableAllOpsDataSources")}},
            )
