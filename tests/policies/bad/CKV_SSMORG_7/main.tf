resource "aws_s3_bucket" "no_key" {
  bucket = "logs-no-key"
}

resource "aws_s3_bucket_public_access_block" "no_key" {
  bucket = aws_s3_bucket.no_key.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "no_key" {
  bucket = aws_s3_bucket.no_key.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "aws:kms"
    }
  }
}

resource "aws_s3_bucket" "key_of_aws" {
  bucket = "logs-key-of-aws"
}

resource "aws_s3_bucket_public_access_block" "key_of_aws" {
  bucket = aws_s3_bucket.key_of_aws.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "key_of_aws" {
  bucket = aws_s3_bucket.key_of_aws.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = "alias/aws/s3"
    }
  }
}
