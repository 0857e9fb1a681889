# Roles of HCP Terraform in one AWS account: a read-only role for plans, and a role for applies. Apply it once in each of the two
# accounts, with credentials of that account.
# https://developer.hashicorp.com/terraform/cloud-docs/workspaces/dynamic-provider-credentials/aws-configuration

provider "aws" {
  region = "us-east-1"
}

locals {
  host     = "app.terraform.io"
  audience = "aws.workload.identity"
}

# An account can have one provider for a host: if there is one, set openid_connect_provider_arn.
resource "aws_iam_openid_connect_provider" "this" {
  count = var.openid_connect_provider_arn == null ? 1 : 0

  url            = "https://${local.host}"
  client_id_list = [local.audience]
}

data "aws_iam_policy_document" "trust" {
  for_each = var.policy_files

  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]

    principals {
      type        = "Federated"
      identifiers = [coalesce(var.openid_connect_provider_arn, one(aws_iam_openid_connect_provider.this[*].arn))]
    }

    condition {
      test     = "StringEquals"
      variable = "${local.host}:aud"
      values   = [local.audience]
    }

    # Only runs of this workspace in this phase.
    condition {
      test     = "StringEquals"
      variable = "${local.host}:sub"
      values   = ["organization:${var.organization}:project:${var.project}:workspace:${var.workspace}:run_phase:${each.key}"]
    }
  }
}

resource "aws_iam_role" "this" {
  for_each = var.policy_files

  name                 = "${var.role_name_prefix}${var.workspace}-${each.key}"
  path                 = var.role_path
  description          = "HCP Terraform, workspace ${var.workspace}, phase ${each.key}."
  permissions_boundary = var.permissions_boundary
  tags                 = var.tags
  assume_role_policy   = data.aws_iam_policy_document.trust[each.key].json
}

# Managed policies, as the permissions of an apply exceed the size of inline policies. White space, which counts towards the size, is removed.
resource "aws_iam_policy" "this" {
  #checkov:skip=CKV_AWS_290:Write actions on all resources support no resource-level permissions, or are in AWS's onboarding policy: docs/operations/least-privilege.md.
  #checkov:skip=CKV_AWS_355:Actions on all resources read, support no resource-level permissions, or are in AWS's onboarding policy: docs/operations/least-privilege.md.
  for_each = toset(flatten(values(var.policy_files)))

  name   = "${var.role_name_prefix}${var.workspace}-${trimsuffix(each.value, ".json")}"
  path   = var.role_path
  tags   = var.tags
  policy = jsonencode(jsondecode(file("${path.module}/../../../docs/iam/${each.value}")))
}

resource "aws_iam_role_policy_attachment" "this" {
  for_each = merge([
    for phase, files in var.policy_files : { for file in files : "${phase} ${file}" => { phase = phase, file = file } }
  ]...)

  role       = aws_iam_role.this[each.value.phase].name
  policy_arn = aws_iam_policy.this[each.value.file].arn
}
