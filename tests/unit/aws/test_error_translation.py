"""What is advised upon an error of AWS."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from systems_manager_organization.aws.error_translation import translate_errors
from systems_manager_organization.errors import ServiceError

ACTION = "ssm-quicksetup:DeleteConfigurationManager"


@pytest.mark.parametrize(
    ("message", "advice"),
    [
        ("User: arn:aws:iam::111111111111:user/Me is not authorized to perform: X", f"Allow {ACTION} to the script's"),
        ("Role arn:aws:iam::111111111111:role/X can't be accessed", "Quick Setup cannot find this role"),
    ],
)
def test_what_is_denied_for_lack_of_a_role_needs_no_permission(message: str, advice: str) -> None:
    error = ClientError({"Error": {"Code": "AccessDeniedException", "Message": message}}, "DeleteConfigurationManager")
    with pytest.raises(ServiceError) as raised, translate_errors(ACTION, account_id="111111111111", region="us-east-1"):
        raise error
    assert advice in str(raised.value)


def test_what_sns_denies_is_advised_like_any_other() -> None:
    """AuthorizationError is its code for it, in AWS's model."""
    error = ClientError({"Error": {"Code": "AuthorizationError", "Message": "No."}}, "ListTagsForResource")
    action = "sns:ListTagsForResource"
    with pytest.raises(ServiceError) as raised, translate_errors(action, account_id="111111111111", region="us-east-1"):
        raise error
    assert f"Allow {action} to the script's credentials" in str(raised.value)
