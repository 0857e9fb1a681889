# https://docs.aws.amazon.com/systems-manager/latest/userguide/running-automations-multiple-accounts-regions.html

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

  # Automation takes organizational units from an administrator of Systems Manager only, and StackSets creates the roles.
  required_principals = toset(["member.org.stacksets.cloudformation.amazonaws.com", "ssm.amazonaws.com"])
  missing_principals = sort([
    for principal in local.required_principals : principal
    if !contains(flatten([for found in values(data.aws_organizations_delegated_administrators.this) : found.delegated_administrators[*].id if found.service_principal == principal]), local.account_id)
  ])

  root_ids = local.organization.roots == null ? [] : local.organization.roots[*].id
  targets  = var.organizational_unit_ids == null ? local.root_ids : sort(var.organizational_unit_ids)

  administration_role_arn = "arn:${local.partition}:iam::${local.account_id}:role${var.role_path}${var.administration_role_name}"
  execution_role_pattern  = "arn:${local.partition}:iam::*:role/${var.execution_role_name}"

  errors = concat(
    module.installation.errors,
    local.is_management_account || length(local.missing_principals) == 0 ? [] : [
      "Account ${local.account_id} is not a delegated administrator of ${join(", ", local.missing_principals)}, which this module requires. Register it first, in the management account: delegated_administrator = { account_id = \"${local.account_id}\", service_principals = ${jsonencode(sort(local.required_principals))} }.",
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

# The role of the automation that starts those of all accounts.
resource "aws_iam_role" "administration" {
  count = var.create_roles ? 1 : 0

  name                 = var.administration_role_name
  path                 = var.role_path
  description          = "Automation across accounts: assumes ${var.execution_role_name} in each."
  permissions_boundary = var.permissions_boundary
  tags                 = local.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ssm.amazonaws.com" }
      Condition = {
        StringEquals = { "aws:SourceAccount" = terraform_data.requirements.input }
        ArnLike      = { "aws:SourceArn" = "arn:${local.partition}:ssm:*:${local.account_id}:automation-execution/*" }
      }
    }]
  })

  lifecycle {
    ignore_changes = [tags["systems-manager-organization:created"]]
  }
}

resource "aws_iam_role_policy" "administration" {
  count = var.create_roles ? 1 : 0

  name = "RunInOtherAccounts"
  role = aws_iam_role.administration[0].name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Action    = "sts:AssumeRole"
        Resource  = local.execution_role_pattern
        Condition = { StringEquals = { "aws:ResourceOrgID" = local.organization.id } }
      },
      # https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsorganizations.html
      {
        Effect   = "Allow"
        Action   = ["organizations:ListAccountsForParent", "organizations:ListChildren"]
        Resource = [for kind in ["ou", "root"] : "arn:${local.partition}:organizations::${local.organization.master_account_id}:${kind}/${local.organization.id}/*"]
      },
      # It has no narrower resource.
      { Effect = "Allow", Action = "organizations:ListRoots", Resource = "*" },
    ]
  })
}
