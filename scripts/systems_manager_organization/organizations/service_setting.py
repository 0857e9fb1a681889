"""Service settings of Systems Manager in the account itself.

aws_ssm_service_setting replaces a value that is set already, and resets it on destroy. One that restores the previous
value would replace this.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from systems_manager_organization.settings.setting import SettingKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from systems_manager_organization.aws.session import AwsSession
    from systems_manager_organization.settings.setting import Setting, SettingContext

DEFAULT = "default"
NOT_FOUND = "ServiceSettingNotFound"

# Kind of setting to the id of AWS: modules/account-settings has the same names.
SETTING_IDS: Mapping[str, str] = json.loads(Path(__file__).with_name("service_settings.json").read_text("utf-8"))


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

    def change(self, context: SettingContext, setting: Setting, current: str, target: str) -> None:  # noqa: ARG002
        aws, ssm = context.aws, context.aws.ssm_in(setting.name)
        if target == self.unset:
            aws.call(ssm.reset_service_setting, SettingId=self.setting_id)
        else:
            aws.call(ssm.update_service_setting, SettingId=self.setting_id, SettingValue=target)

    def _value(self, aws: AwsSession, region: str) -> str:
        answer = aws.call_or_none(NOT_FOUND, aws.ssm_in(region).get_service_setting, SettingId=self.setting_id)
        # The default value may be a placeholder, such as "$None".
        if answer is None or answer["ServiceSetting"]["Status"] == "Default":
            return self.unset
        return str(answer["ServiceSetting"]["SettingValue"])
