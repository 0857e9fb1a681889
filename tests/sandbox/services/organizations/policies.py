"""Policies of an organization: creation, attachment, and what service control policies deny.

Errors and their reasons are those of botocore's model `organizations`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from moto.organizations import utils
from moto.organizations.exceptions import (
    DuplicatePolicyException,
    PolicyTypeAlreadyEnabledException,
    PolicyTypeNotEnabledException,
    TargetNotFoundException,
)
from moto.organizations.models import FakePolicy, FakeRoot, OrganizationsBackend

from sandbox.policies.evaluation import Permission, PolicyError, evaluate_policies
from sandbox.policies.evaluation import Policy as Document
from sandbox.services.organizations import exceptions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from moto.organizations.models import FakeAccount, FakeOrganization, FakeOrganizationalUnit

    Target = FakeAccount | FakeOrganizationalUnit

SERVICE_CONTROL = "SERVICE_CONTROL_POLICY"
RESOURCE_CONTROL = "RESOURCE_CONTROL_POLICY"


class Policy(FakePolicy):
    """A policy of any type of the model, with an id of AWS's form; moto has five types."""

    def __init__(
        self,
        organization: FakeOrganization,
        policy_type: str,
        name: str,
        content: str,
        *,
        description: str = "",
        tags: Iterable[dict[str, str]] = (),
        aws_managed_id: str | None = None,
    ) -> None:
        self.name, self.type, self.content, self.description = name, policy_type, content, description
        # PolicyArn in the model: at least ten characters.
        self.id = aws_managed_id or f"{utils.make_random_policy_id()}00"
        self.aws_managed = aws_managed_id is not None
        self.region = organization.region
        self.organization_id = organization.id
        self.master_account_id = organization.master_account_id
        self.attachments: list[Any] = []
        self.tags = {tag["Key"]: tag["Value"] for tag in tags}

    @property
    def arn(self) -> str:
        owner, path = (
            ("aws", "policy") if self.aws_managed else (self.master_account_id, f"policy/{self.organization_id}")
        )
        return f"arn:aws:organizations::{owner}:{path}/{self.type.lower()}/{self.id}"


def aws_managed_policies(organization: FakeOrganization) -> list[Policy]:
    """The policies that AWS attaches everywhere.

    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html and
    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html
    """
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    return [
        Policy(
            organization,
            policy_type,
            policy_id.removeprefix("p-"),
            json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
            description=f"Allows access to every {noun}",
            aws_managed_id=policy_id,
        )
        for policy_type, policy_id, noun, statement in (
            (SERVICE_CONTROL, utils.DEFAULT_SCP_POLICY_ID, "operation", everything),
            (RESOURCE_CONTROL, utils.DEFAULT_RCP_POLICY_ID, "resource", {**everything, "Principal": "*"}),
        )
    ]


class Policies(OrganizationsBackend):
    """The policies of a management account's organization."""

    def create_policy(self, **kwargs: Any) -> dict[str, Any]:
        assert self.org is not None
        if self.org.feature_set != "ALL":
            raise exceptions.PolicyTypeNotAvailableForOrganizationException(
                "You can't use the specified policy type with the feature set that is enabled for this organization."
            )
        self._require_free_policy_name(kwargs["Name"])
        _require_valid_content(kwargs["Type"], kwargs["Content"])
        policy = Policy(
            self.org,
            kwargs["Type"],
            kwargs["Name"],
            kwargs["Content"],
            description=kwargs.get("Description", ""),
            tags=kwargs.get("Tags", []),
        )
        self.policies.append(policy)
        return policy.describe()

    def describe_policy(self, **kwargs: Any) -> dict[str, Any]:
        return self.get_policy_by_id(kwargs["PolicyId"]).describe()

    def update_policy(self, **kwargs: Any) -> dict[str, Any]:
        policy = self._modifiable_policy(kwargs["PolicyId"])
        if kwargs.get("Name", policy.name) != policy.name:
            self._require_free_policy_name(kwargs["Name"])
        if "Content" in kwargs:
            _require_valid_content(policy.type, kwargs["Content"])
        return super().update_policy(**kwargs)

    def delete_policy(self, **kwargs: Any) -> None:
        policy = self._modifiable_policy(kwargs["PolicyId"])
        if policy.attachments:
            raise exceptions.PolicyInUseException(
                "The policy is attached to one or more entities. You must detach it from all roots, OUs, and accounts "
                "before performing this operation."
            )
        self.policies.remove(policy)

    def attach_policy(self, **kwargs: Any) -> None:
        # https://docs.aws.amazon.com/organizations/latest/APIReference/API_AttachPolicy.html, its list of errors.
        policy, target = self.get_policy_by_id(kwargs["PolicyId"]), self.policy_target(kwargs["TargetId"])
        if policy.type not in self.enabled_policy_types():
            raise PolicyTypeNotEnabledException
        if policy in target.attached_policies:
            raise exceptions.DuplicatePolicyAttachmentException(
                "A policy with the specified name and type already exists on the target."
            )
        _attach(policy, target)

    def detach_policy(self, **kwargs: Any) -> None:
        policy, target = self.get_policy_by_id(kwargs["PolicyId"]), self.policy_target(kwargs["TargetId"])
        if policy not in target.attached_policies:
            raise exceptions.PolicyNotAttachedException("The policy isn't attached to the specified target.")
        if policy.id == utils.DEFAULT_RCP_POLICY_ID:
            raise exceptions.InvalidInputException(
                "You can't detach this AWS managed policy.", reason="NON_DETACHABLE_POLICY"
            )
        if policy.type == SERVICE_CONTROL and len(self.attached(target, SERVICE_CONTROL)) == 1:
            raise exceptions.ConstraintViolationException(
                "You can't detach the last policy of this type.", reason="MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED"
            )
        target.attached_policies.remove(policy)
        policy.attachments.remove(target)

    def enable_policy_type(self, **kwargs: str) -> dict[str, Any]:
        root = self._get_root_by_id(kwargs["RootId"])
        if kwargs["PolicyType"] in self.enabled_policy_types():
            raise PolicyTypeAlreadyEnabledException
        root.policy_types.append({"Type": kwargs["PolicyType"], "Status": "ENABLED"})
        return {"Root": root.describe()}

    def disable_policy_type(self, **kwargs: str) -> dict[str, Any]:
        root, policy_type = self._get_root_by_id(kwargs["RootId"]), kwargs["PolicyType"]
        if policy_type not in self.enabled_policy_types():
            raise PolicyTypeNotEnabledException
        root.policy_types = [enabled for enabled in root.policy_types if enabled["Type"] != policy_type]
        # "All policies of the specified type are automatically detached", and enabling it again brings back AWS's own:
        # https://docs.aws.amazon.com/organizations/latest/userguide/disable-policy-type.html
        for policy in self.policies:
            if policy.type == policy_type and not policy.aws_managed:
                for target in policy.attachments:
                    target.attached_policies.remove(policy)
                policy.attachments = []
        for target in self._targets():
            for policy in self.policies:
                if policy.type == policy_type and policy.aws_managed and policy not in target.attached_policies:
                    _attach(policy, target)
        return {"Root": root.describe()}

    def _targets(self) -> list[Target]:
        targets: list[Target] = list(self.ou)
        return targets + list(self.accounts)

    def policy_target(self, target_id: str) -> Target:
        """Return a root, unit or account. Raises TargetNotFoundException."""
        target = next((one for one in self._targets() if one.id == target_id), None)
        if target is None:
            raise TargetNotFoundException
        return target

    def attached(self, target: Target, policy_type: str) -> list[FakePolicy]:
        """Return the policies of a type that are attached to a root, unit or account itself."""
        return [policy for policy in target.attached_policies if policy.type == policy_type]

    def enabled_policy_types(self) -> set[str]:
        """Return the policy types that are enabled in the root."""
        roots = [unit for unit in self.ou if isinstance(unit, FakeRoot)]
        return {enabled["Type"] for root in roots for enabled in root.policy_types}

    def denial_at(self, levels: Iterable[Target], permission: Permission) -> str | None:
        """Return the end of AWS's message if the service control policies of one of the levels deny it.

        "The permission must be explicitly allowed at every level from the root through each OU":
        https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html
        """
        decisions = {
            evaluate_policies(
                [Document(policy.content or "") for policy in self.attached(level, SERVICE_CONTROL)], permission
            )
            for level in levels
        }
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
        if "explicitDeny" in decisions:
            return "with an explicit deny in a service control policy"
        if "implicitDeny" in decisions:
            return f"because no service control policy allows the {permission.action} action"
        return None

    def _get_resource_for_tagging(self, resource_id: str) -> Any:
        policy = next((policy for policy in self.policies if policy.id == resource_id), None)
        return policy or self.policy_target(resource_id)

    def _attach_default_policies(self, target: Target) -> None:
        for policy in self.policies:
            if policy.aws_managed:
                _attach(policy, target)

    def _modifiable_policy(self, policy_id: str) -> FakePolicy:
        policy = self.get_policy_by_id(policy_id)
        if policy.aws_managed:
            raise exceptions.InvalidInputException(
                "You specified a policy that is managed by AWS and can't be modified.", reason="IMMUTABLE_POLICY"
            )
        return policy

    def _require_free_policy_name(self, name: str) -> None:
        if any(policy.name == name for policy in self.policies):
            raise DuplicatePolicyException


def _attach(policy: FakePolicy, target: Target) -> None:
    target.attached_policies.append(policy)
    policy.attachments.append(target)


def _require_valid_content(policy_type: str, content: str) -> None:
    try:
        if policy_type == SERVICE_CONTROL:
            Document(content)
        else:
            json.loads(content)
    except (PolicyError, ValueError) as error:
        raise exceptions.MalformedPolicyDocumentException(
            "The provided policy document doesn't meet the requirements of the specified policy type."
        ) from error
