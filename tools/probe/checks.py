"""All checks of `make probe`."""

from __future__ import annotations

from tools.probe import creation, quick_setup, systems_manager
from tools.probe.model import Check

CHECKS = (
    Check(
        "create-for-unit",
        ("invalid-target-ou-passes",),
        (
            "organizations:ListAWSServiceAccessForOrganization",
            "cloudformation:DescribeOrganizationsAccess",
            "ssm-quicksetup:CreateConfigurationManager",
            "ssm-quicksetup:GetConfigurationManager",
            "ssm-quicksetup:DeleteConfigurationManager",
        ),
        creation.create_for_unit,
        writes=creation.WRITES,
    ),
    Check(
        "configuration-rows",
        ("list-configurations-rows",),
        ("ssm-quicksetup:ListConfigurations", "cloudformation:ListStackInstances"),
        quick_setup.configuration_rows,
    ),
    Check(
        "failed-configurations",
        ("quick-setup-one-failure-fails-all", "quick-setup-status-has-no-message"),
        ("ssm-quicksetup:GetConfigurationManager", "ssm-quicksetup:ListConfigurations"),
        quick_setup.failed_configurations,
    ),
    Check(
        "configuration-id",
        ("definition-id-is-configuration-id",),
        ("cloudformation:DescribeStackSet", "s3:ListAllMyBuckets"),
        quick_setup.configuration_id,
    ),
    Check(
        "stack-parameters",
        ("global-resources-region", "management-stack-regions"),
        ("cloudformation:DescribeStackSet", "cloudformation:ListStackInstances"),
        quick_setup.stack_parameters,
    ),
    Check(
        "managers",
        ("quick-setup-manager-names", "dhmc-units", "parameter-names-are-mapped"),
        ("ssm-quicksetup:ListConfigurationManagers", "ssm-quicksetup:GetConfigurationManager"),
        quick_setup.managers,
    ),
    Check(
        "stack-set-operations",
        ("cloudformation-default-pages",),
        ("cloudformation:ListStackSetOperations",),
        quick_setup.stack_set_operations,
    ),
    Check(
        "administrators",
        ("registering-registers-others",),
        ("organizations:ListDelegatedAdministrators", "organizations:ListDelegatedServicesForAccount"),
        quick_setup.administrators,
    ),
    Check(
        "host-management-setting",
        ("default-host-management-setting",),
        ("ssm:GetServiceSetting",),
        systems_manager.host_management_setting,
    ),
    Check(
        "explorer-settings",
        ("empty-explorer-setting",),
        ("ssm:GetServiceSetting",),
        systems_manager.explorer_settings,
    ),
    Check(
        "nodes",
        ("patch-states", "stopped-node-is-not-listed"),
        ("ssm:DescribeInstanceInformation", "ssm:DescribeInstancePatchStates", "ec2:DescribeInstances"),
        systems_manager.nodes,
    ),
    Check(
        "compliance",
        ("compliance-filters",),
        ("ssm:ListResourceComplianceSummaries",),
        systems_manager.compliance,
    ),
    Check(
        "syncs",
        ("sync-names-and-conflicts", "explorer-sync-tells-what-was-asked"),
        ("ssm:ListResourceDataSync",),
        systems_manager.syncs,
    ),
)


def by_assumption() -> dict[str, list[str]]:
    """Names of the checks that settle an assumption, by its id."""
    found: dict[str, list[str]] = {}
    for check in CHECKS:
        for id_ in check.settles:
            found.setdefault(id_, []).append(check.name)
    return found
