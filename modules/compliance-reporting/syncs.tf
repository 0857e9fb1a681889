# A resource data sync in every account and Region. CloudFormation does not support DestinationDataSharing, so each sync belongs to its
# own account, and the bucket admits it by the organization id.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-ssm-resourcedatasync-s3destination.html

locals {
  destination = {
    BucketName   = local.bucket_name
    BucketPrefix = var.prefix
    BucketRegion = local.region
    KMSKeyArn    = local.kms_key_arn
    SyncFormat   = "JsonSerDe"
  }

  # A change of any property of the destination replaces the sync, and CloudFormation creates the new sync before it deletes the old
  # one: their names must differ.
  sync_name = "${var.name}-${substr(sha1(jsonencode(local.destination)), 0, 8)}"

  root_ids = local.organization.roots == null ? [] : local.organization.roots[*].id
  targets  = var.organizational_unit_ids == null ? local.root_ids : sort(var.organizational_unit_ids)
}

module "stack_set" {
  source = "../stack-set"

  name        = var.name
  description = "Patch compliance of the organization: a resource data sync in each account and Region. Created by account ${local.account_id}."
  call_as     = "DELEGATED_ADMIN"
  template_body = jsonencode({
    Description = "Inventory and patch compliance, for the bucket ${local.bucket_name} of account ${local.account_id}."
    Resources = {
      Sync = {
        Type       = "AWS::SSM::ResourceDataSync"
        Properties = { SyncName = local.sync_name, SyncType = "SyncToDestination", S3Destination = local.destination }
      }
    }
  })
  targets               = local.targets
  regions               = var.regions
  failure               = "StackSets could not create the resource data syncs of these accounts and Regions, so their data is missing:"
  operation_preferences = var.operation_preferences
  tags                  = var.tags
  creation_mark         = module.installation.creation_mark
  existing              = module.installation.existing
  account_id            = local.account_id
  python_command        = var.python_command
  script_credentials    = var.script_credentials

  # AWS refuses to create a sync without permission to write to the bucket.
  depends_on = [
    aws_s3_bucket_ownership_controls.this, aws_s3_bucket_policy.this, aws_s3_bucket_server_side_encryption_configuration.this,
  ]
}
