"""Documents of Systems Manager."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from moto.core.common_models import CloudFormationModel
from moto.ssm.models import Document as MotoDocument

from sandbox.services.cloudformation.handlers import HandlerError

if TYPE_CHECKING:
    from moto.ssm.models import Documents


class Document(MotoDocument, CloudFormationModel):
    """moto's, with platforms, and with the rules of stacks.

    moto finds direct subclasses of CloudFormationModel alone, the last one of a type.

    ASSUMPTION(document-platforms): all of botocore's model, whatever the steps; AWS derives them from the steps.
    """

    replaced: Any = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # The property of stacks is an object or text, the document's content is text.
        if isinstance(kwargs.get("content"), dict):
            kwargs["content"] = json.dumps(kwargs["content"])
        super().__init__(*args, **kwargs)
        self.platform_types = ["Windows", "Linux", "MacOS"]

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: Any,
        new_resource_name: str,
        cloudformation_json: Any,
        account_id: str,
        region_name: str,
    ) -> Any:
        """Replace the document, which is the default UpdateMethod: one of the same name exists already.

        https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ssm-document.html
        """
        if cloudformation_json["Properties"].get("UpdateMethod", "Replace") != "Replace":
            raise HandlerError("InvalidRequest", "The sandbox has not built UpdateMethod NewVersion.")
        made = cls.create_from_cloudformation_json(new_resource_name, cloudformation_json, account_id, region_name)
        made.replaced = original_resource  # type: ignore[attr-defined]
        return made


def describe_versions(documents: Documents) -> list[dict[str, Any]]:
    """Return the model's DocumentVersionInfo of each version, the newest first.

    ASSUMPTION(document-version-order): that order.
    """
    described = []
    for version, document in sorted(documents.versions.items(), key=lambda item: int(item[0]), reverse=True):
        one = {
            "Name": document.name,
            "DocumentVersion": version,
            "CreatedDate": document.created_date,
            "IsDefaultVersion": version == documents.default_version,
            "DocumentFormat": document.document_format,
            "Status": document.status,
        }
        described.append({**one, "VersionName": document.version_name} if document.version_name else one)
    return described
