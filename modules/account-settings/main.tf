# Service settings in every member account and Region by a StackSet, and in the management account, which no StackSet reaches by
# organizational units, by modules/settings.

data "aws_caller_identity" "current" {}

data "aws_region" "current" {}

# AWS returns all of it only to the management account and to delegated administrators.
data "aws_organizations_organization" "current" {}

data "aws_organizations_delegated_administrators" "stack_sets" {
  count = local.is_management_account || !local.is_delegated_administrator ? 0 : 1

  service_principal = local.stack_sets_principal
}

locals {
  stack_sets_principal = "member.org.stacksets.cloudformation.amazonaws.com"

  account_id            = data.aws_caller_identity.current.account_id
  region                = data.aws_region.current.id
  organization          = data.aws_organizations_organization.current
  is_management_account = local.organization.master_account_id == local.account_id

  is_delegated_administrator = local.organization.accounts == null ? false : length(local.organization.accounts) > 0
  administrators             = flatten(data.aws_organizations_delegated_administrators.stack_sets[*].delegated_administrators[*].id)
  call_as                    = local.is_management_account ? "SELF" : "DELEGATED_ADMIN"

  root_ids = local.organization.roots == null ? [] : local.organization.roots[*].id
  targets  = var.organizational_unit_ids == null ? local.root_ids : sort(var.organizational_unit_ids)

  # Kind of setting of modules/settings to the id of AWS.
  setting_ids = jsondecode(file("${path.module}/../../scripts/systems_manager_organization/organizations/service_settings.json"))

  # https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_UpdateServiceSetting.html
  settings = {
    for kind, value in {
      document-public-sharing         = var.block_public_document_sharing ? "Disable" : null
      automation-log-destination      = var.automation_logging == null ? null : "CloudWatch"
      automation-log-group            = var.automation_logging == null ? null : var.automation_logging.log_group_name
      automation-adaptive-concurrency = var.automation_adaptive_concurrency_enabled ? "True" : null
      activation-tier                 = var.advanced_instances_tier_enabled ? "advanced" : null
      default-parameter-tier          = var.default_parameter_tier
      parameter-store-high-throughput = var.parameter_store_high_throughput_enabled ? "true" : null
      operational-insights            = var.operational_insights_enabled ? "Enabled" : null
    } : kind => value if value != null
  }
  kinds = keys(local.settings)
  # The names of their resources in the template.
  logical_ids = [for kind in local.kinds : replace(title(replace(kind, "-", " ")), " ", "")]

  errors = concat(
    module.installation.errors,
    var.ready ? [] : ["ready is false: activate StackSets first, as the root module does."],
    length(local.settings) > 0 ? [] : ["No setting is given. Set at least one, for example block_public_document_sharing = true."],
    local.is_management_account || contains(local.administrators, local.account_id) ? [] : [
      "Account ${local.account_id} is neither the management account nor an administrator of StackSets, and cannot create a StackSet for the organization. Give the provider credentials of the management account, or register this account first, in the management account: delegated_administrator = { account_id = \"${local.account_id}\", service_principals = [\"ssm.amazonaws.com\", \"${local.stack_sets_principal}\"] }.",
    ],
    local.is_management_account || !var.include_management_account ? [] : [
      "include_management_account is true, but the provider works in account ${local.account_id}, and only the management account can change its own settings. Give the provider its credentials, or set include_management_account = false.",
    ],
  )
}

# Refuses another account or Region than that of the first apply, and reads whether the StackSet exists.
module "installation" {
  source = "../installation"

  name               = var.name
  installation       = var.installation
  account_id         = local.account_id
  region             = local.region
  python_command     = var.python_command
  script_credentials = var.script_credentials
  existing_read      = local.is_management_account || contains(local.administrators, local.account_id)
  stack_set_names    = { (local.call_as == "SELF" ? "own_stack_set_names" : "stack_set_names") = module.stack_set.new_names }
  named              = {}
}

resource "terraform_data" "requirements" {
  input = local.account_id

  lifecycle {
    precondition {
      condition     = length(local.errors) == 0
      error_message = join("\n", local.errors)
    }
  }
}

module "stack_set" {
  source = "../stack-set"

  name        = var.name
  description = "Service settings of Systems Manager in each account and Region. Created by account ${local.account_id}."
  call_as     = local.call_as
  template_body = jsonencode({
    Description = "Service settings of Systems Manager."
    Resources = {
      for index, kind in local.kinds : local.logical_ids[index] => merge(
        {
          Type                = "AWS::SSM::ServiceSetting"
          DeletionPolicy      = var.deletion_policy
          UpdateReplacePolicy = var.deletion_policy
          Properties          = { SettingId = local.setting_ids[kind], SettingValue = local.settings[kind] }
        },
        # One after another: Systems Manager refuses concurrent updates (TooManyUpdates).
        index == 0 ? {} : { DependsOn = local.logical_ids[index - 1] },
      )
    }
  })
  targets               = length(terraform_data.requirements.input) > 0 ? local.targets : []
  regions               = var.regions
  failure               = "StackSets could not change the service settings of these accounts and Regions:"
  operation_preferences = var.operation_preferences
  tags                  = var.tags
  creation_mark         = module.installation.creation_mark
  existing              = module.installation.existing
  account_id            = local.account_id
  python_command        = var.python_command
  script_credentials    = var.script_credentials
}
