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

  is_delegated_administrator = local.organization.accounts == null ? false : length(local.organization.accounts) > 0

  is_management_account = local.organization.master_account_id == local.account_id
  administrators        = flatten(data.aws_organizations_delegated_administrators.stack_sets[*].delegated_administrators[*].id)

  # AWS replaces the status of an account by its state, which provider 5 does not have: one of the two is set.
  # https://docs.aws.amazon.com/organizations/latest/APIReference/API_Account.html
  account_ids = !local.is_delegated_administrator ? [] : sort([
    for account in local.organization.accounts : account.id
    if !contains(["SUSPENDED", "CLOSED"], lookup(account, "state", "") == "" ? account.status : lookup(account, "state", ""))
  ])

  bucket_name = coalesce(var.bucket_name, "${var.name}-${local.account_id}-${local.region}")
  bucket_arn  = "arn:${local.partition}:s3:::${local.bucket_name}"
  key_region  = var.kms_key_arn == null ? local.region : split(":", var.kms_key_arn)[3]

  errors = concat(
    module.installation.errors,
    local.is_management_account || contains(local.administrators, local.account_id) ? [] : [
      "Account ${local.account_id} does not administer StackSets, and cannot create one for the organization. Register it first, in the management account: delegated_administrator = { account_id = \"${local.account_id}\", service_principals = [\"ssm.amazonaws.com\", \"${local.stack_sets_principal}\"] }.",
    ],
    local.key_region == local.region ? [] : [
      "kms_key_arn is a key of ${local.key_region}, but the bucket is created in ${local.region}. Use a key in the Region of the bucket.",
    ],
  )
}
