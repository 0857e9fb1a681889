output "bucket" {
  description = "The bucket: `name`, `arn`, `region`, and the `prefix` of the syncs' objects."
  value = {
    name   = aws_s3_bucket.this.id
    arn    = aws_s3_bucket.this.arn
    region = local.region
    prefix = var.prefix
  }
}

output "kms_key_arn" {
  description = "Key that encrypts the objects in the bucket. Reading them requires `kms:Decrypt`."
  value       = local.kms_key_arn
}

output "database" {
  description = "The Glue database with the tables."
  value       = aws_glue_catalog_database.this.name

  depends_on = [aws_glue_catalog_table.this]
}

output "workgroup" {
  description = "The Athena workgroup with the named queries."
  value       = aws_athena_workgroup.this.name
}

output "named_queries" {
  description = "Title of each named query to its id."
  value       = { for key, query in aws_athena_named_query.this : query.name => query.id }
}

output "stack_set_name" {
  description = "The StackSet that creates the resource data syncs."
  value       = module.stack_set.name
}

output "failed_accounts" {
  description = "Accounts and Regions whose sync could not be created, at the last plan or apply: list of `account_id`, `region` and AWS's `reason`. It changes without an apply; a configuration with this value in its outputs then has a change in its plan."
  value       = module.stack_set.failed_accounts
}

output "management_account_sync" {
  description = "Values for the resource data syncs of the management account, which StackSets never reach: `name`, and the `bucket_name`, `prefix`, `region` and `kms_key_arn` of the destination."
  value = {
    name        = local.sync_name
    bucket_name = aws_s3_bucket.this.id
    prefix      = var.prefix
    region      = local.region
    kms_key_arn = local.kms_key_arn
  }

  depends_on = [aws_s3_bucket_policy.this]
}

output "report_arguments" {
  description = "List of arguments of `scripts/report.py compliance` for each source (`s3`, `athena`)."
  value = {
    s3 = [
      "--source", "s3", "--bucket", aws_s3_bucket.this.id, "--prefix", var.prefix,
      "--stack-set", module.stack_set.name,
    ]
    athena = [
      "--source", "athena", "--workgroup", aws_athena_workgroup.this.name, "--database", aws_glue_catalog_database.this.name,
      "--stack-set", module.stack_set.name,
    ]
  }
}
