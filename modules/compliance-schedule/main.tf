data "aws_caller_identity" "current" {}

data "aws_region" "current" {}

data "aws_partition" "current" {}

# AWS returns all of it only to the management account and to delegated administrators.
data "aws_organizations_organization" "current" {}

data "aws_organizations_delegated_administrators" "stack_sets" {
  count = local.is_management_account || !local.is_delegated_administrator ? 0 : 1

  service_principal = local.stack_sets_principal
}

locals {
  stack_sets_principal = "member.org.stacksets.cloudformation.amazonaws.com"

  account_id   = data.aws_caller_identity.current.account_id
  region       = data.aws_region.current.id
  partition    = data.aws_partition.current.partition
  organization = data.aws_organizations_organization.current
  tags         = merge(var.tags, { "systems-manager-organization:created" = module.installation.creation_mark })

  is_management_account      = local.organization.master_account_id == local.account_id
  is_delegated_administrator = local.organization.accounts == null ? false : length(local.organization.accounts) > 0
  administrators             = flatten(data.aws_organizations_delegated_administrators.stack_sets[*].delegated_administrators[*].id)

  regions_of_keys = {
    for name, arn in {
      "compliance_data.kms_key_arn" = one(var.compliance_data[*].kms_key_arn)
      "existing_bucket.kms_key_arn" = var.existing_bucket == null ? null : var.existing_bucket.kms_key_arn
      "existing_topic.kms_key_arn"  = var.existing_topic == null ? null : var.existing_topic.kms_key_arn
      "kms_key_arn"                 = var.kms_key_arn
    } : name => split(":", arn)[3] if arn != null
  }

  errors = concat(
    module.installation.errors,
    local.is_management_account || contains(local.administrators, local.account_id) || var.member_access != null && local.is_delegated_administrator ? [] : [
      "Account ${local.account_id} does not administer StackSets, and so cannot read which accounts and Regions there are. Register it first, in the management account: delegated_administrator = { account_id = \"${local.account_id}\", service_principals = [\"${local.stack_sets_principal}\", \"ssm.amazonaws.com\"] }.",
    ],
    [
      for name, region in local.regions_of_keys :
      "${name} is a key of ${region}, but the bucket and the topic are in ${local.region}. Use a key of that Region."
      if region != local.region
    ],
  )
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
