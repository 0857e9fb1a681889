# Refuses another account or Region than that of the first apply, and what exists in AWS and is not in the state.
module "installation" {
  source = "../installation"

  name                     = var.name
  installation             = var.installation
  account_id               = local.account_id
  region                   = local.region
  administrator_account_id = var.administrator_account_id
  management_account_id    = local.organization.master_account_id
  python_command           = var.python_command
  script_credentials       = var.script_credentials
  key                      = { input = "kms_key_arn", given_arn = var.kms_key_arn, created_key_kept = var.created_key_kept }
  keys                     = aws_kms_key.this
  inputs                   = { bucket_names = "bucket_name" }
  buckets_emptied          = var.force_destroy
  existing_read            = length(local.errors) == 0
  stack_set_names          = { stack_set_names = module.stack_set.new_names }

  # An alias has the tag of its key.
  named = {
    bucket_names    = { (local.bucket_name) = aws_s3_bucket.this.tags }
    database_names  = { (local.database_name) = aws_glue_catalog_database.this.tags }
    key_alias_names = { for key in aws_kms_key.this : local.alias_name => key.tags }
    workgroup_names = { (var.name) = aws_athena_workgroup.this.tags }
  }
}
