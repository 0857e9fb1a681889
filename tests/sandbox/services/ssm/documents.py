"""Documents of Systems Manager."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import moto.ssm.models
from moto.core.common_models import CloudFormationModel
from moto.ssm.models import Document as MotoDocument
from moto.ssm.models import ssm_backends

from sandbox.services.ssm.automation.calendars import valid_calendar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moto.ssm.models import Documents


APPROVAL_POLICIES = ("AutoApprovalPolicy", "ManualApprovalPolicy")
TEXT = "TEXT"
_NO_STEPS = json.dumps({"schemaVersion": "1.0"})


class Document(MotoDocument, CloudFormationModel):
    """moto's, with platforms, and with the rules of stacks.

    moto finds direct subclasses of CloudFormationModel alone, the last one of a type.

    ASSUMPTION(document-platforms): all of botocore's model, whatever the steps; AWS derives them from the steps.
    """

    replaced: Any = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # The property of stacks is an object or text, the document's content is text.
        if isinstance(kwargs.get("content"), dict):
            kwargs["content"] = json.dumps(_texts(kwargs["content"]))
        if kwargs.get("document_format") == TEXT:
            # moto reads JSON and YAML alone.
            calendar = valid_calendar(kwargs["content"])
            super().__init__(*args, **{**kwargs, "content": _NO_STEPS, "document_format": "JSON"})
            self.content, self.document_format = calendar, TEXT
        else:
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
        """Replace the document, which is the default UpdateMethod, and fails where the name is the same; or update it.

        https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ssm-document.html
        A new version is documented to become the default one. Here it does not, as reported:
        aws-cloudformation/cloudformation-coverage-roadmap issue 2539.
        """
        properties = cloudformation_json["Properties"]
        if properties.get("UpdateMethod") == "NewVersion" and properties.get("Name") == original_resource.name:
            backend = ssm_backends[account_id][region_name]
            backend.update_document(
                content=_content_of(properties["Content"]),
                attachments=[],
                name=original_resource.name,
                version_name="",
                document_version="$LATEST",
                document_format=properties.get("DocumentFormat", "JSON"),
                target_type="",
            )
            return original_resource
        made = cls.create_from_cloudformation_json(new_resource_name, cloudformation_json, account_id, region_name)
        made.replaced = original_resource  # type: ignore[attr-defined]
        return made


def _content_of(content: Any) -> str:
    return content if isinstance(content, str) else json.dumps(_texts(content))


def _texts(value: Any) -> Any:
    """Return a property of a template as its handler receives it: with numbers and truth values as text.

    aws-cloudformation/cloudformation-cli issue 435. A handler makes values of the types in its schema of them again.
    The content of a document has none: aws-cloudformation/cloudformation-coverage-roadmap issue 2303, of another such
    property.
    """
    if isinstance(value, dict):
        return {key: _texts(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_texts(item) for item in value]
    return json.dumps(value) if isinstance(value, bool | int | float) else value


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


@contextmanager
def known_document_types() -> Iterator[None]:
    """Let moto take the types of approval policies and the format of change calendars meanwhile.

    DocumentType and DocumentFormat in botocore's model `ssm`.
    """
    validate = moto.ssm.models._validate_document_info

    def validate_known(
        content: str, name: str, document_type: str | None, document_format: str, strict: bool = True
    ) -> None:
        known = "Automation" if document_type in APPROVAL_POLICIES else document_type
        validate(content, name, known, "JSON" if document_format == TEXT else document_format, strict)

    moto.ssm.models._validate_document_info = validate_known
    try:
        yield
    finally:
        moto.ssm.models._validate_document_info = validate
