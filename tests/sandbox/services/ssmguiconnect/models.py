"""GUI Connect of one account and Region.

https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-just-in-time-node-access-rdp-recording.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.core.base_backend import BackendDict, BaseBackend

from sandbox.policies.evaluation import Permission
from sandbox.services.iam.models import iam_backend_of
from sandbox.services.kms.models import find_key, is_allowed, tags_of
from sandbox.services.organizations.models import find_organization
from sandbox.services.s3.access import is_service_allowed
from sandbox.services.s3.models import find_bucket
from sandbox.services.ssmguiconnect.exceptions import AccessDeniedException, ResourceNotFoundException
from sandbox.services.sts.principal_context import principal_context
from sandbox.services.sts.trust import Principal

if TYPE_CHECKING:
    from collections.abc import Mapping

SERVICE = "ssm-guiconnect.amazonaws.com"
# By which AWSSystemsManagerJustInTimeAccessTokenPolicy allows a key.
_TAG = "SystemsManagerJustInTimeNodeAccessManaged"


class GuiConnectBackend(BaseBackend):
    """The preferences of recordings; None where there are none."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.preferences: Mapping[str, Any] | None = None

    def get(self) -> Mapping[str, Any]:
        """Return the model's ConnectionRecordingPreferences. Raises ResourceNotFoundException."""
        if self.preferences is None:
            raise ResourceNotFoundException("There are no connection recording preferences.")
        return self.preferences

    def update(self, preferences: Mapping[str, Any], role_name: str) -> None:
        """Set the preferences, as a role that may create a grant of the key. Raises AccessDeniedException.

        ASSUMPTION(rdp-recording-after-deployment): enabled is where Quick Setup deployed to. Who saw the message:
        cloudopsworks/terraform-module-aws-ssm-session-management.
        """
        roles = (role.name for role in iam_backend_of(self.account_id).roles.values())
        if not any(
            name.startswith("AWS-QuickSetup-EnableJITNA-") and name.endswith(self.region_name) for name in roles
        ):
            raise AccessDeniedException("Just-in-time node access is not enabled")
        denial = self._key_denial(preferences["KMSKeyArn"], role_name)
        if denial:
            raise AccessDeniedException(denial)
        self.preferences = preferences

    def delete(self) -> None:
        """Delete the preferences. Raises ResourceNotFoundException."""
        self.get()
        self.preferences = None

    def recording_denial(self, role_name: str) -> str:
        """Return why a connection of a role is not recorded, "" if it is."""
        preferences = self.get()
        key = find_key(preferences["KMSKeyArn"])
        if key is None or tags_of(key).get(_TAG) != "true":
            return f"The key lacks the tag {_TAG}."
        (destination,) = preferences["RecordingDestinations"]["S3Buckets"]
        return self._key_denial(preferences["KMSKeyArn"], role_name) or self._bucket_denial(destination)

    def _key_denial(self, arn: str, role_name: str) -> str:
        """ASSUMPTION(rdp-recording-key-of-another-account): the key's policy decides, as for any key."""
        if arn.split(":")[3] != self.region_name or find_key(arn) is None:
            return f"There is no key {arn} in {self.region_name}."
        role = f"arn:aws:iam::{self.account_id}:role/{role_name}"
        context = {
            **principal_context(role, self.account_id),
            "kms:ViaService": f"ssm-guiconnect.{self.region_name}.amazonaws.com",
        }
        permission = Permission("kms:CreateGrant", arn, context)
        if is_allowed(Principal.identity(role, self.account_id), permission):
            return ""
        return f"{role} is not authorized to perform: kms:CreateGrant on {arn}."

    def _bucket_denial(self, destination: Mapping[str, str]) -> str:
        """ASSUMPTION(rdp-recording-source-organization): the request has both condition keys."""
        name, organization = destination["BucketName"], find_organization(self.account_id)
        bucket = find_bucket(name)
        if bucket is None or bucket.account_id != destination["BucketOwner"]:
            return f"{destination['BucketOwner']} has no bucket {name}."
        source = {"aws:SourceAccount": self.account_id}
        if organization is not None:
            source["aws:SourceOrgID"] = organization.established.id
        if not is_service_allowed(SERVICE, "s3:PutObject", name, "recording.mp4", source):
            return f"The policy of the bucket {name} does not let {SERVICE} write."
        rule: dict[str, Any] = (bucket.encryption or {}).get("Rule", {})
        key = rule.get("ApplyServerSideEncryptionByDefault", {}).get("KMSMasterKeyID")
        context = {**source, "kms:ViaService": f"s3.{bucket.region_name}.amazonaws.com"}
        if key and not is_allowed(Principal.service(SERVICE), Permission("kms:GenerateDataKey", key, context)):
            return f"The policy of the key of the bucket {name} does not let {SERVICE} encrypt."
        return ""


ssmguiconnect_backends = BackendDict(GuiConnectBackend, "ssm")


def gui_connect_of(account_id: str, region: str) -> GuiConnectBackend:
    """Return GUI Connect of an account and Region."""
    return ssmguiconnect_backends[account_id][region]
