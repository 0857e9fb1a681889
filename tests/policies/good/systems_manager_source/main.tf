resource "aws_s3_bucket_policy" "inventory" {
  bucket = "inventory"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { Service = "ssm.amazonaws.com" }
        Action    = ["s3:GetBucketAcl", "s3:PutObjectTagging"]
        Resource  = ["arn:aws:s3:::inventory", "arn:aws:s3:::inventory/*"]
      },
      {
        Effect    = "Allow"
        Principal = { Service = "ssm.amazonaws.com" }
        Action    = "s3:PutObject"
        Resource  = "arn:aws:s3:::inventory/*/accountid=*/*"
        Condition = { StringEquals = { "s3:x-amz-acl" = "bucket-owner-full-control", "aws:SourceOrgID" = "o-ab12345678" } }
      },
    ]
  })
}

resource "aws_kms_key" "inventory" {
  description = "Inventory."
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = { AWS = "arn:aws:iam::111111111111:root" }, Action = "kms:*", Resource = "*" },
      {
        Effect    = "Allow"
        Principal = { Service = "ssm.amazonaws.com" }
        Action    = "kms:GenerateDataKey"
        Resource  = "*"
        Condition = { StringLike = { "aws:SourceAccount" = "111111111111" } }
      },
    ]
  })
}
