# The key of the reports, the program and the topic. CloudWatch cannot publish to a topic with the key of SNS itself, whose policy
# nobody can change. https://repost.aws/knowledge-center/cloudwatch-configure-alarm-sns

locals {
  alias_name  = "alias/${var.name}"
  kms_key_arn = var.kms_key_arn == null ? aws_kms_key.this[0].arn : var.kms_key_arn

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

# Deleting the key that it created would make what is in the bucket unreadable.
resource "terraform_data" "key_created" {
  count = local.is_bucket_created ? 1 : 0

  input = var.kms_key_arn == null

  lifecycle {
    ignore_changes = [input]

    # Not in the count of the key, which would be unknown to terraform import.
    postcondition {
      condition     = !self.input || var.kms_key_arn == null
      error_message = "kms_key_arn is ${jsonencode(var.kms_key_arn)}, but the module created a key for this bucket: 30 days after its deletion, nothing that it encrypted can be read. Set it to null."
    }
  }
}

resource "aws_kms_key" "this" {
  count = var.kms_key_arn == null ? 1 : 0

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
  count = var.kms_key_arn == null ? 1 : 0

  name          = local.alias_name
  target_key_id = aws_kms_key.this[0].key_id
}
