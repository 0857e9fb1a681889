"""Handles requests to Account Management."""

from __future__ import annotations

from moto.account.responses import AccountResponse as MotoAccountResponse
from moto.core.responses import ActionResult

from sandbox.protocol.pagination import page_result
from sandbox.services.account.exceptions import ValidationException
from sandbox.services.account.models import SandboxAccountBackend, account_backend_of

# MaxResults of ListRegions in botocore's model `account`. ASSUMPTION(account-errors): it is the default too.
MAXIMUM_PAGE = 50


class AccountResponse(MotoAccountResponse):
    """moto's operations, and those of Regions that it lacks."""

    def __init__(self) -> None:
        super().__init__()
        self.automated_parameter_parsing = True

    @property
    def _account(self) -> SandboxAccountBackend:
        return account_backend_of(self.current_account).on_behalf_of(self._get_param("AccountId"))

    def list_regions(self) -> ActionResult:
        requested = self._get_param("RegionOptStatusContains", [])
        regions = [
            {"RegionName": region, "RegionOptStatus": status}
            for region, status in self._account.regions()
            if not requested or status in requested
        ]
        return page_result(
            "Regions",
            regions,
            token=self._get_param("NextToken"),
            limit=self._get_param("MaxResults", MAXIMUM_PAGE),
            invalid_token=ValidationException("The NextToken is invalid."),
        )

    def get_region_opt_status(self) -> ActionResult:
        region = self._get_param("RegionName")
        return ActionResult({"RegionName": region, "RegionOptStatus": self._account.region_status(region)})
