# Without kms:Decrypt: Systems Manager only writes.
# https://docs.aws.amazon.com/systems-manager/latest/userguide/inventory-create-resource-data-sync.html

locals {
  alias_name  = "alias/${var.name}"
  kms_key_arn = var.kms_key_arn == null ? one(aws_kms_key.this[*].arn) : var.kms_key_arn
  has_own_key = var.kms_key_arn == null || coalesce(var.created_key_kept, false)

  key_policy = {
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "EnableIamPolicies"
        Effect    = "Allow"
        Principal = { AWS = "arn:${local.partition}:iam::${local.account_id}:root" }
        Action    = "kms:*"
        Resource  = "*"
      },
      {
        Sid       = "AllowSystemsManagerToEncrypt"
        Effect    = "Allow"
        Principal = { Service = "ssm.amazonaws.com" }
        Action    = "kms:GenerateDataKey"
        Resource  = "*"
        Condition = { StringEquals = { "aws:SourceOrgID" = local.organization.id } }
      },
    ]
  }
}

resource "aws_kms_key" "this" {
  count = local.has_own_key ? 1 : 0

  description             = "Patch compliance of the organization: objects of the syncs and query results of Athena."
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy                  = jsonencode(local.key_policy)
  tags                    = local.tags

  lifecycle {
    ignore_changes = [tags["systems-manager-organization:created"]]
  }
}

resource "aws_kms_alias" "this" {
  count = local.has_own_key ? 1 : 0

  name          = local.alias_name
  target_key_id = aws_kms_key.this[0].key_id
}
