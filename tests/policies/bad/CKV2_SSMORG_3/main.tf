resource "aws_s3_bucket" "open" {
  bucket = "logs-open"
}

resource "aws_s3_bucket_server_side_encryption_configuration" "open" {
  bucket = aws_s3_bucket.open.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.this.arn
    }
  }
}

resource "aws_s3_bucket" "half_open" {
  bucket = "logs-half-open"
}

resource "aws_s3_bucket_public_access_block" "half_open" {
  bucket = aws_s3_bucket.half_open.id

  block_public_acls       = true
  block_public_policy     = false
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "half_open" {
  bucket = aws_s3_bucket.half_open.id

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
