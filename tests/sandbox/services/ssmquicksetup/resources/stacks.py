"""The stack of a definition in one account and Region: the resources of AWS's template.

Roles, resource data syncs, buckets, log groups and associations are made in their services; everything else is a name
only.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from moto.core.exceptions import ServiceException
from moto.logs.models import logs_backends
from moto.s3.models import s3_backends

from sandbox.services.iam import auto_created_roles, managed_policies
from sandbox.services.iam.models import iam_backend_of
from sandbox.services.s3.models import find_bucket
from sandbox.services.ssm.models import ssm_backend_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sandbox.services.ssmquicksetup.resources.templates import Resource

BUCKET = "AWS::S3::Bucket"
LOG_GROUP = "AWS::Logs::LogGroup"
ASSOCIATION = "AWS::SSM::Association"
ROLE = "AWS::IAM::Role"
SYNC = "AWS::SSM::ResourceDataSync"


@dataclass
class Stack:
    """What a template made in an account and Region. `kind`: MA, DA, TA or LA."""

    kind: str
    account_id: str
    region: str
    resources: dict[str, Resource] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)

    def deploy(self, desired: Iterable[Resource]) -> str | None:
        """Create and delete resources until they are the desired ones; return why that failed, None if it did not.

        A stack that fails is rolled back: nothing of it changes.
        """
        wanted = {resource.logical_id: resource for resource in desired}
        new = [one for one in wanted.values() if self._known(one) is None]
        for resource in new:
            if self._is_taken(resource):
                return failure(resource, f"{resource.name} already exists.")
        created: list[Resource] = []
        try:
            for resource in new:
                self._create(resource)
                created.append(resource)
        except ServiceException as error:
            for made in created:
                self._delete(made)
            return failure(new[len(created)], error.message)
        for resource in list(self.resources.values()):
            if wanted.get(resource.logical_id, resource).name != resource.name or resource.logical_id not in wanted:
                # ASSUMPTION(cloudformation-rollback-leaves): as in an update by hand, what cannot be deleted is left.
                with suppress(ServiceException):
                    self._delete(resource)
        self.resources = wanted
        return None

    def delete(self) -> str | None:
        """Delete all resources but those of DeletionPolicy Retain; return why that failed, None if it did not."""
        reasons = []
        for resource in reversed(list(self.resources.values())):
            try:
                self._delete(resource)
                del self.resources[resource.logical_id]
            except ServiceException as error:
                reasons.append(failure(resource, error.message))
        return reasons[0] if reasons else None

    def has(self, logical_id: str) -> bool:
        return logical_id in self.resources

    def _known(self, resource: Resource) -> Resource | None:
        known = self.resources.get(resource.logical_id)
        return known if known is not None and known.name == resource.name else None

    def _is_taken(self, resource: Resource) -> bool:
        if resource.type == ROLE:
            return auto_created_roles.exists(self.account_id, resource.name)
        return resource.type == BUCKET and find_bucket(resource.name) is not None

    def _create(self, resource: Resource) -> None:
        if resource.type == ROLE:
            self._create_role(resource)
        elif resource.type == BUCKET:
            s3_backends[self.account_id]["aws"].create_bucket(resource.name, self.region)
        elif resource.type == LOG_GROUP:
            logs = logs_backends[self.account_id][self.region]
            if resource.name not in logs.groups:
                logs.create_log_group(resource.name, {})
        elif resource.type == SYNC:
            source = _source(dict(resource.properties["SyncSource"]))
            syncs = ssm_backend_of(self.account_id, self.region).resource_data_syncs
            syncs.create(resource.name, resource.properties["SyncType"], source, None)
        elif resource.type == ASSOCIATION:
            documents = ssm_backend_of(self.account_id, self.region).association_documents
            documents[resource.name] = resource.properties["Name"]

    def _create_role(self, resource: Resource) -> None:
        if auto_created_roles.exists(self.account_id, resource.name):
            return
        iam = iam_backend_of(self.account_id)
        iam.create_role(
            resource.name,
            json.dumps(resource.properties["AssumeRolePolicyDocument"]),
            resource.properties.get("Path", "/"),
            permissions_boundary=None,
            description="",
            tags=list(resource.properties.get("Tags", [])),
            max_session_duration="3600",
        )
        for arn in resource.properties.get("ManagedPolicyArns", []):
            # moto's copy of AWS's list lacks the newest ones.
            if managed_policies.load(arn, self.account_id) is not None:
                iam.attach_role_policy(arn, resource.name)

    def _delete(self, resource: Resource) -> None:
        if resource.retained:
            return
        if resource.type == ROLE:
            self._delete_role(resource)
        elif resource.type == BUCKET:
            s3_backends[self.account_id]["aws"].delete_bucket(resource.name)
        elif resource.type == SYNC:
            syncs = ssm_backend_of(self.account_id, self.region).resource_data_syncs
            if any(sync.name == resource.name for sync in syncs.of_type(None)):
                syncs.delete(resource.name, resource.properties["SyncType"])
        elif resource.type == ASSOCIATION:
            backend = ssm_backend_of(self.account_id, self.region)
            backend.association_documents.pop(resource.name, None)
            backend.association_statuses.pop(resource.name, None)

    def _delete_role(self, resource: Resource) -> None:
        """Detach what the template attached, and delete the role. Raises DeleteConflict if it has other policies."""
        if not auto_created_roles.exists(self.account_id, resource.name):
            return
        iam = iam_backend_of(self.account_id)
        for arn in set(resource.properties.get("ManagedPolicyArns", [])) & set(
            iam.get_role(resource.name).managed_policies
        ):
            iam.detach_role_policy(arn, resource.name)
        iam.delete_role(resource.name)


def _source(source: dict[str, object]) -> dict[str, object]:
    """Return the model's ResourceDataSyncSource: CloudFormation's names units by their ids alone."""
    organization = dict(source["AwsOrganizationsSource"])  # type: ignore[call-overload]
    if "OrganizationalUnits" in organization:
        organization["OrganizationalUnits"] = [
            {"OrganizationalUnitId": unit_id} for unit_id in organization["OrganizationalUnits"]
        ]
    return {**source, "AwsOrganizationsSource": organization}


def failure(resource: Resource, reason: str) -> str:
    """Return the reason of StackSets for a resource that failed."""
    return f"ResourceLogicalId:{resource.logical_id}, ResourceType:{resource.type}, ResourceStatusReason:{reason}"
