# Who HCP Terraform is in one AWS account: a role for plans, which reads, and a role for applies. Applied once in each of the two
# accounts, by a person with credentials of it.
# https://developer.hashicorp.com/terraform/cloud-docs/workspaces/dynamic-provider-credentials/aws-configuration

provider "aws" {
  region = "us-east-1"
}

locals {
  host     = "app.terraform.io"
  audience = "aws.workload.identity"
}

# An account has one for a host: give the ARN of one that is there.
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

    # A run of this workspace in this phase, and nobody else.
    condition {
      test     = "StringEquals"
      variable = "${local.host}:sub"
      values   = ["organization:${var.organization}:project:${var.project}:workspace:${var.workspace}:run_phase:${each.key}"]
    }
  }
}

resource "aws_iam_role" "this" {
  for_each = var.policy_files

  name               = "HCPTerraform-${var.workspace}-${each.key}"
  description        = "HCP Terraform, workspace ${var.workspace}, phase ${each.key}."
  assume_role_policy = data.aws_iam_policy_document.trust[each.key].json
}

# Managed policies: all that an apply needs is too long for a role's own. Without white space, which counts there.
resource "aws_iam_policy" "this" {
  #checkov:skip=CKV_AWS_290:What writes everywhere is what AWS authorizes by no resource, with its condition key where there is one, or AWS's own onboarding statement: docs/operations/least-privilege.md.
  #checkov:skip=CKV_AWS_355:What stands for every resource reads, or is an action that AWS authorizes by no resource, or AWS's own onboarding statement: docs/operations/least-privilege.md.
  for_each = toset(flatten(values(var.policy_files)))

  name   = "HCPTerraform-${var.workspace}-${trimsuffix(each.value, ".json")}"
  policy = jsonencode(jsondecode(file("${path.module}/../../../docs/iam/${each.value}")))
}

resource "aws_iam_role_policy_attachment" "this" {
  for_each = merge([
    for phase, files in var.policy_files : { for file in files : "${phase} ${file}" => { phase = phase, file = file } }
  ]...)

  role       = aws_iam_role.this[each.value.phase].name
  policy_arn = aws_iam_policy.this[each.value.file].arn
}
