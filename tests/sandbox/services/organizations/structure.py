"""The organization itself, its root and its organizational units.

Reasons are those of botocore's model `organizations` (ConstraintViolationException and InvalidInputException).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.organizations import utils
from moto.organizations.exceptions import (
    AlreadyInOrganizationException,
    AWSOrganizationsNotInUseException,
    DuplicateOrganizationalUnitException,
    OrganizationNotEmptyException,
)
from moto.organizations.models import (
    FakeDelegatedAdministrator,
    FakeOrganization,
    FakeOrganizationalUnit,
    FakeRoot,
    organizations_backends,
)

from sandbox.clock import clock
from sandbox.services.organizations import exceptions
from sandbox.services.organizations.accounts import Account, AccountRequest
from sandbox.services.organizations.policies import Policies, aws_managed_policies

if TYPE_CHECKING:
    from datetime import datetime

# https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html
MAXIMUM_ORGANIZATIONAL_UNIT_DEPTH = 5
MAXIMUM_ORGANIZATIONAL_UNITS = 2000


class Structure(Policies):
    """The structure of a management account's organization; the backends of other accounts stay empty."""

    def _reset(self) -> None:
        super()._reset()
        self.account_requests: dict[str, AccountRequest] = {}
        #: Status of DescribeOrganizationsAccess; CloudFormation keeps it, and only for the organization as a whole.
        self.stack_sets_access = "DISABLED"

    def establish(
        self, *, organization_id: str, root_id: str, name: str, email: str, feature_set: str, joined_at: datetime
    ) -> None:
        """Create an organization with the given ids, with this account as its management account."""
        self.org = FakeOrganization(self.account_id, region_name="us-east-1", feature_set=feature_set)
        self.org.id = organization_id
        self.org.root_id = root_id
        self.org.master_account_email = email
        root = FakeRoot(self.org)
        self.ou.append(root)
        self.policies.extend(aws_managed_policies(self.org))
        self._attach_default_policies(root)
        management_account = Account(
            self.org,
            account_id=self.account_id,
            name=name,
            email=email,
            joined_at=joined_at,
            joined_method="INVITED",
        )
        self.accounts.append(management_account)
        self._attach_default_policies(management_account)

    def create_organization(self, region: str, **kwargs: Any) -> dict[str, Any]:
        if self.org is not None or self.account_id in organizations_backends.master_accounts:
            raise AlreadyInOrganizationException
        self.establish(
            organization_id=utils.make_random_org_id(),
            root_id=utils.make_random_root_id(),
            name="Management",
            email=utils.MASTER_ACCOUNT_EMAIL,
            feature_set=kwargs.get("FeatureSet") or "ALL",
            joined_at=clock.now(),
        )
        return self.describe_organization()

    def delete_organization(self) -> None:
        if len(self.accounts) > 1:
            raise OrganizationNotEmptyException
        self._reset()

    @property
    def established(self) -> FakeOrganization:
        """The organization itself. Raises AWSOrganizationsNotInUseException when there is none."""
        if self.org is None:
            raise AWSOrganizationsNotInUseException
        return self.org

    def require_all_features(self) -> None:
        """Integration with other services needs all features.

        https://docs.aws.amazon.com/organizations/latest/userguide/orgs_integrate_services.html
        """
        if self.established.feature_set != "ALL":
            raise exceptions.ConstraintViolationException(
                "This operation requires an organization with all features enabled.",
                reason="ORGANIZATION_NOT_IN_ALL_FEATURES_MODE",
            )

    def create_organizational_unit(self, **kwargs: Any) -> dict[str, Any]:
        unit = self.add_organizational_unit(kwargs["ParentId"], kwargs["Name"], kwargs.get("Tags", []))
        return self.describe_organizational_unit(OrganizationalUnitId=unit.id)

    def add_organizational_unit(
        self, parent_id: str, name: str, tags: list[dict[str, str]], *, unit_id: str | None = None
    ) -> FakeOrganizationalUnit:
        """Create an organizational unit, with a random id by default."""
        self._require_parent(parent_id)
        self._require_free_name(parent_id, name)
        if len(self.lineage(parent_id)) > MAXIMUM_ORGANIZATIONAL_UNIT_DEPTH:
            raise exceptions.ConstraintViolationException(
                f"Organizational units can be nested {MAXIMUM_ORGANIZATIONAL_UNIT_DEPTH} levels deep.",
                reason="OU_DEPTH_LIMIT_EXCEEDED",
            )
        if len(self.ou) > MAXIMUM_ORGANIZATIONAL_UNITS:
            raise exceptions.ConstraintViolationException(
                f"An organization can have {MAXIMUM_ORGANIZATIONAL_UNITS} organizational units.",
                reason="OU_NUMBER_LIMIT_EXCEEDED",
            )
        unit = FakeOrganizationalUnit(self.established, ParentId=parent_id, Name=name, Tags=tags)
        unit.id = unit_id or unit.id
        self.ou.append(unit)
        self._attach_default_policies(unit)
        return unit

    def update_organizational_unit(self, **kwargs: Any) -> dict[str, Any]:
        unit = self.get_organizational_unit_by_id(kwargs["OrganizationalUnitId"])
        name = str(kwargs.get("Name", unit.name))
        if name != unit.name:
            self._require_free_name(str(unit.parent_id), name)
        unit.name = name
        return self.describe_organizational_unit(OrganizationalUnitId=unit.id)

    def delete_organizational_unit(self, **kwargs: Any) -> None:
        unit = self.get_organizational_unit_by_id(kwargs["OrganizationalUnitId"])
        # https://docs.aws.amazon.com/organizations/latest/APIReference/API_DeleteOrganizationalUnit.html: "You must
        # first remove all accounts and child OUs". Closed accounts count: they remain in the organization
        # (https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_org_delete.html).
        if self.child_organizational_units(unit.id) or any(account.parent_id == unit.id for account in self.accounts):
            raise exceptions.OrganizationalUnitNotEmptyException("The organizational unit is not empty.")
        for policy in list(unit.attached_policies):
            policy.attachments.remove(unit)
        self.ou.remove(unit)

    def describe_organizational_unit(self, **kwargs: Any) -> dict[str, Any]:
        unit = self.get_organizational_unit_by_id(kwargs["OrganizationalUnitId"])
        return {"OrganizationalUnit": self.summary_of_organizational_unit(unit)}

    def get_organizational_unit_by_id(self, ou_id: str) -> FakeOrganizationalUnit:
        unit = next((unit for unit in self.ou if unit.id == ou_id), None)
        if unit is None:
            raise exceptions.OrganizationalUnitNotFoundException(
                "You specified an organizational unit that doesn't exist."
            )
        return unit

    def summary_of_organizational_unit(self, unit: FakeOrganizationalUnit) -> dict[str, Any]:
        """Return the model's OrganizationalUnit."""
        return {"Id": unit.id, "Arn": unit.arn, "Name": unit.name, "Path": self._path_of(self.lineage(unit.id))}

    def child_organizational_units(self, parent_id: str) -> list[FakeOrganizationalUnit]:
        """Return the units directly below a root or unit. Raises ParentNotFoundException."""
        self._require_parent(parent_id)
        return [unit for unit in self.ou if unit.parent_id == parent_id]

    def lineage(self, unit_id: str) -> list[FakeOrganizationalUnit]:
        """Return the root, the units on the way down, and the unit itself."""
        unit = self.get_organizational_unit_by_id(unit_id)
        return [*(self.lineage(unit.parent_id) if unit.parent_id else []), unit]

    def path_of(self, account_id: str) -> str:
        """Return the path of an account, as in the condition key aws:PrincipalOrgPaths."""
        units = self.lineage(self.get_account_by_id(account_id).parent_id)
        return "/".join([self.established.id, *(unit.id for unit in units), ""])

    # Delegated administrators, to read

    def administrators_for(self, service_principal: str) -> list[FakeDelegatedAdministrator]:
        """Return the delegated administrators of one service."""
        return [administrator for administrator in self.admins if service_principal in administrator.services]

    def is_delegated_administrator(self, account_id: str, service_principal: str | None = None) -> bool:
        """Return whether the account administers the service, or any when none is named."""
        administrators = self.administrators_for(service_principal) if service_principal else self.admins
        return any(administrator.account.id == account_id for administrator in administrators)

    # Parts of the rules

    def _require_parent(self, parent_id: str) -> None:
        if not self._exists(parent_id):
            raise exceptions.ParentNotFoundException("You specified a parent that doesn't exist.")

    def _exists(self, unit_id: str) -> bool:
        return any(unit.id == unit_id for unit in self.ou)

    def _require_free_name(self, parent_id: str, name: str) -> None:
        # https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateOrganizationalUnit.html: the name must
        # be free below the same parent. ASSUMPTION(organizations-errors): upper and lower case differ.
        if any(unit.parent_id == parent_id and unit.name == name for unit in self.ou):
            raise DuplicateOrganizationalUnitException

    def _path_of(self, lineage: list[FakeOrganizationalUnit]) -> str:
        return "/".join([self.established.id, *(unit.id for unit in lineage)]) + "/"
