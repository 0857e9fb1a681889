output "unified_console" {
  description = "The Quick Setup configuration of the unified console."
  value       = module.unified_console.configuration
}

output "session_logs" {
  description = "Bucket of the logs, and the policy that roles of nodes need."
  value = {
    bucket      = module.session_manager_preferences.bucket_name
    node_policy = module.session_manager_preferences.node_policy
  }
}

output "rdp_recording" {
  description = "Bucket and key of recordings of RDP connections; null without them."
  value       = one(module.just_in_time_node_access[*].rdp_recording)
}

output "automation" {
  description = "Commands that run a runbook in every account and Region: preview first."
  value       = module.automation_across_accounts.commands
}

output "failed_accounts" {
  description = "Accounts and Regions without the preferences, the roles or the approval policies, with AWS's reasons."
  value = {
    session_manager_preferences = module.session_manager_preferences.failed_accounts
    automation_across_accounts  = module.automation_across_accounts.failed_accounts
    just_in_time_node_access    = flatten(module.just_in_time_node_access[*].failed_accounts)
  }
}
