data "aws_partition" "current" {}

data "aws_caller_identity" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  policies   = "arn:${local.partition}:iam::aws:policy"
}

# Quick Setup's console creates these silently; by API they must exist.
# https://docs.aws.amazon.com/systems-manager/latest/userguide/using-service-linked-roles.html
module "service_linked_roles" {
  source = "../service-linked-roles"

  roles = {
    "accountdiscovery.ssm.amazonaws.com" = "AWSServiceRoleForAmazonSSM_AccountDiscovery"
    "ssm-quicksetup.amazonaws.com"       = "AWSServiceRoleForSSMQuickSetup"
    "ssm.amazonaws.com"                  = "AWSServiceRoleForAmazonSSM"
  }
  script = var.script
}

# Everything below follows "Getting started with Quick Setup", steps 3 to 5.
# https://docs.aws.amazon.com/systems-manager/latest/userguide/quick-setup-getting-started.html

data "aws_iam_policy_document" "explorer_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ssm.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account_id]
    }

    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = ["arn:${local.partition}:ssm:*:${local.account_id}:automation-execution/*"]
    }
  }
}

resource "aws_iam_role" "explorer" {
  name               = "${var.role_name_prefix}EnablingExplorer"
  description        = "Lets Systems Manager turn Explorer on where Quick Setup deploys."
  assume_role_policy = data.aws_iam_policy_document.explorer_trust.json
  tags               = var.tags
}

resource "aws_iam_role_policy_attachment" "explorer" {
  role       = aws_iam_role.explorer.name
  policy_arn = "${local.policies}/AWSSystemsManagerEnableExplorerExecutionPolicy"
}

module "service_settings" {
  source = "../action"
  count  = var.script == null ? 0 : 1

  script     = var.script
  verb       = "quick-setup-settings"
  subject    = "explorer_enabling_role_arn"
  query      = { explorer_enabling_role_arn = aws_iam_role.explorer.arn }
  before     = var.explorer_enabling_role_arn
  on_destroy = "restore"
}

data "aws_iam_policy_document" "administration_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["cloudformation.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account_id]
    }

    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = ["arn:${local.partition}:cloudformation:*:${local.account_id}:stackset/AWS-QuickSetup-*"]
    }
  }
}

resource "aws_iam_role" "administration" {
  name               = "${var.role_name_prefix}Administration"
  description        = "Lets CloudFormation StackSets deploy Quick Setup configurations to this account."
  assume_role_policy = data.aws_iam_policy_document.administration_trust.json
  tags               = var.tags
}

data "aws_iam_policy_document" "administration" {
  statement {
    actions   = ["sts:AssumeRole"]
    resources = [aws_iam_role.execution.arn]
  }
}

resource "aws_iam_role_policy" "administration" {
  name   = "AssumeExecutionRole"
  role   = aws_iam_role.administration.name
  policy = data.aws_iam_policy_document.administration.json
}

data "aws_iam_policy_document" "execution_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "AWS"
      identifiers = [aws_iam_role.administration.arn]
    }
  }
}

resource "aws_iam_role" "execution" {
  name               = "${var.role_name_prefix}Execution"
  description        = "Creates what Quick Setup configurations consist of in this account."
  assume_role_policy = data.aws_iam_policy_document.execution_trust.json
  tags               = var.tags
}

resource "aws_iam_role_policy_attachment" "execution" {
  for_each = toset(["AWSQuickSetupDeploymentRolePolicy", "AWSQuickSetupPatchPolicyDeploymentRolePolicy"])

  role       = aws_iam_role.execution.name
  policy_arn = "${local.policies}/${each.value}"
}
