"""Descriptions of the states of a resource data sync."""

from __future__ import annotations

# https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ResourceDataSyncSourceWithState.html
_PROBLEMS = {
    "OrganizationNotExists": "The organization no longer exists: delete the sync.",
    # https://docs.aws.amazon.com/systems-manager/latest/userguide/using-service-linked-roles-service-action-2.html
    "NoPermissions": "Its account has no service-linked role AWSServiceRoleForAmazonSSM_AccountDiscovery. Create it "
    "there: aws iam create-service-linked-role --aws-service-name accountdiscovery.ssm.amazonaws.com",
    "InvalidOrganizationalUnit": "It names an organizational unit that does not exist: remove it from the sync.",
    "TrustedAccessDisabled": "Systems Manager has no trusted access to the organization. Enable it in the management "
    "account: aws organizations enable-aws-service-access --service-principal ssm.amazonaws.com",
}


def describe_state(state: str) -> str:
    """The problem and the remedy, in sentences; "" for a state that is no problem.

    AWS documents only these four states, and accounts show others when the sync works.
    """
    return _PROBLEMS.get(state, "")
