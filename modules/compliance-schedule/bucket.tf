# The bucket of the reports, of their snapshots, and of the program that makes them.

locals {
  is_bucket_created = var.existing_bucket == null
  bucket_name       = local.is_bucket_created ? coalesce(var.bucket_name, "${var.name}-${local.account_id}-${local.region}") : var.existing_bucket.name
  bucket_arn        = "arn:${local.partition}:s3:::${local.bucket_name}"

  bucket_policy = {
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "DenyInsecureTransport"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [local.bucket_arn, "${local.bucket_arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  }
}

resource "aws_s3_bucket" "this" {
  #checkov:skip=CKV_AWS_18:Another bucket, with access logs, can be given: existing_bucket.
  #checkov:skip=CKV_AWS_144:A report is made again on the next day.
  #checkov:skip=CKV2_AWS_62:Reports are announced by the topic.
  count = local.is_bucket_created ? 1 : 0

  bucket        = local.bucket_name
  force_destroy = var.force_destroy
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
  count = local.is_bucket_created ? 1 : 0

  bucket = aws_s3_bucket.this[0].id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "this" {
  count = local.is_bucket_created ? 1 : 0

  bucket = aws_s3_bucket.this[0].id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  count = local.is_bucket_created ? 1 : 0

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
  count = local.is_bucket_created ? 1 : 0

  bucket = aws_s3_bucket.this[0].id

  versioning_configuration {
    status = "Enabled"
  }
}

# The program and the snapshots stay: a snapshot is what a later report compares with.
resource "aws_s3_bucket_lifecycle_configuration" "this" {
  count = local.is_bucket_created ? 1 : 0

  bucket = aws_s3_bucket.this[0].id

  rule {
    id     = "reports"
    status = "Enabled"
    filter {
      prefix = "${var.prefix}/reports/"
    }

    expiration {
      days = var.retention_days
    }
  }

  rule {
    id     = "noncurrent-versions"
    status = "Enabled"
    filter {}

    noncurrent_version_expiration {
      noncurrent_days = 30
    }
    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  # S3 accepts a rule for noncurrent versions only with versioning.
  depends_on = [aws_s3_bucket_versioning.this]
}

resource "aws_s3_bucket_policy" "this" {
  count = local.is_bucket_created ? 1 : 0

  bucket = aws_s3_bucket.this[0].id
  policy = jsonencode(local.bucket_policy)

  # S3 refuses concurrent changes of a bucket.
  depends_on = [aws_s3_bucket_public_access_block.this]
}
