resource "aws_s3_bucket_policy" "inventory" {
  bucket = "inventory"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { Service = "ssm.amazonaws.com" }
        Action    = "s3:PutObject"
        Resource  = "arn:aws:s3:::inventory/*/accountid=*/*"
        Condition = { StringEquals = { "s3:x-amz-acl" = "bucket-owner-full-control" } }
      },
    ]
  })
}

resource "aws_kms_key" "inventory" {
  description = "Inventory."
  policy      = <<-EOT
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": ["ssm.amazonaws.com"]}, "Action": ["kms:GenerateDataKey"], "Resource": "*"}]}
  EOT
}
