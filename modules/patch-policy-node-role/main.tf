data "aws_partition" "current" {}

locals {
  # The bucket policy of a patch policy denies its baselines to every principal without this tag (statement DenyAllButPrincipalsWithTag of
  # the SSM document AWSQuickSetupType-PatchPolicy-CFN-TA).
  principal_tags = { for id in var.patch_policy_ids : "QSConfigId-${id}" => id }

  # https://docs.aws.amazon.com/systems-manager/latest/userguide/quick-setup-patch-manager.html
  policy_names = setunion(["AmazonSSMManagedInstanceCore", "AWSQuickSetupPatchPolicyBaselineAccess"], var.additional_policy_names)
}

resource "aws_iam_role" "this" {
  name                 = var.name
  path                 = var.path
  description          = "EC2 instances that Systems Manager manages and that patch policies patch."
  permissions_boundary = var.permissions_boundary
  tags                 = merge(var.tags, local.principal_tags, local.creation_tags)

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
  path = var.path
  role = aws_iam_role.this.name
  tags = merge(var.tags, local.creation_tags)

  lifecycle {
    ignore_changes = [tags["systems-manager-organization:created"]]
  }
}

# Refuses what exists in AWS and is not in the state. No resource depends on this one, so that one plan reports both.
resource "terraform_data" "existing" {
  input = true

  lifecycle {
    precondition {
      condition     = length(local.exists_already) == 0
      error_message = join("\n", [for message in local.exists_already : "EXISTS_ALREADY: ${message}"])
    }
  }
}
