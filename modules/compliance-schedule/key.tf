# The key of the reports, the program and the topic. CloudWatch cannot publish to a topic with the key of SNS itself, whose policy
# nobody can change. https://repost.aws/knowledge-center/cloudwatch-configure-alarm-sns

locals {
  alias_name  = "alias/${var.name}"
  kms_key_arn = var.kms_key_arn == null ? one(aws_kms_key.this[*].arn) : var.kms_key_arn
  has_own_key = var.kms_key_arn == null || coalesce(var.created_key_kept, false)

  # The key of the bucket that reports are written to: of an existing one, its own.
  bucket_kms_key_arn = var.existing_bucket == null ? local.kms_key_arn : var.existing_bucket.kms_key_arn
  topic_kms_key_arn  = var.existing_topic == null ? local.kms_key_arn : var.existing_topic.kms_key_arn

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
        Sid       = "AllowAlarmsToPublish"
        Effect    = "Allow"
        Principal = { Service = "cloudwatch.amazonaws.com" }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
        Resource  = "*"
        Condition = { StringEquals = { "aws:SourceAccount" = local.account_id } }
      },
    ]
  }
}

resource "aws_kms_key" "this" {
  count = local.has_own_key ? 1 : 0

  description             = "Patch compliance report: reports, program and notifications."
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
