"""The two types behind the unified console of Systems Manager.

https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-setting-up-organizations.html
AWS's managed policies name both types (AWSQuickSetupSSMDeploymentRolePolicy, AWSQuickSetupJITNADeploymentRolePolicy);
AWS's API reference has neither. ASSUMPTION(quick-setup-unified-console-parameters), all of it: the parameters are those
that others send (the README of eijikominami/aws-cloudformation-templates, the fleet-manager module of cloudopsworks),
and which of them are required.
"""

from __future__ import annotations

from sandbox.services.ssmquicksetup.configuration_types.configuration_type import (
    ACCOUNT_ID,
    REGION,
    ROOT_ID,
    SCHEDULE,
    TARGETS,
    ConfigurationType,
    one_of,
)

UNIFIED_CONSOLE = ConfigurationType(
    name="AWSQuickSetupType-SSM",
    latest_version="3.0",
    parameters={
        **TARGETS,
        # The page: all accounts of the organization, and none can be left out.
        "TargetOrganizationalUnits": ROOT_ID,
        "HomeRegion": REGION,
        "DelegatedAccountId": ACCOUNT_ID,
        "AgentUpdateSchedule": SCHEDULE,
        "EnableDHMCSchedule": SCHEDULE,
        "InventoryCollectionSchedule": SCHEDULE,
    },
    required=frozenset({"HomeRegion", "TargetRegions"}),
    required_for_units=frozenset({"DelegatedAccountId"}),
    execution_policies=("AWSQuickSetupSSMDeploymentRolePolicy",),
)

JUST_IN_TIME_NODE_ACCESS = ConfigurationType(
    name="AWSQuickSetupType-JITNA",
    parameters={
        **TARGETS,
        "HomeRegion": REGION,
        "DelegatedAccountId": ACCOUNT_ID,
        "IdentityProviderSetting": one_of("IAM", "SSO"),
    },
    required=frozenset({"HomeRegion", "TargetRegions"}),
    required_for_units=frozenset({"DelegatedAccountId"}),
    execution_policies=("AWSQuickSetupDeploymentRolePolicy", "AWSQuickSetupJITNADeploymentRolePolicy"),
)
