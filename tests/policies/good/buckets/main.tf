resource "aws_s3_bucket" "closed" {
  bucket = "logs-closed"
}

resource "aws_s3_bucket_public_access_block" "closed" {
  bucket = aws_s3_bucket.closed.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "closed" {
  bucket = aws_s3_bucket.closed.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.this.arn
    }
  }
}

resource "aws_kms_key" "this" {
  description = "Patching logs."
}

# A plan has neither a value nor a reference for such a key.
locals {
  key_arn = aws_kms_key.this.arn
}

resource "aws_s3_bucket" "by_local" {
  bucket = "logs-by-local"
}

resource "aws_s3_bucket_public_access_block" "by_local" {
  bucket = aws_s3_bucket.by_local.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "by_local" {
  bucket = aws_s3_bucket.by_local.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = local.key_arn
    }
  }
}

resource "aws_s3_bucket" "by_alias" {
  bucket = "logs-by-alias"
}

resource "aws_s3_bucket_public_access_block" "by_alias" {
  bucket = aws_s3_bucket.by_alias.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "by_alias" {
  bucket = aws_s3_bucket.by_alias.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms:dsse"
      kms_master_key_id = "alias/logs"
    }
  }
}
