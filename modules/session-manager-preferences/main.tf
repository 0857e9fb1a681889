# https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-schema.html

data "aws_caller_identity" "current" {}

data "aws_region" "current" {}

data "aws_partition" "current" {}

# AWS returns all of it only to the management account and to delegated administrators.
data "aws_organizations_organization" "current" {}

data "aws_organizations_delegated_administrators" "stack_sets" {
  count = local.is_management_account || !local.is_delegated_administrator ? 0 : 1

  service_principal = local.stack_sets_principal
}

locals {
  stack_sets_principal = "member.org.stacksets.cloudformation.amazonaws.com"

  account_id   = data.aws_caller_identity.current.account_id
  region       = data.aws_region.current.id
  partition    = data.aws_partition.current.partition
  organization = data.aws_organizations_organization.current
  tags         = merge(var.tags, { "systems-manager-organization:created" = module.installation.creation_mark })

  is_management_account      = local.organization.master_account_id == local.account_id
  is_delegated_administrator = local.organization.accounts == null ? false : length(local.organization.accounts) > 0
  administrators             = flatten(data.aws_organizations_delegated_administrators.stack_sets[*].delegated_administrators[*].id)

  root_ids = local.organization.roots == null ? [] : local.organization.roots[*].id
  targets  = var.organizational_unit_ids == null ? local.root_ids : sort(var.organizational_unit_ids)

  regions_without_key = length(var.session_kms_key_arns) == 0 ? [] : sort(setsubtract(var.regions, keys(var.session_kms_key_arns)))

  errors = concat(
    module.installation.errors,
    local.is_management_account || contains(local.administrators, local.account_id) ? [] : [
      "Account ${local.account_id} does not administer StackSets, and cannot create one for the organization. Register it first, in the management account: delegated_administrator = { account_id = \"${local.account_id}\", service_principals = [\"${local.stack_sets_principal}\", \"ssm.amazonaws.com\"] }.",
    ],
    length(local.regions_without_key) == 0 ? [] : [
      "session_kms_key_arns has no key of ${join(", ", local.regions_without_key)}, but a node takes a key of its own Region. Add one for each of regions, or give none.",
    ],
    var.bucket == null ? [] : var.bucket.kms_key_arn == null ? [] : split(":", var.bucket.kms_key_arn)[3] == local.region ? [] : [
      "bucket.kms_key_arn is a key of ${split(":", var.bucket.kms_key_arn)[3]}, but the bucket is created in ${local.region}. Use a key in the Region of the bucket.",
    ],
  )

  bucket = var.bucket == null ? null : {
    name   = coalesce(var.bucket.name, "${var.name}-${local.account_id}-${local.region}")
    prefix = var.bucket.prefix
  }

  # The runbook adds account and Region to the prefix, and the key of the Region.
  preferences = {
    schemaVersion = "1.0"
    sessionType   = "Standard_Stream"
    inputs = merge(
      {
        s3BucketName                = local.bucket == null ? "" : local.bucket.name
        s3KeyPrefix                 = local.bucket == null ? "" : local.bucket.prefix
        s3EncryptionEnabled         = local.bucket != null
        cloudWatchLogGroupName      = var.log_group == null ? "" : var.log_group.name
        cloudWatchEncryptionEnabled = false
        cloudWatchStreamingEnabled  = var.log_group == null ? false : var.log_group.streaming_enabled
        runAsEnabled                = var.run_as != null
        runAsDefaultUser            = var.run_as == null ? "" : var.run_as.default_user == null ? "" : var.run_as.default_user
        idleSessionTimeout          = tostring(var.idle_session_timeout_minutes)
        shellProfile                = { linux = var.shell_profile.linux, windows = var.shell_profile.windows }
      },
      var.max_session_duration_minutes == null ? {} : { maxSessionDuration = tostring(var.max_session_duration_minutes) },
    )
  }
}

resource "terraform_data" "requirements" {
  input = local.account_id

  lifecycle {
    precondition {
      condition     = length(local.errors) == 0
      error_message = join("\n", local.errors)
    }
  }
}
