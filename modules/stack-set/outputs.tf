output "name" {
  description = "The StackSet, once all accounts have its stack that could be reached."
  value       = aws_cloudformation_stack_set.this.name

  depends_on = [terraform_data.targets]
}

# A tag has the time of this plan only if this plan creates the StackSet.
output "new_names" {
  description = "The name in a list, if this plan creates the StackSet: `stack_set_names` of `observe.py existing-resources`."
  value       = lookup(coalesce(aws_cloudformation_stack_set.this.tags, {}), local.tag, "-") == var.creation_mark ? [var.name] : []
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
