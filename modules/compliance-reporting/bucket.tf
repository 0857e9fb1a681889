# Where the syncs of all accounts write, and Athena its results. Without Object Lock, which a resource data sync cannot
# write under. https://docs.aws.amazon.com/systems-manager/latest/userguide/inventory-create-resource-data-sync.html

locals {
  results_prefix = "athena-results"

  bucket_policy = {
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "NothingUnencryptedOnTheWay"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [local.bucket_arn, "${local.bucket_arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Sid       = "SystemsManagerLooks"
        Effect    = "Allow"
        Principal = { Service = "ssm.amazonaws.com" }
        Action    = "s3:GetBucketAcl"
        Resource  = local.bucket_arn
      },
      {
        Sid       = "SystemsManagerOfTheOrganizationWrites"
        Effect    = "Allow"
        Principal = { Service = "ssm.amazonaws.com" }
        Action    = "s3:PutObject"
        Resource  = "${local.bucket_arn}/${var.prefix}/*/accountid=*/*"
        # It asks for this ACL, and a bucket without ACLs takes this one and no other.
        # https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
        Condition = {
          StringEquals = { "s3:x-amz-acl" = "bucket-owner-full-control", "aws:SourceOrgID" = local.organization.id }
        }
      },
      {
        Sid       = "SystemsManagerOfTheOrganizationTags"
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
  #checkov:skip=CKV_AWS_18:Where access is logged to is for the caller to say: access_log_bucket.
  #checkov:skip=CKV_AWS_144:Every sync writes it again; what is lost is collected again.
  #checkov:skip=CKV2_AWS_62:Nothing happens when an object arrives: tables are asked, not told.
  bucket        = local.bucket_name
  force_destroy = var.force_destroy
  tags          = var.tags

  # Destroyed before the key: a bucket that is not empty stays, and what is in it must stay readable.
  depends_on = [aws_kms_key.this]

  lifecycle {
    precondition {
      condition     = length(local.obstacles) == 0
      error_message = join("\n", local.obstacles)
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

# What is current is kept whatever its age: a sync writes what has changed, and a node that does not change is still there.
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

  # A rule for noncurrent versions is of a bucket that has versions.
  depends_on = [aws_s3_bucket_versioning.this]
}

resource "aws_s3_bucket_policy" "this" {
  bucket = aws_s3_bucket.this.id
  policy = jsonencode(local.bucket_policy)

  # S3 refuses one change of a bucket while another is under way.
  depends_on = [aws_s3_bucket_public_access_block.this]
}

resource "aws_s3_bucket_logging" "this" {
  count = var.access_log_bucket == null ? 0 : 1

  bucket        = aws_s3_bucket.this.id
  target_bucket = var.access_log_bucket.name
  target_prefix = var.access_log_bucket.prefix
}
