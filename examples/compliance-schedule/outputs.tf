output "management_account_sync" {
  description = "Values for the syncs of the management account, which StackSets never reach."
  value       = module.compliance_reporting.management_account_sync
}

output "project_name" {
  description = "The CodeBuild project."
  value       = module.compliance_schedule.project_name
}

output "topic_arn" {
  description = "The topic of the summaries and the alarms."
  value       = module.compliance_schedule.topic_arn
}
