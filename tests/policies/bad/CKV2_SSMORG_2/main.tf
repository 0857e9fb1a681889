resource "aws_s3_bucket" "bare" {
  bucket = "logs-bare"
}

resource "aws_s3_bucket_public_access_block" "bare" {
  bucket = aws_s3_bucket.bare.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket" "key_of_s3" {
  bucket = "logs-key-of-s3"
}

resource "aws_s3_bucket_public_access_block" "key_of_s3" {
  bucket = aws_s3_bucket.key_of_s3.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "key_of_s3" {
  bucket = aws_s3_bucket.key_of_s3.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}
