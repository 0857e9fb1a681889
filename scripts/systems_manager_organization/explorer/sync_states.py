"""What is wrong with a resource data sync of Explorer, in words."""

from __future__ import annotations

# https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ResourceDataSyncSourceWithState.html
_PROBLEMS = {
    "OrganizationNotExists": "The organization does not exist any more, so that there is nothing to collect: "
    "delete the sync.",
    # https://docs.aws.amazon.com/systems-manager/latest/userguide/using-service-linked-roles-service-action-2.html
    "NoPermissions": "Its account has no service-linked role AWSServiceRoleForAmazonSSM_AccountDiscovery. Make it "
    "there: aws iam create-service-linked-role --aws-service-name accountdiscovery.ssm.amazonaws.com",
    "InvalidOrganizationalUnit": "It names an organizational unit that does not exist: take that out of the sync.",
    "TrustedAccessDisabled": "Systems Manager has no trusted access to the organization. Enable it in the management "
    "account: aws organizations enable-aws-service-access --service-principal ssm.amazonaws.com",
}


def describe_state(state: str) -> str:
    """What is wrong and what to do, in sentences; "" for a state that is no problem.

    AWS documents the four problems alone, and accounts show other words where all is well.
    """
    return _PROBLEMS.get(state, "")
