data "aws_caller_identity" "current" {}

data "aws_region" "current" {}

data "aws_partition" "current" {}

# AWS returns all of it only to the management account and to delegated administrators.
data "aws_organizations_organization" "current" {}

data "aws_organizations_delegated_administrators" "this" {
  for_each = local.is_delegated_administrator && !local.is_management_account ? local.required_principals : []

  service_principal = each.value
}

locals {
  account_id   = data.aws_caller_identity.current.account_id
  region       = data.aws_region.current.id
  partition    = data.aws_partition.current.partition
  organization = data.aws_organizations_organization.current
  tags         = merge(var.tags, { "systems-manager-organization:created" = module.installation.creation_mark })

  is_management_account      = local.organization.master_account_id == local.account_id
  is_delegated_administrator = local.organization.accounts == null ? false : length(local.organization.accounts) > 0

  # https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-just-in-time-node-access-setting-up.html
  required_principals = toset(["member.org.stacksets.cloudformation.amazonaws.com", "ssm-quicksetup.amazonaws.com", "ssm.amazonaws.com"])
  missing_principals = sort([
    for principal in local.required_principals : principal
    if !contains(flatten([for found in values(data.aws_organizations_delegated_administrators.this) : found.delegated_administrators[*].id if found.service_principal == principal]), local.account_id)
  ])

  root_ids = local.organization.roots == null ? [] : local.organization.roots[*].id
  targets  = sort(var.organizational_unit_ids == null ? var.unified_console.targets : var.organizational_unit_ids)
  # The root contains every unit. Units below a unit of the console are not recognized: their parents are not read here.
  targets_outside = length(setintersection(var.unified_console.targets, local.root_ids)) > 0 ? [] : sort(setsubtract(local.targets, var.unified_console.targets))
  regions_outside = sort(setsubtract(var.regions, var.unified_console.regions))

  errors = concat(
    module.installation.errors,
    local.is_management_account || length(local.missing_principals) == 0 ? [] : [
      "Account ${local.account_id} is not a delegated administrator of ${join(", ", local.missing_principals)}, which just-in-time node access requires. Register it first, in the management account: delegated_administrator = { account_id = \"${local.account_id}\", service_principals = ${jsonencode(sort(local.required_principals))} }.",
    ],
    var.unified_console.home_region == local.region ? [] : [
      "The home Region of the unified console is ${var.unified_console.home_region}, but the provider works in ${local.region}: AWS propagates the deny-access policy from the home Region only. Set the provider's region to ${var.unified_console.home_region}.",
    ],
    contains(var.regions, local.region) ? [] : [
      "regions is ${jsonencode(sort(var.regions))}, but must contain the home Region, ${local.region}.",
    ],
    length(local.regions_outside) == 0 ? [] : [
      "regions contains ${join(", ", local.regions_outside)}, which the unified console is not set up in. Remove them here, or add them to the unified console first.",
    ],
    local.recording_key_region == local.region ? [] : [
      "rdp_recording.kms_key_arn is a key of ${local.recording_key_region}, but the bucket is in ${local.region}. Give the key of that Region.",
    ],
    local.events_key_region == local.region ? [] : [
      "events.kms_key_arn is a key of ${local.events_key_region}, but the topic is in ${local.region}. Give the key of that Region.",
    ],
    length(local.targets_outside) == 0 ? [] : [
      "organizational_unit_ids contains ${join(", ", local.targets_outside)}, which are not targets of the unified console. Remove them here, or add them to the unified console first.",
    ],
  )
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
  description = "Just-in-time node access. Managed by Terraform."
  type        = "AWSQuickSetupType-JITNA"
  parameters = {
    DelegatedAccountId      = local.account_id
    HomeRegion              = local.region
    IdentityProviderSetting = var.identity_provider == null ? "" : var.identity_provider
  }
  regions = var.regions
  targets = { organizational_unit_ids = local.targets }
  tags    = var.tags

  prerequisites = {
    ready    = length(terraform_data.requirements.input) > 0
    creation = { mark = module.installation.creation_mark, existing = local.existing }
  }
}
