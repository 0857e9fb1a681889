data "aws_partition" "current" {}

locals {
  tags = merge(var.tags, { "systems-manager-organization:created" = module.installation.creation_mark })

  # The bucket policy of a patch policy denies its baselines to every principal without this tag (statement DenyAllButPrincipalsWithTag of
  # the SSM document AWSQuickSetupType-PatchPolicy-CFN-TA).
  principal_tags = { for id in var.patch_policy_ids : "QSConfigId-${id}" => id }

  # https://docs.aws.amazon.com/systems-manager/latest/userguide/quick-setup-patch-manager.html
  policy_names = setunion(["AmazonSSMManagedInstanceCore", "AWSQuickSetupPatchPolicyBaselineAccess"], var.additional_policy_names)
}

resource "aws_iam_role" "this" {
  name                 = var.name
  path                 = var.role_path
  description          = "EC2 instances that Systems Manager manages and that patch policies patch."
  permissions_boundary = var.permissions_boundary
  tags                 = merge(local.tags, local.principal_tags)

  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }]
  })

  lifecycle {
    ignore_changes = [tags["systems-manager-organization:created"]]
  }
}

resource "aws_iam_role_policy_attachment" "this" {
  for_each = local.policy_names

  role       = aws_iam_role.this.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/${each.value}"
}

resource "aws_iam_instance_profile" "this" {
  name = var.name
  path = var.role_path
  role = aws_iam_role.this.name
  tags = local.tags

  lifecycle {
    ignore_changes = [tags["systems-manager-organization:created"]]
  }
}
