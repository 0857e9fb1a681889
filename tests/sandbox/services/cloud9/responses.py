"""Handles requests to Cloud9."""

from __future__ import annotations

from moto.core.responses import ActionResult, BaseResponse, EmptyResult

from sandbox.protocol.pagination import page_result
from sandbox.services.cloud9.exceptions import BadRequestException
from sandbox.services.cloud9.models import Cloud9Backend, cloud9_backend_of

# "If there are more than 25 items in the list, only the first 25 items are returned": ListEnvironments in the model.
MAXIMUM_PAGE = 25


class Cloud9Response(BaseResponse):
    """What finds environments, and what takes them away."""

    def __init__(self) -> None:
        super().__init__(service_name="cloud9")
        self.automated_parameter_parsing = True

    @property
    def cloud9(self) -> Cloud9Backend:
        return cloud9_backend_of(self.current_account, self.region)

    def list_environments(self) -> ActionResult:
        return page_result(
            "environmentIds",
            sorted(self.cloud9.environments),
            token=self._get_param("nextToken"),
            # The model allows 0. ASSUMPTION(cloud9-details): it means the default.
            limit=self._get_param("maxResults") or MAXIMUM_PAGE,
            invalid_token=BadRequestException("The nextToken is invalid."),
            token_member="nextToken",
        )

    def describe_environments(self) -> ActionResult:
        return ActionResult({"environments": self.cloud9.describe_environments(self._get_param("environmentIds"))})

    def delete_environment(self) -> ActionResult:
        self.cloud9.delete_environment(self._get_param("environmentId"))
        return EmptyResult()
