data "aws_region" "current" {}

data "aws_caller_identity" "current" {
  count = var.include_management_account || var.baselines != null ? 1 : 0
}

locals {
  management_account_name = "${var.name}-management-account"

  installing = var.operation == "ScanAndInstall"

  # As in AWS's template: docs/reference/quick-setup-types.md
  common_parameters = {
    PatchPolicyName           = var.name
    PatchBaselineRegion       = data.aws_region.current.id
    PatchBaselineUseDefault   = var.baselines == null ? "default" : "custom"
    SelectedPatchBaselines    = local.selected_baselines
    IsPolicyAttachAllowed     = tostring(var.attach_instance_profile_policies)
    RateControlConcurrency    = var.concurrency
    RateControlErrorThreshold = var.error_threshold

    ConfigurationOptionsPatchOperation   = var.operation
    ConfigurationOptionsScanValue        = var.scan_schedule
    ConfigurationOptionsScanNextInterval = tostring(var.scan_at_next_interval)
    OutputLogEnableS3                    = tostring(var.log_bucket != null)
  }

  install_parameters = local.installing ? {
    ConfigurationOptionsInstallValue        = coalesce(var.install_schedule, "cron(0 2 ? * SUN *)")
    ConfigurationOptionsInstallNextInterval = tostring(var.install_at_next_interval)
    RebootOption                            = coalesce(var.reboot_option, "NoReboot")
  } : {}

  log_parameters = var.log_bucket == null ? {} : {
    OutputS3BucketName = var.log_bucket.name
    OutputS3KeyPrefix  = var.log_bucket.key_prefix
    OutputBucketRegion = var.log_bucket.region
  }

  # AWS's reference has no TargetType for organizational units, but its example sends Tags, and there is no other way to select
  # nodes by tag. A local deployment always requires TargetType.
  tag_parameters = var.target_tag == null ? {} : {
    TargetType     = "Tags"
    TargetTagKey   = var.target_tag.key
    TargetTagValue = var.target_tag.value
  }

  parameters = merge(local.common_parameters, local.install_parameters, local.log_parameters, local.tag_parameters)

  # Deployments to organizational units never reach the management account, even inside a targeted root.
  # https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-associate-stackset-with-org.html
  configurations = merge(
    {
      organization = {
        name       = var.name
        parameters = local.parameters
        targets    = { organizational_unit_ids = var.organizational_unit_ids }
      }
    },
    {
      for account in data.aws_caller_identity.current : "management_account" => {
        name       = local.management_account_name
        parameters = merge({ TargetType = "*" }, local.parameters, { PatchPolicyName = local.management_account_name })
        targets    = { account_id = account.account_id }
      } if var.include_management_account
    },
  )
}

# One call for both, as each call costs every plan time.
module "configuration" {
  source   = "../quick-setup-configuration"
  for_each = local.configurations

  name                  = each.value.name
  type                  = "AWSQuickSetupType-PatchPolicy"
  parameters            = each.value.parameters
  additional_parameters = var.additional_parameters
  regions               = var.regions
  targets               = each.value.targets
  prerequisites         = var.prerequisites
  tags                  = var.tags
}
