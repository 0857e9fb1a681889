data "aws_caller_identity" "current" {}

data "aws_region" "current" {}

data "aws_partition" "current" {}

# A member that administers nothing is shown no accounts, and may not ask who administers StackSets.
data "aws_organizations_organization" "current" {}

data "aws_organizations_delegated_administrators" "stack_sets" {
  count = local.is_management_account || !local.is_any_administrator ? 0 : 1

  service_principal = local.stack_sets_principal
}

locals {
  stack_sets_principal = "member.org.stacksets.cloudformation.amazonaws.com"

  account_id   = data.aws_caller_identity.current.account_id
  region       = data.aws_region.current.id
  partition    = data.aws_partition.current.partition
  organization = data.aws_organizations_organization.current

  is_any_administrator = local.organization.accounts == null ? false : length(local.organization.accounts) > 0

  is_management_account = local.organization.master_account_id == local.account_id
  administrators        = flatten(data.aws_organizations_delegated_administrators.stack_sets[*].delegated_administrators[*].id)

  # AWS retires an account's status in favour of its state, which provider 5 does not know: there is one or the other.
  # https://docs.aws.amazon.com/organizations/latest/APIReference/API_Account.html
  account_ids = !local.is_any_administrator ? [] : sort([
    for account in local.organization.accounts : account.id
    if !contains(["SUSPENDED", "CLOSED"], lookup(account, "state", "") == "" ? account.status : lookup(account, "state", ""))
  ])

  bucket_name = coalesce(var.bucket_name, "${var.name}-${local.account_id}-${local.region}")
  bucket_arn  = "arn:${local.partition}:s3:::${local.bucket_name}"
  key_region  = var.kms_key_arn == null ? local.region : split(":", var.kms_key_arn)[3]

  obstacles = concat(
    var.administrator_account_id == null || var.administrator_account_id == local.account_id ? [] : [
      "The AWS provider works in account ${local.account_id}, but the administrator account is ${coalesce(var.administrator_account_id, "none")}. Give the provider credentials of that account.",
    ],
    !local.is_management_account ? [] : [
      "Account ${local.account_id} is the management account, and this is applied in the administrator account: AWS advises to keep data out of the management account. Give the provider credentials of the delegated administrator.",
    ],
    local.is_management_account || contains(local.administrators, local.account_id) ? [] : [
      "Account ${local.account_id} does not administer StackSets, and may make none for the organization. Register it first, in the management account: delegated_administrator = { account_id = \"${local.account_id}\", service_principals = [\"ssm.amazonaws.com\", \"${local.stack_sets_principal}\"] }.",
    ],
    local.key_region == local.region ? [] : [
      "kms_key_arn is a key of ${local.key_region}, but the bucket is made in ${local.region}: a bucket is encrypted with a key of its own Region.",
    ],
  )
}
