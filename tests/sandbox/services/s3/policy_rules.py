"""Validation of bucket policies.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html
"""

from __future__ import annotations

import json
from typing import Any

from sandbox.policies.conditions import as_list
from sandbox.services.s3.exceptions import MalformedPolicy

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
_ELEMENTS = frozenset(
    {"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"}
)


def require_valid_policy(document: bytes, bucket_name: str) -> None:
    """Raise MalformedPolicy for an invalid policy, or one of another bucket."""
    try:
        statements = as_list(json.loads(document)["Statement"])
    except (ValueError, TypeError, KeyError) as error:
        raise MalformedPolicy("Policies must be valid JSON and the first byte must be '{'") from error
    for statement in statements:
        _require_valid_statement(statement, bucket_name)


def _require_valid_statement(statement: Any, bucket_name: str) -> None:
    if not isinstance(statement, dict) or statement.keys() - _ELEMENTS:
        raise MalformedPolicy("Unknown field in policy statement")
    if statement.get("Effect") not in ("Allow", "Deny"):
        raise MalformedPolicy(f"Invalid effect: {statement.get('Effect')}")
    for element in ("Principal", "Action", "Resource"):
        if (element in statement) == (f"Not{element}" in statement):
            raise MalformedPolicy(f"Missing required field {element}")
    if any(not _is_of_s3(str(action)) for action in as_list(statement.get("Action", []))):
        raise MalformedPolicy("Policy has invalid action")
    arn = f"arn:aws:s3:::{bucket_name}"
    resources = [str(resource) for resource in as_list(statement.get("Resource", []))]
    if any(resource != arn and not resource.startswith(f"{arn}/") for resource in resources):
        raise MalformedPolicy("Policy has invalid resource")
    _require_fitting(statement, resources, arn)


def _is_of_s3(action: str) -> bool:
    return action == "*" or action.casefold().startswith("s3:")


def _require_fitting(statement: dict[str, Any], resources: list[str], arn: str) -> None:
    """Operations on objects need a resource with a key, all others the bucket itself."""
    for action in as_list(statement.get("Action", [])) if resources else []:
        if "*" in action:
            continue
        on_objects = is_on_objects(action)
        if not any((resource != arn) is on_objects for resource in resources):
            raise MalformedPolicy("Action does not apply to any resource(s) in statement")


def is_on_objects(action: str) -> bool:
    """Whether an action applies to objects: the column "Resource types" of
    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html.
    """
    name = action.casefold().removeprefix("s3:")
    return ("object" in name and not name.startswith("listobject") and "bucket" not in name) or name in (
        "abortmultipartupload",
        "listmultipartuploadparts",
    )
