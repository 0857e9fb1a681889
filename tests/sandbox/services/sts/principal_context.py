"""The condition keys that policies know of a principal.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from __future__ import annotations

from moto.iam.exceptions import NotFoundException

from sandbox.services.iam.models import iam_backend_of
from sandbox.services.organizations.models import find_organization


def principal_context(arn: str, account_id: str) -> dict[str, str]:
    """Return the condition keys of a user or role, with the tags of a role."""
    context = {"aws:PrincipalArn": arn, "aws:PrincipalAccount": account_id}
    organization = find_organization(account_id)
    if organization is not None:
        context["aws:PrincipalOrgID"] = organization.established.id
        context["aws:PrincipalOrgPaths"] = organization.path_of(account_id)
    return {**context, **{f"aws:PrincipalTag/{tag['Key']}": tag["Value"] for tag in _role_tags(arn, account_id)}}


def _role_tags(arn: str, account_id: str) -> list[dict[str, str]]:
    try:
        return list(iam_backend_of(account_id).get_role_by_arn(arn).tags or [])
    except NotFoundException:
        return []
