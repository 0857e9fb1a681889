"""Service settings of Systems Manager in the account itself.

aws_ssm_service_setting replaces a value that is set already, and resets it on destroy. One that restores the previous
value would replace this.
"""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from systems_manager_organization.errors import ServiceError
from systems_manager_organization.settings.setting import SettingKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from systems_manager_organization.aws.account_sessions import AccountSession
    from systems_manager_organization.aws.session import AwsSession
    from systems_manager_organization.settings.setting import Setting

DEFAULT = "default"
_NOT_FOUND = "ServiceSettingNotFound"

# Kind of setting to the id of AWS: modules/account-settings has the same names.
SETTING_IDS: Mapping[str, str] = json.loads(Path(__file__).with_name("service_settings.json").read_text("utf-8"))


def customized(get: Callable[[], Mapping[str, Any]]) -> Mapping[str, str] | None:
    """The setting that `get` reads by GetServiceSetting; None where it has AWS's default. Raises ScriptError."""
    try:
        found: Mapping[str, str] = get()["ServiceSetting"]
    except ServiceError as error:
        if error.code != _NOT_FOUND:
            raise
        return None
    # The default value may be a placeholder, such as "$None".
    return None if found["Status"] == "Default" else found


def customized_in(member: AccountSession, region: str, setting_id: str) -> Mapping[str, str] | None:
    """The same of an account and Region."""
    return customized(partial(member.call, "ssm", region, "get_service_setting", SettingId=setting_id))


class ServiceSetting(SettingKind):
    """The name is the Region, the value what was set, or `unset`.

    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ServiceSetting.html
    """

    values = r"[\w.#$=+,@/-]{1,512}"
    unset = DEFAULT

    def __init__(self, name: str, setting_id: str) -> None:
        self.name = name
        self.setting_id = setting_id

    def read(self, aws: AwsSession, settings: Sequence[Setting]) -> dict[str, str]:
        return {setting.key: self._value(aws, setting.name) for setting in settings}

    def change(self, aws: AwsSession, setting: Setting, current: str, target: str) -> None:  # noqa: ARG002
        ssm = aws.ssm_in(setting.name)
        if target == self.unset:
            aws.call(ssm.reset_service_setting, SettingId=self.setting_id)
        else:
            aws.call(ssm.update_service_setting, SettingId=self.setting_id, SettingValue=target)

    def _value(self, aws: AwsSession, region: str) -> str:
        get = partial(aws.call, aws.ssm_in(region).get_service_setting, SettingId=self.setting_id)
        found = customized(get)
        return found["SettingValue"] if found else self.unset
