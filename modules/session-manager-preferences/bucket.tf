# The bucket of the logs of all accounts. A node writes below its own account's prefix alone: the bucket policy compares the account of
# its role. https://repost.aws/knowledge-center/ssm-s3-bucket-logging-multiple-accounts

locals {
  bucket_arn = local.bucket == null ? null : "arn:${local.partition}:s3:::${local.bucket.name}"

  bucket_policy = {
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "DenyInsecureTransport"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [local.bucket_arn, "${coalesce(local.bucket_arn, "none")}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Sid       = "AllowNodesToWriteLogsOfTheirAccount"
        Effect    = "Allow"
        Principal = { AWS = "*" }
        Action    = ["s3:PutObject", "s3:PutObjectAcl"]
        Resource  = "${coalesce(local.bucket_arn, "none")}/${local.bucket == null ? "" : local.bucket.prefix}/$${aws:PrincipalAccount}/*"
        Condition = { StringEquals = { "aws:PrincipalOrgID" = local.organization.id } }
      },
      {
        Sid       = "AllowNodesToReadEncryption"
        Effect    = "Allow"
        Principal = { AWS = "*" }
        Action    = "s3:GetEncryptionConfiguration"
        Resource  = local.bucket_arn
        Condition = { StringEquals = { "aws:PrincipalOrgID" = local.organization.id } }
      },
    ]
  }
}

resource "aws_s3_bucket" "this" {
  #checkov:skip=CKV_AWS_18:The caller chooses the bucket for access logs: bucket.access_log_bucket_name.
  #checkov:skip=CKV_AWS_144:Replication is a choice of the caller's.
  #checkov:skip=CKV2_AWS_62:Logs are kept; no process is started by an object.
  #checkov:skip=CKV2_AWS_61:Logs are kept unless bucket.retention_days says otherwise.
  count = local.bucket == null ? 0 : 1

  bucket        = local.bucket.name
  force_destroy = var.bucket.force_destroy
  tags          = local.tags

  # Destroyed before the key: a bucket that is not empty is not deleted, and its objects must stay readable.
  depends_on = [aws_kms_key.this]

  lifecycle {
    ignore_changes = [tags["systems-manager-organization:created"]]

    precondition {
      condition     = length(terraform_data.requirements.input) > 0
      error_message = "The requirements are not met."
    }
  }
}

resource "aws_s3_bucket_public_access_block" "this" {
  count = local.bucket == null ? 0 : 1

  bucket = aws_s3_bucket.this[0].id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "this" {
  count = local.bucket == null ? 0 : 1

  bucket = aws_s3_bucket.this[0].id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  count = local.bucket == null ? 0 : 1

  bucket = aws_s3_bucket.this[0].id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = local.kms_key_arn
    }
  }
}

resource "aws_s3_bucket_versioning" "this" {
  count = local.bucket == null ? 0 : 1

  bucket = aws_s3_bucket.this[0].id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_object_lock_configuration" "this" {
  count = local.bucket == null ? 0 : var.bucket.object_lock == null ? 0 : 1

  bucket = aws_s3_bucket.this[0].id

  rule {
    default_retention {
      mode = var.bucket.object_lock.mode
      days = var.bucket.object_lock.days
    }
  }

  # Object Lock requires versioning.
  depends_on = [aws_s3_bucket_versioning.this]
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  count = local.bucket == null ? 0 : var.bucket.retention_days == null ? 0 : 1

  bucket = aws_s3_bucket.this[0].id

  rule {
    id     = "logs"
    status = "Enabled"
    filter {}

    expiration {
      days = var.bucket.retention_days
    }
    # An account may write below its own prefix, and so over its logs: what was there is kept as long.
    noncurrent_version_expiration {
      noncurrent_days = var.bucket.retention_days
    }
    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  # S3 accepts a rule for noncurrent versions only with versioning.
  depends_on = [aws_s3_bucket_versioning.this]
}

resource "aws_s3_bucket_policy" "this" {
  count = local.bucket == null ? 0 : 1

  bucket = aws_s3_bucket.this[0].id
  policy = jsonencode(local.bucket_policy)

  # S3 refuses concurrent changes of a bucket.
  depends_on = [aws_s3_bucket_public_access_block.this]
}

resource "aws_s3_bucket_logging" "this" {
  count = local.bucket == null ? 0 : var.bucket.access_log_bucket_name == null ? 0 : 1

  bucket        = aws_s3_bucket.this[0].id
  target_bucket = var.bucket.access_log_bucket_name
  target_prefix = "${local.bucket.name}/"
}
