data "aws_partition" "current" {}

data "aws_caller_identity" "current" {}

# The roles with which Quick Setup deploys to this account itself.
# https://docs.aws.amazon.com/systems-manager/latest/userguide/quick-setup-getting-started.html

locals {
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  policies   = "arn:${local.partition}:iam::aws:policy"

  names = {
    administration = "${var.role_name_prefix}Administration"
    execution      = "${var.role_name_prefix}Execution"
  }
  # StackSets receives the name of the execution role alone, and so finds it only without a path.
  # https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStackSet.html (ExecutionRoleName)
  paths = { administration = var.role_path, execution = "/" }
  # Derived from the names, so that they are known to every plan.
  arns = { for key, name in local.names : key => "arn:${local.partition}:iam::${local.account_id}:role${local.paths[key]}${name}" }

  tags = merge(var.tags, var.creation_mark == null ? {} : { "systems-manager-organization:created" = var.creation_mark })
}

resource "aws_iam_role" "administration" {
  name                 = local.names.administration
  path                 = local.paths.administration
  description          = "Lets CloudFormation StackSets deploy Quick Setup configurations to this account."
  permissions_boundary = var.permissions_boundary
  tags                 = local.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "cloudformation.amazonaws.com" }
      Condition = {
        StringEquals = { "aws:SourceAccount" = local.account_id }
        ArnLike      = { "aws:SourceArn" = "arn:${local.partition}:cloudformation:*:${local.account_id}:stackset/AWS-QuickSetup-*" }
      }
    }]
  })

  lifecycle {
    ignore_changes = [tags["systems-manager-organization:created"]]
  }
}

resource "aws_iam_role_policy" "administration" {
  name = "AssumeExecutionRole"
  role = aws_iam_role.administration.name

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Resource = local.arns.execution }]
  })
}

resource "aws_iam_role" "execution" {
  name                 = local.names.execution
  path                 = local.paths.execution
  description          = "Creates what Quick Setup configurations consist of in this account."
  permissions_boundary = var.permissions_boundary
  tags                 = local.tags

  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = local.arns.administration } }]
  })

  lifecycle {
    ignore_changes = [tags["systems-manager-organization:created"]]
  }

  # IAM accepts a principal only if it exists. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
  depends_on = [aws_iam_role.administration]
}

resource "aws_iam_role_policy_attachment" "execution" {
  for_each = toset(["AWSQuickSetupDeploymentRolePolicy", "AWSQuickSetupPatchPolicyDeploymentRolePolicy"])

  role       = aws_iam_role.execution.name
  policy_arn = "${local.policies}/${each.value}"
}
