output "settings" {
  description = "Id of each service setting to its value, once all accounts have it that could be reached."
  value       = { for kind, value in local.settings : local.setting_ids[kind] => value }

  depends_on = [module.stack_set, module.settings]
}

output "stack_set_name" {
  description = "The StackSet that changes the member accounts."
  value       = module.stack_set.name
}

output "failed_accounts" {
  description = "Accounts and Regions whose settings could not be changed, at the last plan or apply: list of `account_id`, `region` and AWS's `reason`. It changes without an apply; a configuration with this value in its outputs then has a change in its plan."
  value       = module.stack_set.failed_accounts
}
