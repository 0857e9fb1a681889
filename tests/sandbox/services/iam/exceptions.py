"""Errors of IAM that moto lacks (botocore model `iam`)."""

from __future__ import annotations

from moto.iam.exceptions import IAMException


class PolicyNotAttachableException(IAMException):
    code = "PolicyNotAttachable"


class UnmodifiableEntityException(IAMException):
    code = "UnmodifiableEntity"

    def __init__(self, role_name: str) -> None:
        super().__init__(
            f"Cannot perform the operation on the protected role '{role_name}' - this role is only modifiable by AWS"
        )
