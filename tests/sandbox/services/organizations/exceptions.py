"""Errors of Organizations that moto lacks, or raises without AWS's `Reason`."""

# ruff: noqa: N818 (these are AWS's names, and AWS ends them so)

from __future__ import annotations

from moto.organizations.exceptions import OrganizationsClientError


class OrganizationsError(OrganizationsClientError):
    """An error with the member `Reason` (botocore model `organizations`)."""

    def __init__(self, message: str, *, reason: str | None = None) -> None:
        super().__init__(message)
        if reason is not None:
            self.Reason = reason


class AccessDeniedException(OrganizationsError):
    code = "AccessDeniedException"

    def __init__(self) -> None:
        super().__init__("You don't have permissions to access this resource.")


class ConstraintViolationException(OrganizationsError):
    code = "ConstraintViolationException"


class InvalidInputException(OrganizationsError):
    code = "InvalidInputException"


class AccountNotRegisteredException(OrganizationsError):
    code = "AccountNotRegisteredException"


class ChildNotFoundException(OrganizationsError):
    code = "ChildNotFoundException"


class CreateAccountStatusNotFoundException(OrganizationsError):
    code = "CreateAccountStatusNotFoundException"


class DestinationParentNotFoundException(OrganizationsError):
    code = "DestinationParentNotFoundException"


class DuplicateAccountException(OrganizationsError):
    code = "DuplicateAccountException"


class MasterCannotLeaveOrganizationException(OrganizationsError):
    code = "MasterCannotLeaveOrganizationException"


class OrganizationalUnitNotEmptyException(OrganizationsError):
    code = "OrganizationalUnitNotEmptyException"


class OrganizationalUnitNotFoundException(OrganizationsError):
    code = "OrganizationalUnitNotFoundException"


class ParentNotFoundException(OrganizationsError):
    code = "ParentNotFoundException"


class SourceParentNotFoundException(OrganizationsError):
    code = "SourceParentNotFoundException"


class DuplicatePolicyAttachmentException(OrganizationsError):
    code = "DuplicatePolicyAttachmentException"


class MalformedPolicyDocumentException(OrganizationsError):
    code = "MalformedPolicyDocumentException"


class PolicyInUseException(OrganizationsError):
    code = "PolicyInUseException"


class PolicyNotAttachedException(OrganizationsError):
    code = "PolicyNotAttachedException"


class PolicyTypeNotAvailableForOrganizationException(OrganizationsError):
    code = "PolicyTypeNotAvailableForOrganizationException"
