# The procedure, step by step. Each step refers to an output of the previous one, which gives Terraform the order.

# 1. Caller identity and current state of the organization. observation.tf has the query and reads the result.

data "aws_caller_identity" "current" {
  lifecycle {
    # Everything that reads AWS refers to the account, and waits for this.
    postcondition {
      condition     = startswith(self.arn, "arn:aws:")
      error_message = "The AWS provider works in partition ${split(":", self.arn)[1]}, where AWS does not offer Quick Setup, which this module configures (https://docs.aws.amazon.com/general/latest/gr/quick-setup.html). There, use modules/default-host-management, modules/explorer, modules/compliance-reporting and report.py compliance."
    }
  }
}

data "aws_region" "current" {}

data "external" "organization" {
  count = local.script == null ? 0 : 1

  program = concat(var.python_command, ["${path.module}/scripts/observe.py", "organization"])
  query   = local.observation_query
}

# 2. Preflight checks. All errors stop the plan in one message. Every change depends on this resource.

resource "terraform_data" "preflight" {
  input = true

  lifecycle {
    precondition {
      condition     = length(local.errors) == 0
      error_message = "The preflight checks failed, and nothing was changed.\n${join("\n", local.errors)}"
    }

    precondition {
      condition     = length(local.bucket_lines) == 0 || local.severities["LOG_BUCKET_NOT_FOUND"] != "error"
      error_message = "The preflight checks failed, and nothing was changed.\n${join("\n", local.bucket_lines)}"
    }
  }
}

# 3. The administrator account, if it is to be created, and the dedicated organizational unit for it.

module "administrator_account" {
  source = "./modules/administrator-account"
  count  = local.account_to_create == null ? 0 : 1

  name          = local.account_to_create.name
  email         = local.account_to_create.email
  role_name     = local.account_to_create.role_name
  creation_mark = local.creation_mark
  existing      = local.existing
  tags          = var.tags
}

module "dedicated_organizational_unit" {
  source = "./modules/dedicated-organizational-unit"
  count  = var.dedicated_organizational_unit == null ? 0 : 1

  name          = var.dedicated_organizational_unit.name
  id            = var.dedicated_organizational_unit.id
  parent_id     = coalesce(var.dedicated_organizational_unit.parent_id, local.root_id)
  creation_mark = local.creation_mark
  existing      = local.existing
  tags          = var.tags
}

# 4. Roles with which Quick Setup deploys to the management account. They are destroyed after every configuration.

module "quick_setup" {
  source = "./modules/quick-setup"

  role_name_prefix     = var.role_name_prefix
  role_path            = var.role_path
  permissions_boundary = var.permissions_boundary
  creation_mark        = local.creation_mark
  existing             = local.existing
  tags                 = var.tags
}

# 5. Trusted access of Systems Manager, activation of StackSets, the location of the administrator account, and the delegated
# administrator. settings.tf has the desired values.

module "settings" {
  source = "./modules/settings"

  desired              = local.desired_settings
  observed             = local.observed_settings
  no_longer_wanted     = jsondecode(local.observation.no_longer_wanted)
  installation         = local.installation
  record_region        = local.record_region
  account_id           = local.account_id
  execution_role_name  = module.quick_setup.local_deployment_roles.execution_role_name
  deregistration_guard = { member_role_name = var.preflight.member_role_name, regions = setunion(local.supported_regions, var.regions, [local.region]) }
  ready                = terraform_data.preflight.input
  script               = local.script
}

# Refuses resources that exist in AWS and are not in the state. No resource depends on this one, so that one plan reports all of them.

resource "terraform_data" "existing" {
  input = true

  lifecycle {
    precondition {
      condition     = length(local.exists_already) == 0
      error_message = join("\n", [for message in local.exists_already : "EXISTS_ALREADY: ${message}"])
    }
  }
}

# 6. Patch policies.

module "patch_policy" {
  source   = "./modules/patch-policy"
  for_each = var.patch_policies

  name                             = each.key
  operation                        = each.value.operation
  scan_schedule                    = each.value.scan_schedule
  scan_at_next_interval            = each.value.scan_at_next_interval
  install_schedule                 = each.value.install_schedule
  install_at_next_interval         = each.value.install_at_next_interval
  reboot_option                    = each.value.reboot_option
  baselines                        = each.value.baselines
  concurrency                      = each.value.concurrency
  error_threshold                  = each.value.error_threshold
  target_tag                       = each.value.target_tag
  organizational_unit_ids          = coalesce(each.value.target_organizational_unit_ids, local.target_organizational_unit_ids)
  include_management_account       = each.value.include_management_account
  regions                          = coalesce(each.value.regions, var.regions)
  log_bucket                       = each.value.log_bucket
  attach_instance_profile_policies = each.value.attach_instance_profile_policies
  additional_parameters            = each.value.additional_parameters
  prerequisites                    = local.prerequisites
  tags                             = var.tags
}

# 7. Default Host Management Configuration: manages EC2 instances without an instance profile.

module "default_host_management" {
  source = "./modules/default-host-management"
  count  = var.default_host_management == null ? 0 : 1

  name = "default-host-management"
  organization = {
    organizational_unit_ids = coalesce(var.default_host_management.target_organizational_unit_ids, local.target_organizational_unit_ids)
    regions                 = coalesce(var.default_host_management.regions, var.regions)
    update_ssm_agent        = var.default_host_management.update_ssm_agent
  }
  management_account      = var.default_host_management.management_account
  role_name               = var.role_name_prefix == null ? null : "${var.role_name_prefix}DefaultHostManagement"
  role_path               = var.role_path
  permissions_boundary    = var.permissions_boundary
  service_setting_managed = local.script == null
  additional_parameters   = var.default_host_management.additional_parameters
  creation_mark           = local.creation_mark
  existing                = local.existing
  prerequisites           = local.prerequisites
  tags                    = var.tags
}

# 8. Host Management: inventory and agent updates.

module "host_management" {
  source = "./modules/host-management"
  count  = var.host_management == null ? 0 : 1

  name = "host-management"
  organization = {
    organizational_unit_ids = coalesce(var.host_management.target_organizational_unit_ids, local.target_organizational_unit_ids)
    regions                 = coalesce(var.host_management.regions, var.regions)
  }
  management_account               = var.host_management.management_account
  update_ssm_agent                 = var.host_management.update_ssm_agent
  update_ec2_launch_agent          = var.host_management.update_ec2_launch_agent
  collect_inventory                = var.host_management.collect_inventory
  scan_instances                   = var.host_management.scan_instances
  install_cloudwatch_agent         = var.host_management.install_cloudwatch_agent
  update_cloudwatch_agent          = var.host_management.update_cloudwatch_agent
  attach_instance_profile_policies = var.host_management.attach_instance_profile_policies
  additional_parameters            = var.host_management.additional_parameters
  prerequisites                    = local.prerequisites
  tags                             = var.tags
}

# 9. OpsCenter, Change Manager, and configurations of any other type. configurations.tf has what is specific to the first two.

module "quick_setup_configuration" {
  source   = "./modules/quick-setup-configuration"
  for_each = local.quick_setup_configurations

  name                  = each.key
  type                  = each.value.type
  parameters            = each.value.parameters
  additional_parameters = each.value.additional_parameters
  regions               = coalesce(each.value.regions, var.regions)
  targets = {
    organizational_unit_ids = each.value.management_account ? null : coalesce(each.value.target_organizational_unit_ids, local.target_organizational_unit_ids)
    account_id              = each.value.management_account ? local.account_id : null
  }
  prerequisites = local.prerequisites
  tags          = var.tags
}
