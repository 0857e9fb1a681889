data "aws_caller_identity" "current" {}

locals {
  management_account_name = "${var.name}-management-account"

  # As in AWS's template: docs/reference/quick-setup-types.md
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

  configurations = merge(
    {
      for input in var.organization[*] : "organization" => {
        name       = var.name
        parameters = local.parameters
        regions    = input.regions
        targets    = { organizational_unit_ids = input.organizational_unit_ids }
      }
    },
    {
      for input in var.management_account[*] : "management_account" => {
        name       = local.management_account_name
        parameters = merge(local.parameters, local.node_parameters)
        regions    = input.regions
        targets    = { account_id = data.aws_caller_identity.current.account_id }
      }
    },
  )
}

module "configuration" {
  source   = "../quick-setup-configuration"
  for_each = local.configurations

  name                  = each.value.name
  type                  = "AWSQuickSetupType-SSMHostMgmt"
  parameters            = each.value.parameters
  additional_parameters = var.additional_parameters
  regions               = each.value.regions
  targets               = each.value.targets
  prerequisites         = var.prerequisites
  tags                  = var.tags
}
