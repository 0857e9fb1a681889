"""Service settings of one account and Region.

https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ServiceSetting.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from moto.ssm.exceptions import SSMException

from sandbox.services.ssm.exceptions import ServiceSettingNotFound

if TYPE_CHECKING:
    from datetime import datetime

DEFAULT_HOST_MANAGEMENT = "/ssm/managed-instance/default-ec2-instance-management-role"

# The settings that are implemented, with their default values. AWS's pages do not show the default of Default Host
# Management; its document AWSQuickSetupType-EnableDHMC compares with `$None`, which accounts answer
# (turbot/steampipe-plugin-aws pull request 2611). ASSUMPTION(service-setting-defaults): those of the others.
DEFAULTS = {
    DEFAULT_HOST_MANAGEMENT: "$None",
    "/ssm/automation/customer-script-log-destination": "None",
    "/ssm/automation/customer-script-log-group-name": "/aws/ssm/automation/executeScript",
    "/ssm/automation/enable-adaptive-concurrency": "False",
    "/ssm/documents/console/public-sharing-permission": "Enable",
    "/ssm/managed-instance/activation-tier": "standard",
    "/ssm/opsinsights/opscenter": "Disabled",
    "/ssm/parameter-store/default-parameter-tier": "Standard",
    "/ssm/parameter-store/high-throughput-enabled": "false",
}

# The values of the settings that have a list of them, in botocore's model of UpdateServiceSetting; those of adaptive
# concurrency are the user guide's (adaptive-concurrency).
VALUES = {
    "/ssm/automation/customer-script-log-destination": ("CloudWatch",),
    "/ssm/automation/enable-adaptive-concurrency": ("True", "False"),
    "/ssm/documents/console/public-sharing-permission": ("Enable", "Disable"),
    "/ssm/managed-instance/activation-tier": ("standard", "advanced"),
    "/ssm/opsinsights/opscenter": ("Enabled", "Disabled"),
    "/ssm/parameter-store/default-parameter-tier": ("Standard", "Advanced", "Intelligent-Tiering"),
    "/ssm/parameter-store/high-throughput-enabled": ("true", "false"),
}


@dataclass(frozen=True)
class Customized:
    """A customized value, its time and the ARN of the user."""

    value: str
    modified_at: datetime
    modified_by: str


class ServiceSettings:
    """The settings, by id; `setting_id` is always the path form or the ARN."""

    def __init__(self, account_id: str, region: str) -> None:
        self._arn_prefix = f"arn:aws:ssm:{region}:{account_id}:servicesetting"
        self._customized: dict[str, Customized] = {}

    def path_of(self, setting_id: str) -> str:
        """Return the path form. Raises ServiceSettingNotFound for an id of another account or Region, or unknown."""
        path = setting_id.removeprefix(self._arn_prefix)
        if path not in DEFAULTS:
            raise ServiceSettingNotFound(
                f"The service setting {setting_id} was not found here; the sandbox has {', '.join(DEFAULTS)}."
            )
        return path

    def value(self, setting_id: str) -> str | None:
        """Return what was set, None while it is the default."""
        customized = self._customized.get(self.path_of(setting_id))
        return customized.value if customized else None

    def customized(self) -> dict[str, str]:
        """Return every customized setting, by path."""
        return {path: customized.value for path, customized in sorted(self._customized.items())}

    def update(self, setting_id: str, value: str, *, modified_at: datetime, modified_by: str) -> None:
        """Set a value. Raises ServiceSettingNotFound or ValidationException."""
        path = self.path_of(setting_id)
        if path in VALUES and value not in VALUES[path]:
            # ASSUMPTION(service-setting-defaults): the error.
            raise SSMException("ValidationException", f"{value} is not a value of {path}: {', '.join(VALUES[path])}.")
        # ASSUMPTION(service-setting-role-is-not-checked): whether the role that Default Host Management Configuration
        # names exists.
        self._customized[path] = Customized(value, modified_at, modified_by)

    def reset(self, setting_id: str) -> None:
        """Go back to the default. Raises ServiceSettingNotFound."""
        self._customized.pop(self.path_of(setting_id), None)

    def describe(self, setting_id: str) -> dict[str, Any]:
        """Return the model's ServiceSetting."""
        path = self.path_of(setting_id)
        described = {"SettingId": path, "ARN": f"{self._arn_prefix}{path}"}
        customized = self._customized.get(path)
        if customized is None:
            return {**described, "SettingValue": DEFAULTS[path], "Status": "Default"}
        return {
            **described,
            "SettingValue": customized.value,
            "Status": "Customized",
            "LastModifiedDate": customized.modified_at,
            "LastModifiedUser": customized.modified_by,
        }
