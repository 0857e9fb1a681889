# The key of the bucket: nodes encrypt with it through S3. A multipart upload also decrypts.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html

locals {
  alias_name     = "alias/${var.name}"
  is_key_created = var.bucket == null ? false : var.bucket.kms_key_arn == null
  has_own_key    = local.is_key_created || coalesce(one(var.bucket[*].created_key_kept), false)
  kms_key_arn    = local.is_key_created ? one(aws_kms_key.this[*].arn) : var.bucket == null ? null : var.bucket.kms_key_arn

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
        Sid       = "AllowNodesToEncryptThroughS3"
        Effect    = "Allow"
        Principal = { AWS = "*" }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = "*"
        Condition = {
          StringEquals = {
            "aws:PrincipalOrgID" = local.organization.id
            "kms:ViaService"     = "s3.${local.region}.amazonaws.com"
          }
        }
      },
    ]
  }
}

resource "aws_kms_key" "this" {
  count = local.has_own_key ? 1 : 0

  description             = "Session Manager: logs of the organization."
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
