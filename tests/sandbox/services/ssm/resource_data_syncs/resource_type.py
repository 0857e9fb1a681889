"""AWS::SSM::ResourceDataSync, the type of CloudFormation.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ssm-resourcedatasync.html

AWS has published its schema and its handlers (aws-cloudformation/aws-cloudformation-resource-providers-ssm, folder
aws-ssm-resourcedatasync): the template's properties, the calls to Systems Manager, and the handling of its errors.
"""

# ruff: noqa: ARG003 (the signatures are moto's)

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

from moto.core.common_models import CloudFormationModel
from moto.ssm.exceptions import SSMException

from sandbox.services.cloudformation.handlers import BOOLEAN, STRING, STRING_LIST, HandlerError, Schema
from sandbox.services.cloudformation.stack_resource import StackResource
from sandbox.services.ssm.models import ssm_backend_of
from sandbox.services.ssm.resource_data_syncs.collection import FROM_SOURCE, TO_DESTINATION

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TYPE = "AWS::SSM::ResourceDataSync"

# By the names that CloudFormation has for them, the members of ResourceDataSyncS3Destination. They are accepted at the
# top as well, an older way.
DESTINATION_MEMBERS = {
    "BucketName": "BucketName",
    "BucketPrefix": "Prefix",
    "BucketRegion": "Region",
    "KMSKeyArn": "AWSKMSKeyARN",
    "SyncFormat": "SyncFormat",
}

# Neither EnableAllOpsDataSources nor DestinationDataSharing (issue 193 there).
SCHEMA = Schema(
    {
        "SyncName": STRING,
        "SyncType": STRING,
        **dict.fromkeys(DESTINATION_MEMBERS, STRING),
        "S3Destination": Schema(
            dict.fromkeys(DESTINATION_MEMBERS, STRING), required=("BucketName", "BucketRegion", "SyncFormat")
        ),
        "SyncSource": Schema(
            {
                "SourceType": STRING,
                "SourceRegions": STRING_LIST,
                "IncludeFutureRegions": BOOLEAN,
                "AwsOrganizationsSource": Schema(
                    {"OrganizationSourceType": STRING, "OrganizationalUnits": STRING_LIST},
                    required=("OrganizationSourceType",),
                ),
            },
            required=("SourceType", "SourceRegions"),
        ),
    },
    required=("SyncName",),
)

# The handler errors for Systems Manager's errors. For an invalid configuration they lack the reason.
# ASSUMPTION(cloudformation-handler-words): the message for an existing sync is that of other types.
HANDLER_ERRORS = {
    "ResourceDataSyncAlreadyExistsException": (
        "AlreadyExists",
        "Resource of type '{type}' with identifier '{name}' already exists.",
    ),
    "ResourceDataSyncConflictException": (
        "ResourceConflict",
        "Resource of type '{type}' with identifier '{name}' has a conflict. Reason: {message}.",
    ),
    "ResourceDataSyncCountExceededException": (
        "ServiceLimitExceeded",
        "Limit exceeded for resource of type '{type}'. Reason: {message}",
    ),
    "ResourceDataSyncInvalidConfigurationException": ("InvalidRequest", "Invalid request provided: {type}"),
    "ResourceDataSyncNotFoundException": (
        "NotFound",
        "Resource of type '{type}' with identifier '{name}' was not found.",
    ),
}
OTHER_ERRORS = ("GeneralServiceException", "Error occurred during operation '{type}{message}'.")


class ResourceDataSyncResource(StackResource, CloudFormationModel):
    """A sync of a stack, which may have been deleted since. `replaced`: the resource that it replaces.

    The handler is content with a sync that is InProgress.
    """

    type_name = TYPE

    def __init__(self, properties: dict[str, Any], replaced: ResourceDataSyncResource | None = None) -> None:
        self.properties = properties
        self.replaced = replaced

    @property
    def physical_resource_id(self) -> str:
        """What Ref returns."""
        return str(self.properties["SyncName"])

    def get_cfn_attribute(self, attribute: str) -> str:
        """Return the one attribute. Raises NotImplementedError, as moto expects for an unknown attribute."""
        if not self.has_cfn_attr(attribute):
            raise NotImplementedError(attribute)
        return self.physical_resource_id

    def delete(self, account_id: str, region: str) -> None:
        """Delete the sync. Raises HandlerError, also when there is none."""
        with _translated(self.physical_resource_id):
            syncs = ssm_backend_of(account_id, region).resource_data_syncs
            syncs.delete(self.physical_resource_id, _type_of(self.properties))

    @staticmethod
    def cloudformation_name_type() -> str:
        return "SyncName"

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return attr == "SyncName"

    @classmethod
    def create_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
        **kwargs: Any,
    ) -> Self:
        properties = SCHEMA.validated(cloudformation_json["Properties"])
        source, destination = _source(properties), _destination(properties)
        with _translated(properties["SyncName"]):
            syncs = ssm_backend_of(account_id, region_name).resource_data_syncs
            syncs.create(properties["SyncName"], _type_of(properties), source, destination)
        return cls(properties)

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: Any,
        new_resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
    ) -> Self:
        properties, old = SCHEMA.validated(cloudformation_json["Properties"]), original_resource.properties
        if _replacing(properties) != _replacing(old):
            _require_another_name(properties, old)
            created = cls.create_from_cloudformation_json(
                new_resource_name, cloudformation_json, account_id, region_name
            )
            created.replaced = original_resource
            return created
        source = _source(properties)
        if source != _source(old) and _type_of(properties) == FROM_SOURCE:
            with _translated(properties["SyncName"]):
                syncs = ssm_backend_of(account_id, region_name).resource_data_syncs
                syncs.update(properties["SyncName"], FROM_SOURCE, source or {})
        return cls(properties)


def _type_of(properties: Mapping[str, Any]) -> str:
    return str(properties.get("SyncType", TO_DESTINATION))


def _source(properties: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the model's ResourceDataSyncSource."""
    source = properties.get("SyncSource")
    if source is None or "AwsOrganizationsSource" not in source:
        return source
    organization = dict(source["AwsOrganizationsSource"])
    if "OrganizationalUnits" in organization:
        units = organization["OrganizationalUnits"]
        organization["OrganizationalUnits"] = [{"OrganizationalUnitId": unit} for unit in units]
    return {**source, "AwsOrganizationsSource": organization}


def _destination(properties: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the model's ResourceDataSyncS3Destination."""
    destination, at_the_top = properties.get("S3Destination"), set(properties) & set(DESTINATION_MEMBERS)
    if destination is not None and at_the_top:
        raise HandlerError("InvalidRequest", "Invalid request provided: Two configurations for S3Destination are found")
    if destination is None and not at_the_top:
        return None
    requested = properties if destination is None else destination
    return {member: requested[name] for name, member in DESTINATION_MEMBERS.items() if name in requested}


def _replacing(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Only SyncSource is updated in place."""
    return {name: value for name, value in properties.items() if name != "SyncSource"}


def _require_another_name(properties: Mapping[str, Any], old: Mapping[str, Any]) -> None:
    # "You can't perform an update that causes a custom-named resource to be replaced. If you must replace the resource,
    # specify a new name": https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-name.html
    if properties["SyncName"] == old["SyncName"]:
        raise SSMException(
            "ValidationError",
            "CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename "
            f"{old['SyncName']} and update the stack again.",
        )


@contextmanager
def _translated(name: str) -> Iterator[None]:
    try:
        yield
    except SSMException as error:
        code, message = HANDLER_ERRORS.get(error.code, OTHER_ERRORS)
        raise HandlerError(code, message.format(type=TYPE, name=name, message=error.message)) from error
