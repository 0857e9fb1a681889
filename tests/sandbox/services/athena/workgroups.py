"""Workgroups and named queries.

https://docs.aws.amazon.com/athena/latest/ug/workgroups-settings-override.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.services.athena.exceptions import InvalidRequestException

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

ENGINE = "Athena engine version 3"
PRIMARY = "primary"

# Each setting of the results, and the flag of an update that takes it away.
_RESULT_SETTINGS = {
    "OutputLocation": "RemoveOutputLocation",
    "EncryptionConfiguration": "RemoveEncryptionConfiguration",
    "ExpectedBucketOwner": "RemoveExpectedBucketOwner",
    "AclConfiguration": "RemoveAclConfiguration",
}
_PLAIN_SETTINGS = (
    "EnforceWorkGroupConfiguration",
    "PublishCloudWatchMetricsEnabled",
    "BytesScannedCutoffPerQuery",
    "RequesterPaysEnabled",
    "EngineVersion",
    "ExecutionRole",
    "EnableMinimumEncryptionConfiguration",
)


@dataclass
class WorkGroup:
    """A workgroup; `configuration` is the model's WorkGroupConfiguration."""

    name: str
    configuration: dict[str, Any]
    description: str
    created_at: datetime
    state: str = "ENABLED"
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def is_enforced(self) -> bool:
        return bool(self.configuration["EnforceWorkGroupConfiguration"])

    @property
    def scan_limit(self) -> int | None:
        """Bytes that a query may scan; None without a limit."""
        limit = self.configuration.get("BytesScannedCutoffPerQuery")
        return None if limit is None else int(limit)

    def result_configuration(self, requested: Mapping[str, Any] | None) -> dict[str, Any]:
        """Return the result configuration. A workgroup that enforces its configuration overrides the client's.

        Raises InvalidRequestException where there is no output location.
        """
        own = self.configuration.get("ResultConfiguration", {})
        found = dict(own) if self.is_enforced else {**own, **(requested or {})}
        if not str(found.get("OutputLocation", "")).startswith("s3://"):
            raise InvalidRequestException(
                "No output location provided. An output location is required either through the Workgroup result "
                "configuration setting or as an API input."
            )
        return found

    def update(self, changes: Mapping[str, Any]) -> None:
        """Apply the model's WorkGroupConfigurationUpdates. Raises InvalidRequestException if not implemented."""
        results = dict(changes.get("ResultConfigurationUpdates", {}))
        known = {"ResultConfigurationUpdates", "RemoveBytesScannedCutoffPerQuery", *_PLAIN_SETTINGS}
        unknown = sorted(changes.keys() - known)
        if unknown:
            raise InvalidRequestException(f"The sandbox has not built {', '.join(unknown)} of workgroups.")
        self.configuration.update({name: changes[name] for name in _PLAIN_SETTINGS if name in changes})
        if changes.get("RemoveBytesScannedCutoffPerQuery"):
            self.configuration.pop("BytesScannedCutoffPerQuery", None)
        own = self.configuration.setdefault("ResultConfiguration", {})
        for name, removal in _RESULT_SETTINGS.items():
            if results.get(removal):
                own.pop(name, None)
            if name in results:
                own[name] = results[name]
        self._complete()

    def describe(self) -> dict[str, Any]:
        """Return the model's WorkGroup."""
        return {
            "Name": self.name,
            "State": self.state,
            "Configuration": self.configuration,
            "Description": self.description,
            "CreationTime": self.created_at,
        }

    def summarize(self) -> dict[str, Any]:
        """Return the model's WorkGroupSummary."""
        described = self.describe()
        return {**described, "EngineVersion": described.pop("Configuration")["EngineVersion"]}

    def _complete(self) -> None:
        selected = self.configuration.get("EngineVersion", {}).get("SelectedEngineVersion", "AUTO")
        self.configuration["EngineVersion"] = {"SelectedEngineVersion": selected, "EffectiveEngineVersion": ENGINE}


def new_workgroup(
    name: str, configuration: Mapping[str, Any], description: str, tags: Mapping[str, str], now: datetime
) -> WorkGroup:
    """Create a workgroup with the defaults of the model's WorkGroupConfiguration.

    ASSUMPTION(athena-durations-and-limits): the defaults of EnforceWorkGroupConfiguration and
    PublishCloudWatchMetricsEnabled.
    """
    complete = {
        "EnforceWorkGroupConfiguration": True,
        "PublishCloudWatchMetricsEnabled": False,
        "RequesterPaysEnabled": False,
        "EnableMinimumEncryptionConfiguration": False,
        **configuration,
    }
    created = WorkGroup(name, complete, description, now, tags=dict(tags))
    created.update({})
    return created


@dataclass
class NamedQuery:
    """A named query. `token` is the caller's ClientRequestToken."""

    id: str
    name: str
    description: str
    database: str
    text: str
    workgroup: str
    token: str | None

    def describe(self) -> dict[str, Any]:
        """Return the model's NamedQuery."""
        return {
            "NamedQueryId": self.id,
            "Name": self.name,
            **({"Description": self.description} if self.description else {}),
            "Database": self.database,
            "QueryString": self.text,
            "WorkGroup": self.workgroup,
        }
