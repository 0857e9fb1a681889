"""The service-linked roles of Systems Manager and of what it builds upon, under their real names."""

from __future__ import annotations

PATH_PREFIX = "/aws-service-role/"

# https://docs.aws.amazon.com/systems-manager/latest/userguide/using-service-linked-roles.html and its sub-pages,
# https://docs.aws.amazon.com/cloud9/latest/user-guide/using-service-linked-roles.html,
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-activate-trusted-access.html,
# https://docs.aws.amazon.com/organizations/latest/userguide/services-that-can-integrate-resource-explorer.html,
# https://docs.aws.amazon.com/ram/latest/userguide/using-service-linked-roles.html
ROLE_NAMES = {
    "accountdiscovery.ssm.amazonaws.com": "AWSServiceRoleForAmazonSSM_AccountDiscovery",
    "cloud9.amazonaws.com": "AWSServiceRoleForAWSCloud9",
    "member.org.stacksets.cloudformation.amazonaws.com": "AWSServiceRoleForCloudFormationStackSetsOrgMember",
    "opsdatasync.ssm.amazonaws.com": "AWSServiceRoleForSystemsManagerOpsDataSync",
    "ram.amazonaws.com": "AWSServiceRoleForResourceAccessManager",
    "resource-explorer-2.amazonaws.com": "AWSServiceRoleForResourceExplorer",
    "ssm-quicksetup.amazonaws.com": "AWSServiceRoleForSSMQuickSetup",
    "ssm.amazonaws.com": "AWSServiceRoleForAmazonSSM",
    "stacksets.cloudformation.amazonaws.com": "AWSServiceRoleForCloudFormationStackSetsOrgAdmin",
}
