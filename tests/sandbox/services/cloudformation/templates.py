"""Template validation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.cloudformation.custom_model import CustomModel
from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.models import Stack as MotoStack
from moto.cloudformation.parsing import get_model_list, get_model_map, get_name_type_map, get_references_from_template
from yaml import YAMLError

if TYPE_CHECKING:
    from collections.abc import Iterator


def know_new_types() -> None:
    """Clear moto's caches of the resource types, so that it finds ours."""
    for cached in (get_model_list, get_model_map, get_name_type_map):
        cached.cache_clear()


def valid_template(body: str | None) -> dict[str, Any]:
    """Return the template as plain data. Raises ValidationError.

    moto ignores a resource of an unknown type, and completes the stack.
    """
    template = _parsed(body)
    resources = template["Resources"]
    for name, resource in resources.items():
        # The words, with Type for Properties: https://github.com/aws-cloudformation/cfn-lint/issues/38. Also of a null
        # deep in a property of type JSON: https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/1378
        for path in _null_paths((resource or {}).get("Properties") or {}):
            raise ValidationError(message=f"[/Resources/{name}/Type{path}] 'null' values are not allowed in templates")
    # ASSUMPTION(cloudformation-handler-words): a type that the sandbox lacks is answered as AWS answers one that
    # it lacks in the Region (aws/aws-cli issue 3403). Custom resources need functions that run, which there are none
    # of.
    unknown = sorted({str(resource.get("Type")) for resource in resources.values()} - _known_types())
    if unknown:
        raise ValidationError(message=f"Template format error: Unrecognized resource types: [{', '.join(unknown)}]")
    known = {*resources, *(template.get("Parameters") or {})}
    for block in ("Resources", "Outputs"):
        references = set(get_references_from_template(template.get(block) or {}))
        missing = sorted(name for name in references - known if not name.startswith("AWS::"))
        if missing:
            raise ValidationError(
                message=f"Template format error: Unresolved resource dependencies [{', '.join(missing)}] in the "
                f"{block} block of the template"
            )
    return template


def _parsed(body: str | None) -> dict[str, Any]:
    if not body:
        raise ValidationError(message="Either Template URL or Template Body must be specified.")
    try:
        template: Any = MotoStack.parse_template(body)
    except (YAMLError, ValueError) as error:
        raise ValidationError(message=f"Template format error: {error}") from error
    if not isinstance(template, dict) or not template.get("Resources"):
        raise ValidationError(message="Template format error: At least one Resources member must be defined.")
    return template


def _null_paths(value: object, path: str = "") -> Iterator[str]:
    """The paths below the value at which there is null."""
    if value is None:
        yield path
    elif isinstance(value, dict):
        for key, below in value.items():
            yield from _null_paths(below, f"{path}/{key}")
    elif isinstance(value, list):
        for index, below in enumerate(value):
            yield from _null_paths(below, f"{path}/{index}")


def _known_types() -> set[str]:
    return set(get_model_map()) - {CustomModel.cloudformation_type()}
