data "aws_partition" "current" {}

data "aws_caller_identity" "current" {}

data "aws_region" "current" {}

locals {
  # The service setting requires the role's name with its path.
  existing_role_name = var.management_account == null ? null : var.management_account.existing_role_name
  role_created       = var.management_account != null && local.existing_role_name == null
  role_name = var.management_account == null ? null : (
    local.role_created ? "${trimprefix(var.role_path, "/")}${var.role_name}" : local.existing_role_name
  )
}

module "configuration" {
  source = "../quick-setup-configuration"
  count  = var.organization == null ? 0 : 1

  name                  = var.name
  type                  = "AWSQuickSetupType-DHMC"
  parameters            = { UpdateSSMAgent = tostring(var.organization.update_ssm_agent) }
  additional_parameters = var.additional_parameters
  regions               = var.organization.regions
  targets               = { organizational_unit_ids = var.organization.organizational_unit_ids }
  prerequisites         = var.prerequisites
  tags                  = var.tags
}

# Deployments to organizational units never reach the management account, even inside a targeted root.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-associate-stackset-with-org.html
resource "aws_iam_role" "this" {
  count = local.role_created ? 1 : 0

  name                 = var.role_name
  path                 = var.role_path
  description          = "Default Host Management Configuration: manages EC2 instances without an instance profile."
  permissions_boundary = var.permissions_boundary
  tags                 = merge(var.tags, var.creation_mark == null ? {} : { "systems-manager-organization:created" = var.creation_mark })

  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ssm.amazonaws.com" } }]
  })

  lifecycle {
    ignore_changes = [tags["systems-manager-organization:created"]]
  }
}

resource "aws_iam_role_policy_attachment" "this" {
  count = local.role_created ? 1 : 0

  role       = aws_iam_role.this[0].name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/AmazonSSMManagedEC2InstanceDefaultPolicy"
}

resource "aws_ssm_service_setting" "this" {
  count = var.management_account == null || !var.service_setting_managed ? 0 : 1

  # The provider stores the ARN: with the short id, every later plan would show a change.
  setting_id    = "arn:${data.aws_partition.current.partition}:ssm:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:servicesetting/ssm/managed-instance/default-ec2-instance-management-role"
  setting_value = local.role_name

  depends_on = [aws_iam_role_policy_attachment.this]
}
