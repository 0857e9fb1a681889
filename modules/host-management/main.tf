data "aws_caller_identity" "current" {}

locals {
  management_account_name = "${var.name}-management-account"

  # As in AWS's template: scripts/systems_manager_organization/quick_setup/documents/disagreements.json
  parameters = {
    UpdateSsmAgent         = tostring(var.update_ssm_agent)
    UpdateEc2LaunchAgent   = tostring(var.update_ec2_launch_agent)
    CollectInventory       = tostring(var.collect_inventory)
    ScanInstances          = tostring(var.scan_instances)
    InstallCloudWatchAgent = tostring(var.install_cloudwatch_agent)
    UpdateCloudWatchAgent  = tostring(var.update_cloudwatch_agent)
    IsPolicyAttachAllowed  = tostring(var.attach_instance_profile_policies)
  }

  node_parameters = var.management_account == null ? {} : {
    for key, value in {
      TargetType = (
        var.management_account.target_tag != null ? "Tags" :
        var.management_account.instance_ids != null ? "InstanceIds" :
        var.management_account.resource_group_name != null ? "ResourceGroups" : "*"
      )
      TargetTagKey      = var.management_account.target_tag == null ? null : var.management_account.target_tag.key
      TargetTagValue    = var.management_account.target_tag == null ? null : var.management_account.target_tag.value
      TargetInstances   = var.management_account.instance_ids == null ? null : join(",", sort(var.management_account.instance_ids))
      ResourceGroupName = var.management_account.resource_group_name
    } : key => value if value != null
  }
}

module "organization" {
  source = "../quick-setup-configuration"
  count  = var.organization == null ? 0 : 1

  name                  = var.name
  type                  = "AWSQuickSetupType-SSMHostMgmt"
  parameters            = local.parameters
  additional_parameters = var.additional_parameters
  regions               = var.organization.regions
  targets               = { organizational_unit_ids = var.organization.organizational_unit_ids }
  prerequisites         = var.prerequisites
  tags                  = var.tags
}

module "management_account" {
  source = "../quick-setup-configuration"
  count  = var.management_account == null ? 0 : 1

  name                  = local.management_account_name
  type                  = "AWSQuickSetupType-SSMHostMgmt"
  parameters            = merge(local.parameters, local.node_parameters)
  additional_parameters = var.additional_parameters
  regions               = var.management_account.regions
  targets               = { account_id = data.aws_caller_identity.current.account_id }
  prerequisites         = var.prerequisites
  tags                  = var.tags
}
