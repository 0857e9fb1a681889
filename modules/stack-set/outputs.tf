output "name" {
  description = "The StackSet, once all accounts have its stack that could be reached."
  value       = aws_cloudformation_stack_set.this.name

  depends_on = [aws_cloudformation_stack_instances.this]
}

output "tags" {
  description = "Tags of the StackSet."
  value       = aws_cloudformation_stack_set.this.tags
}

output "template_body" {
  description = "The template, as JSON."
  value       = aws_cloudformation_stack_set.this.template_body
}

output "failed_accounts" {
  description = "Accounts and Regions whose stack could not be created or changed, at the last plan or apply: list of `account_id`, `region` and AWS's `reason`."
  value = [
    for instance in local.failed_instances :
    { account_id = instance.account_id, region = instance.region, reason = instance.status_reason }
  ]
}
