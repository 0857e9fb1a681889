"""Account Management over the wire."""

from __future__ import annotations

from moto.account.responses import AccountResponse as MotoAccountResponse
from moto.core.responses import ActionResult

from sandbox.protocol.pagination import page_of
from sandbox.services.account.exceptions import ValidationException
from sandbox.services.account.models import SandboxAccountBackend, account_of

# MaxResults of ListRegions in botocore's model `account`. ASSUMPTION: it is the default too.
MAXIMUM_PAGE = 50


class AccountResponse(MotoAccountResponse):
    """moto's operations, and those of Regions that it lacks."""

    def __init__(self) -> None:
        super().__init__()
        self.automated_parameter_parsing = True

    @property
    def _account(self) -> SandboxAccountBackend:
        return account_of(self.current_account).on_behalf_of(self._get_param("AccountId"))

    def list_regions(self) -> ActionResult:
        wanted = self._get_param("RegionOptStatusContains", [])
        regions = [
            {"RegionName": region, "RegionOptStatus": status}
            for region, status in self._account.regions()
            if not wanted or status in wanted
        ]
        found, next_token = page_of(
            regions,
            token=self._get_param("NextToken"),
            limit=self._get_param("MaxResults", MAXIMUM_PAGE),
            invalid_token=lambda: ValidationException("The NextToken is not one that this operation gave out."),
        )
        return ActionResult({"Regions": found, **({"NextToken": next_token} if next_token else {})})

    def get_region_opt_status(self) -> ActionResult:
        region = self._get_param("RegionName")
        return ActionResult({"RegionName": region, "RegionOptStatus": self._account.region_status(region)})
