data "aws_caller_identity" "current" {}

data "aws_region" "current" {}

# AWS returns all of it only to the management account and to delegated administrators.
data "aws_organizations_organization" "current" {}

data "aws_organizations_delegated_administrators" "this" {
  for_each = local.is_delegated_administrator && !local.is_management_account ? local.required_principals : []

  service_principal = each.value
}

locals {
  account_id   = data.aws_caller_identity.current.account_id
  region       = data.aws_region.current.id
  organization = data.aws_organizations_organization.current

  is_management_account      = local.organization.master_account_id == local.account_id
  is_delegated_administrator = local.organization.accounts == null ? false : length(local.organization.accounts) > 0

  # https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-setting-up-organizations.html
  required_principals = toset([
    "member.org.stacksets.cloudformation.amazonaws.com",
    "resource-explorer-2.amazonaws.com",
    "ssm-quicksetup.amazonaws.com",
    "ssm.amazonaws.com",
  ])
  missing_principals = sort([
    for principal in local.required_principals : principal
    if !contains(flatten([for found in values(data.aws_organizations_delegated_administrators.this) : found.delegated_administrators[*].id if found.service_principal == principal]), local.account_id)
  ])

  # AWS's rates have a singular: rate(1 day).
  schedules = {
    for name, schedule in {
      EnableDHMCSchedule          = { interval = var.default_host_management_interval_days, unit = "day" }
      AgentUpdateSchedule         = { interval = var.agent_update_interval_days, unit = "day" }
      InventoryCollectionSchedule = { interval = var.inventory_interval_hours, unit = "hour" }
    } : name => schedule.interval == null ? "none" : "rate(${schedule.interval} ${schedule.unit}${schedule.interval == 1 ? "" : "s"})"
  }

  # As in AWS's template: modules/quick-setup-configuration/types/AWSQuickSetupType-SSM.json
  parameters = merge(
    local.schedules,
    {
      DelegatedAccountId     = local.account_id
      HomeRegion             = local.region
      CreateRemediationRoles = tostring(var.create_remediation_roles)
    },
    var.kms_key_arn == null ? {} : { S3BucketEncryptionKeyArn = var.kms_key_arn },
  )

  errors = concat(
    module.installation.errors,
    local.is_management_account || length(local.missing_principals) == 0 ? [] : [
      "Account ${local.account_id} is not a delegated administrator of ${join(", ", local.missing_principals)}, which the unified console requires. Register it first, in the management account: delegated_administrator = { account_id = \"${local.account_id}\", service_principals = ${jsonencode(sort(local.required_principals))} }.",
    ],
    contains(var.regions, local.region) ? [] : [
      "regions is ${jsonencode(sort(var.regions))}, but must contain the home Region, which is the provider's: ${local.region}. AWS's template creates buckets and roles only in the stacks of that Region.",
    ],
    local.home_region == local.region ? [] : [
      "The home Region is ${local.home_region} and cannot be changed, but the provider works in ${local.region}. Set the provider's region to ${local.home_region}. To move the unified console, destroy it in ${local.home_region}, and then apply it in ${local.region}.",
    ],
    var.kms_key_arn == null ? [] : split(":", var.kms_key_arn)[3] == local.region ? [] : [
      "kms_key_arn is a key of ${split(":", var.kms_key_arn)[3]}, but the buckets are created in ${local.region}. Use a key in that Region.",
    ],
  )
}

# Written once: the first apply determines the home Region.
resource "terraform_data" "home_region" {
  # Without count, a -refresh-only plan cannot determine that the resource is not in the state yet.
  count = 1

  input = local.region

  lifecycle {
    ignore_changes = [input]
  }
}

locals {
  home_region = concat(terraform_data.home_region[*].input, [local.region])[0]
}

# Refuses an account other than that of the first apply.
module "installation" {
  source = "../installation"

  name                     = var.name
  installation             = var.installation
  account_id               = local.account_id
  region                   = local.home_region
  administrator_account_id = var.administrator_account_id
  management_account_id    = local.organization.master_account_id
}

# Refuses what AWS would deploy wrongly, or not at all.
resource "terraform_data" "requirements" {
  input = local.account_id

  lifecycle {
    precondition {
      condition     = length(local.errors) == 0
      error_message = join("\n", local.errors)
    }
  }
}

module "configuration" {
  source = "../quick-setup-configuration"

  name        = var.name
  description = "Unified console of Systems Manager. Managed by Terraform."
  type        = "AWSQuickSetupType-SSM"
  parameters  = local.parameters
  regions     = var.regions
  targets     = { organizational_unit_ids = local.organization.roots == null ? ["r-0000"] : [for root in local.organization.roots : root.id] }
  tags        = var.tags

  prerequisites = {
    ready    = length(terraform_data.requirements.input) > 0
    creation = { mark = module.installation.creation_mark, existing = local.existing }
  }
}
