"""Handles requests to Organizations: access control and pagination."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.core.responses import ActionResult
from moto.organizations.exceptions import AWSOrganizationsNotInUseException
from moto.organizations.models import FakeRoot
from moto.organizations.responses import OrganizationsResponse as MotoOrganizationsResponse

from sandbox.clock import clock
from sandbox.protocol.pagination import page_result
from sandbox.services.organizations import exceptions, principals
from sandbox.services.organizations.models import Organization, find_organization, organizations_backends

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from moto.organizations.models import FakePolicy

# MaxResults in botocore's model `organizations`.
MAXIMUM_PAGE = 20

# "You can call this operation from any account in a organization" in botocore's model `organizations`.
FOR_EVERY_MEMBER = frozenset({"DescribeEffectivePolicy", "DescribeOrganization", "ListHandshakesForAccount"})

# Virtual seconds between two polls of an account creation.
POLLING_INTERVAL = 30


class OrganizationsResponse(MotoOrganizationsResponse):
    """moto's operations on the caller's organization, for callers that may call them."""

    @property
    def organizations_backend(self) -> Organization:
        """The caller's organization.

        "You can only call this operation from the management account" or "... or a member account that is a delegated
        administrator": botocore's model `organizations`, operation by operation. Registering a delegated administrator
        "grants read-only access to Organizations service data" (RegisterDelegatedAdministrator); what it could write
        needs a resource-based delegation policy, which the sandbox does not have.
        """
        operation = self._get_action()
        organization = find_organization(self.current_account)
        if organization is None:
            if operation != "CreateOrganization":
                raise AWSOrganizationsNotInUseException
            own = organizations_backends[self.current_account][self.partition]
            assert isinstance(own, Organization)
            return own
        reads = operation.startswith(("Describe", "List"))
        if (
            organization.account_id == self.current_account
            or operation in FOR_EVERY_MEMBER
            or (reads and organization.is_delegated_administrator(self.current_account))
        ):
            organization.complete_account_requests()
            return organization
        raise exceptions.AccessDeniedException

    # Structure

    def list_roots(self) -> ActionResult:  # type: ignore[override]
        roots = [unit.describe() for unit in self.organizations_backend.ou if isinstance(unit, FakeRoot)]
        return self._page("Roots", roots)

    def list_organizational_units_for_parent(self) -> ActionResult:  # type: ignore[override]
        organization = self.organizations_backend
        units = organization.child_organizational_units(self._get_param("ParentId"))
        return self._page("OrganizationalUnits", [organization.summary_of_organizational_unit(unit) for unit in units])

    def list_children(self) -> ActionResult:  # type: ignore[override]
        organization = self.organizations_backend
        parent_id, child_type = self._get_param("ParentId"), self._get_param("ChildType")
        children: Sequence[Any] = (
            organization.accounts_in(parent_id)
            if child_type == "ACCOUNT"
            else organization.child_organizational_units(parent_id)
        )
        return self._page("Children", [{"Id": child.id, "Type": child_type} for child in children])

    def list_parents(self) -> ActionResult:  # type: ignore[override]
        parent = self.organizations_backend.parent_of(self._get_param("ChildId"))
        return self._page("Parents", [{"Id": parent.id, "Type": parent.type}])

    # Accounts

    def list_accounts(self) -> ActionResult:  # type: ignore[override]
        organization = self.organizations_backend
        return self._page("Accounts", [organization.summary_of_account(account) for account in organization.accounts])

    def list_accounts_for_parent(self) -> ActionResult:  # type: ignore[override]
        organization = self.organizations_backend
        accounts = organization.accounts_in(self._get_param("ParentId"))
        return self._page("Accounts", [organization.summary_of_account(account) for account in accounts])

    def describe_create_account_status(self) -> ActionResult:  # type: ignore[override]
        clock.advance(POLLING_INTERVAL)
        return ActionResult(self.organizations_backend.describe_create_account_status(**self.request_params))

    def list_create_account_status(self) -> ActionResult:  # type: ignore[override]
        states = self._get_param("States")
        statuses = [request.describe() for request in self.organizations_backend.account_requests.values()]
        requested = [status for status in statuses if not states or status["State"] in states]
        return self._page("CreateAccountStatuses", requested)

    # Policies

    def list_policies(self) -> ActionResult:  # type: ignore[override]
        policies = [one for one in self.organizations_backend.policies if one.type == self._get_param("Filter")]
        return self._page("Policies", _summaries(policies))

    def list_policies_for_target(self) -> ActionResult:  # type: ignore[override]
        organization = self.organizations_backend
        target = organization.policy_target(self._get_param("TargetId"))
        return self._page("Policies", _summaries(organization.attached(target, self._get_param("Filter"))))

    def list_targets_for_policy(self) -> ActionResult:  # type: ignore[override]
        policy = self.organizations_backend.get_policy_by_id(self._get_param("PolicyId"))
        targets = [
            {"TargetId": one.id, "Arn": one.arn, "Name": one.name, "Type": one.type} for one in policy.attachments
        ]
        return self._page("Targets", targets)

    # Trusted access and delegated administrators

    def list_aws_service_access_for_organization(self) -> ActionResult:  # type: ignore[override]
        organization = self.organizations_backend
        organization.require_all_features()
        return self._page("EnabledServicePrincipals", organization.services)

    def list_delegated_administrators(self) -> ActionResult:  # type: ignore[override]
        organization = self.organizations_backend
        service_principal = self._get_param("ServicePrincipal")
        if service_principal:
            principals.require_delegable(service_principal)
        administrators = (
            organization.administrators_for(service_principal) if service_principal else organization.admins
        )
        described = [
            {**administrator.account.describe(), "DelegationEnabledDate": administrator.enabled_date.timestamp()}
            for administrator in administrators
        ]
        return self._page("DelegatedAdministrators", described)

    def list_delegated_services_for_account(self) -> ActionResult:  # type: ignore[override]
        organization = self.organizations_backend
        account = organization.get_account_by_id(self._get_param("AccountId"))
        organization.require_registered(account.id)
        administrator = next(known for known in organization.admins if known.account.id == account.id)
        return self._page("DelegatedServices", list(administrator.services.values()))

    def _page(self, member: str, items: Sequence[dict[str, Any]]) -> ActionResult:
        return page_result(
            member,
            items,
            token=self._get_param("NextToken"),
            limit=self._get_param("MaxResults", MAXIMUM_PAGE),
            invalid_token=exceptions.InvalidInputException("The NextToken is invalid.", reason="INVALID_NEXT_TOKEN"),
        )


def _summaries(policies: Iterable[FakePolicy]) -> list[dict[str, Any]]:
    return [policy.describe()["Policy"]["PolicySummary"] for policy in policies]
