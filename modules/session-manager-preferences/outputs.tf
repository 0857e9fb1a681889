output "preferences" {
  description = "The content of `SSM-SessionManagerRunShell`, as JSON. In each account and Region the prefix also has the account and the Region, and the key is that of the Region."
  value       = jsonencode(local.preferences)
}

output "node_policy" {
  description = "What the role of a node needs to write the logs, beside `AmazonSSMManagedInstanceCore`: an IAM policy as JSON; null where it needs nothing. The policy of Default Host Management's role has none of it: see `include_default_host_management_roles`."
  value       = length(local.node_statements) == 0 ? null : jsonencode(local.node_policy)
}

output "bucket_name" {
  description = "The bucket of the logs, once nodes can write to it. Null without one."
  value       = one(aws_s3_bucket.this[*].id)

  depends_on = [aws_s3_bucket_policy.this]
}

output "kms_key_arn" {
  description = "The key of the bucket. Null without a bucket."
  value       = local.kms_key_arn
}

output "stack_set_name" {
  description = "The StackSet that sets the preferences in the member accounts."
  value       = module.stack_set.name
}

output "template_body" {
  description = "The template, as JSON: no StackSet reaches the management account, where `aws cloudformation deploy --capabilities CAPABILITY_NAMED_IAM` in each Region sets the preferences as well."
  value       = module.stack_set.template_body
}

output "failed_accounts" {
  description = "Accounts and Regions whose preferences could not be set, at the last plan or apply (`report.py session-preferences` lists those whose own were kept): list of `account_id`, `region` and AWS's `reason`. It changes without an apply; a configuration with this value in its outputs then has a change in its plan."
  value       = module.stack_set.failed_accounts
}
