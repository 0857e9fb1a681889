# Recordings of RDP connections: one bucket, and in each account and Region the preferences that name it and the key of the Region.
# https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-just-in-time-node-access-rdp-recording.html

locals {
  recordings                 = var.rdp_recording == null ? 0 : 1
  given_recording_key_arn    = one(var.rdp_recording[*].kms_key_arn)
  is_recording_key_created   = var.rdp_recording != null && local.given_recording_key_arn == null
  recording_key_arn          = local.is_recording_key_created ? one(aws_kms_key.recordings[*].arn) : local.given_recording_key_arn
  recording_key_region       = element(split(":", coalesce(local.given_recording_key_arn, ":::${local.region}")), 3)
  recording_bucket_name      = var.rdp_recording == null ? "" : coalesce(var.rdp_recording.bucket_name, "rdp-recordings-${local.account_id}-${local.region}")
  recording_bucket_resources = [for suffix in ["", "/*"] : "arn:${local.partition}:s3:::${local.recording_bucket_name}${suffix}"]
  recording_service          = "ssm-guiconnect.amazonaws.com"
}

# It encrypts a recording while it is made, with a grant of who connects, and then in the bucket.
resource "aws_kms_key" "recordings" {
  count = local.is_recording_key_created || coalesce(one(var.rdp_recording[*].created_key_kept), false) ? 1 : 0

  description             = "Just-in-time node access: recordings of RDP connections."
  enable_key_rotation     = true
  deletion_window_in_days = 30
  # AWS's policies of just-in-time node access allow only keys with this tag. KMS takes 50 tags, and `tags` has at most 49.
  tags = merge(length(var.tags) < 49 ? local.tags : var.tags, { SystemsManagerJustInTimeNodeAccessManaged = "true" })

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "EnableIamPolicies"
        Effect    = "Allow"
        Principal = { AWS = "arn:${local.partition}:iam::${local.account_id}:root" }
        Action    = "kms:*"
        Resource  = "*"
      },
      {
        Sid       = "AllowOrganizationToRecord"
        Effect    = "Allow"
        Principal = { AWS = "*" }
        Action    = "kms:CreateGrant"
        Resource  = "*"
        Condition = {
          StringEquals = { "aws:PrincipalOrgID" = local.organization.id }
          StringLike   = { "kms:ViaService" = "ssm-guiconnect.*.amazonaws.com" }
        }
      },
      {
        Sid       = "AllowRecordingsInBucket"
        Effect    = "Allow"
        Principal = { Service = local.recording_service }
        Action    = "kms:GenerateDataKey*"
        Resource  = "*"
        Condition = {
          StringEquals = { "aws:SourceOrgID" = local.organization.id }
          StringLike   = { "kms:ViaService" = "s3.*.amazonaws.com" }
        }
      },
    ]
  })

  lifecycle {
    ignore_changes = [tags["systems-manager-organization:created"]]

    precondition {
      condition     = length(terraform_data.requirements.input) > 0
      error_message = "The requirements are not met."
    }
  }
}

resource "aws_s3_bucket" "recordings" {
  #checkov:skip=CKV_AWS_18:Access logs are a choice of the caller's.
  #checkov:skip=CKV_AWS_144:Replication is a choice of the caller's.
  #checkov:skip=CKV2_AWS_61:Recordings are kept; a lifecycle is a choice of the caller's.
  #checkov:skip=CKV2_AWS_62:Recordings are kept; no process is started by an object.
  count = local.recordings

  bucket        = local.recording_bucket_name
  force_destroy = var.rdp_recording.force_destroy
  tags          = local.tags

  # Destroyed before the key: a bucket that is not empty is not deleted, and its objects must stay readable.
  depends_on = [aws_kms_key.recordings]

  lifecycle {
    ignore_changes = [tags["systems-manager-organization:created"]]

    precondition {
      condition     = length(terraform_data.requirements.input) > 0
      error_message = "The requirements are not met."
    }
  }
}

resource "aws_s3_bucket_public_access_block" "recordings" {
  count = local.recordings

  bucket                  = aws_s3_bucket.recordings[0].id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "recordings" {
  count = local.recordings

  bucket = aws_s3_bucket.recordings[0].id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = local.recording_key_arn
    }
  }
}

resource "aws_s3_bucket_versioning" "recordings" {
  count = local.recordings

  bucket = aws_s3_bucket.recordings[0].id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_policy" "recordings" {
  count = local.recordings

  bucket = aws_s3_bucket.recordings[0].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "DenyInsecureTransport"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = local.recording_bucket_resources
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        # ASSUMPTION(rdp-recording-source-organization): AWS's page has aws:SourceAccount here, and both for the key.
        Sid       = "ConnectionRecording"
        Effect    = "Allow"
        Principal = { Service = local.recording_service }
        Action    = "s3:PutObject"
        Resource  = local.recording_bucket_resources
        Condition = { StringEquals = { "aws:SourceOrgID" = local.organization.id } }
      },
    ]
  })

  # S3 refuses concurrent changes of a bucket.
  depends_on = [aws_s3_bucket_public_access_block.recordings]
}

module "recording" {
  source = "../stack-set"
  count  = local.recordings

  name        = "${var.name}-rdp-recording"
  description = "Recordings of RDP connections, from each account and Region to the bucket ${local.recording_bucket_name}. Created by account ${local.account_id}."
  call_as     = "DELEGATED_ADMIN"
  template_body = jsonencode({
    Description = "Recordings of RDP connections, to the bucket ${local.recording_bucket_name}."
    Resources = {
      Preferences = {
        Type = "AWS::SSMGuiConnect::Preferences"
        Properties = {
          ConnectionRecordingPreferences = {
            # Of a multi-Region key, the one in the Region of the stack.
            KMSKeyArn             = { "Fn::Sub" = local.recording_key_arn == null ? null : replace(local.recording_key_arn, ":kms:${local.region}:", ":kms:$${AWS::Region}:") }
            RecordingDestinations = { S3Buckets = [{ BucketName = local.recording_bucket_name, BucketOwner = local.account_id }] }
          }
        }
      }
    }
  })
  # AWS refuses preferences before just-in-time node access is deployed.
  targets               = module.configuration.configurations[var.name].targets
  regions               = var.regions
  failure               = "StackSets could not set the preferences of recordings in these accounts and Regions, which record no RDP connections:"
  remedy                = "Where just-in-time node access is not enabled yet, wait for its associations. Preferences that exist already must be deleted there first. Then set them again:"
  operation_preferences = var.operation_preferences
  tags                  = var.tags
  creation_mark         = module.installation.creation_mark
  existing              = module.installation.existing
  account_id            = local.account_id
  python_command        = var.python_command
  script_credentials    = var.script_credentials

  # What is recorded arrives.
  depends_on = [aws_s3_bucket_policy.recordings]
}
