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
  key                      = one([for bucket in var.bucket[*] : { input = "bucket.kms_key_arn", given_arn = bucket.kms_key_arn, created_key_kept = bucket.created_key_kept }])
  keys                     = aws_kms_key.this
  inputs                   = { bucket_names = "bucket.name" }
  buckets_emptied          = coalesce(one(var.bucket[*].force_destroy), false)
  existing_read            = length(local.errors) == 0
  stack_set_names          = { stack_set_names = module.stack_set.new_names }

  # An alias has the tag of its key.
  named = {
    bucket_names    = { for bucket in aws_s3_bucket.this : bucket.bucket => bucket.tags }
    key_alias_names = { for key in aws_kms_key.this : local.alias_name => key.tags }
  }
}
