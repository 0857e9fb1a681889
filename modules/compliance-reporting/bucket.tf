# The bucket of the syncs of all accounts, and of Athena's query results. A resource data sync cannot write to a bucket with Object
# Lock. https://docs.aws.amazon.com/systems-manager/latest/userguide/inventory-create-resource-data-sync.html

locals {
  results_prefix = "athena-results"

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
      {
        Sid       = "AllowSystemsManagerToReadBucketAcl"
        Effect    = "Allow"
        Principal = { Service = "ssm.amazonaws.com" }
        Action    = "s3:GetBucketAcl"
        Resource  = local.bucket_arn
      },
      {
        Sid       = "AllowSystemsManagerToWriteObjects"
        Effect    = "Allow"
        Principal = { Service = "ssm.amazonaws.com" }
        Action    = "s3:PutObject"
        Resource  = "${local.bucket_arn}/${var.prefix}/*/accountid=*/*"
        # Systems Manager sets this ACL, the only one that a bucket with ACLs disabled accepts.
        # https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
        Condition = {
          StringEquals = { "s3:x-amz-acl" = "bucket-owner-full-control", "aws:SourceOrgID" = local.organization.id }
        }
      },
      {
        Sid       = "AllowSystemsManagerToTagObjects"
        Effect    = "Allow"
        Principal = { Service = "ssm.amazonaws.com" }
        Action    = "s3:PutObjectTagging"
        Resource  = "${local.bucket_arn}/${var.prefix}/*/accountid=*/*"
        Condition = { StringEquals = { "aws:SourceOrgID" = local.organization.id } }
      },
    ]
  }
}

resource "aws_s3_bucket" "this" {
  #checkov:skip=CKV_AWS_18:The caller chooses the bucket for access logs: access_log_bucket.
  #checkov:skip=CKV_AWS_144:The syncs write the data again if it is lost.
  #checkov:skip=CKV2_AWS_62:The data is read by queries; no process is started by an object.
  bucket        = local.bucket_name
  force_destroy = var.force_destroy
  tags          = local.tags

  # Destroyed before the key: a bucket that is not empty is not deleted, and its objects must stay readable.
  depends_on = [aws_kms_key.this]

  lifecycle {
    ignore_changes = [tags["systems-manager-organization:created"]]

    precondition {
      condition     = length(local.errors) == 0
      error_message = join("\n", local.errors)
    }
  }
}

resource "aws_s3_bucket_public_access_block" "this" {
  bucket = aws_s3_bucket.this.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = local.kms_key_arn
    }
  }
}

resource "aws_s3_bucket_versioning" "this" {
  bucket = aws_s3_bucket.this.id

  versioning_configuration {
    status = "Enabled"
  }
}

# Current versions never expire: a sync writes only changes, so the object of a node that does not change is old and still valid.
resource "aws_s3_bucket_lifecycle_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    id     = "noncurrent-versions"
    status = "Enabled"
    filter {}

    noncurrent_version_expiration {
      noncurrent_days = var.noncurrent_version_days
    }
    expiration {
      expired_object_delete_marker = true
    }
    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  rule {
    id     = "query-results"
    status = "Enabled"
    filter {
      prefix = "${local.results_prefix}/"
    }

    expiration {
      days = var.query_result_days
    }
  }

  # S3 accepts a rule for noncurrent versions only with versioning.
  depends_on = [aws_s3_bucket_versioning.this]
}

resource "aws_s3_bucket_policy" "this" {
  bucket = aws_s3_bucket.this.id
  policy = jsonencode(local.bucket_policy)

  # S3 refuses concurrent changes of a bucket.
  depends_on = [aws_s3_bucket_public_access_block.this]
}

resource "aws_s3_bucket_logging" "this" {
  count = var.access_log_bucket == null ? 0 : 1

  bucket        = aws_s3_bucket.this.id
  target_bucket = var.access_log_bucket.name
  target_prefix = var.access_log_bucket.prefix
}
