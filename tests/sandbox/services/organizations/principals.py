"""The service principals of Organizations, and their maximum numbers of delegated administrators."""

from __future__ import annotations

from moto.organizations.models import FakeServiceAccess

from sandbox.services.organizations.exceptions import InvalidInputException

STACK_SETS_PRINCIPAL = "member.org.stacksets.cloudformation.amazonaws.com"

# The table of https://docs.aws.amazon.com/organizations/latest/userguide/orgs_integrate_services_list.html has these
# too.
_MISSING_IN_MOTO = {
    "ssm-quicksetup.amazonaws.com",
    "resource-explorer-2.amazonaws.com",
    # Seen enabled in AWS's sample output:
    # https://docs.aws.amazon.com/systems-manager/latest/userguide/OpsCenter-getting-started-multiple-accounts.html
    "opsdatasync.ssm.amazonaws.com",
}
# AWS answers "unrecognized service principal" to the first (pepperize/cdk-organizations issue 1718); the second is a
# misprint with a dot at its end.
_WRONG_IN_MOTO = {"stacksets.cloudformation.amazonaws.com", "license-manager.member-account.amazonaws.com."}

TRUSTED_SERVICE_PRINCIPALS = (frozenset(FakeServiceAccess.TRUSTED_SERVICES) - _WRONG_IN_MOTO) | _MISSING_IN_MOTO

# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-delegated-admin.html has five for
# StackSets; https://docs.aws.amazon.com/systems-manager/latest/userguide/setting_up_delegated_admin.html and
# .../quick-setup-delegated-administrator.html have one for Systems Manager and for Quick Setup.
MAXIMUM_DELEGATED_ADMINISTRATORS = {STACK_SETS_PRINCIPAL: 5}

# ASSUMPTION(services-without-delegated-administrator): those without a mark in the column "Supports Delegated
# Administrator" of the table above. The last one belongs to ssm.
_NOT_DELEGABLE = {
    "aws-artifact-account-sync.amazonaws.com",
    "controltower.amazonaws.com",
    "ds.amazonaws.com",
    "license-management.marketplace.amazonaws.com",
    "ram.amazonaws.com",
    "servicequotas.amazonaws.com",
    "tagpolicies.tag.amazonaws.com",
    "wellarchitected.amazonaws.com",
    "opsdatasync.ssm.amazonaws.com",
}


def require_trusted(service_principal: str) -> None:
    """Raise InvalidInputException unless the service can have trusted access."""
    if service_principal not in TRUSTED_SERVICE_PRINCIPALS:
        raise _unrecognized()


def maximum_administrators(service_principal: str) -> int:
    """ASSUMPTION(resource-explorer-one-administrator): one where AWS's pages name no number."""
    return MAXIMUM_DELEGATED_ADMINISTRATORS.get(service_principal, 1)


def require_delegable(service_principal: str) -> None:
    """Raise InvalidInputException unless the service supports delegated administrators."""
    if service_principal not in TRUSTED_SERVICE_PRINCIPALS - _NOT_DELEGABLE:
        raise _unrecognized()


def _unrecognized() -> InvalidInputException:
    # Reason: botocore model `organizations`, InvalidInputException.
    return InvalidInputException(
        "You specified an unrecognized service principal.", reason="UNRECOGNIZED_SERVICE_PRINCIPAL"
    )
