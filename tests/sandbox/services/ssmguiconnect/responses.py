"""Handles requests to GUI Connect."""

from __future__ import annotations

from moto.core.responses import ActionResult, BaseResponse, EmptyResult

from sandbox.services.ssmguiconnect.models import GuiConnectBackend, gui_connect_of


class GuiConnectResponse(BaseResponse):
    """What reads and deletes preferences; stacks set them."""

    def __init__(self) -> None:
        super().__init__(service_name="ssm-guiconnect")
        self.automated_parameter_parsing = True

    @property
    def gui_connect(self) -> GuiConnectBackend:
        return gui_connect_of(self.current_account, self.region)

    def get_connection_recording_preferences(self) -> ActionResult:
        return ActionResult({"ConnectionRecordingPreferences": self.gui_connect.get()})

    def delete_connection_recording_preferences(self) -> ActionResult:
        self.gui_connect.delete()
        return EmptyResult()
