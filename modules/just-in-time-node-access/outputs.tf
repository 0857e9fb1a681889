output "configuration" {
  description = "The Quick Setup configuration: `arn`, `id`, `type`, `status` of its deployment, `regions`, `targets`. What creates the role of access tokens runs after the deployment: `report.py unified-console` has its status."
  value       = module.configuration.configurations[var.name]
}

output "policies" {
  description = "The documents, as JSON: `auto_approval` and `deny_access` (null without one), and `manual_approval` by name. `deny_access` reaches the other Regions and accounts up to 30 minutes later."
  value = {
    auto_approval   = length(var.auto_approval) == 0 ? null : jsonencode(local.documents.permit)
    deny_access     = length(var.deny_access) == 0 ? null : jsonencode(local.documents.forbid)
    manual_approval = { for name, document in local.manual_documents : name => jsonencode(document) }
  }
}

output "events_topic_arn" {
  description = "The topic of the events of all access requests; null without `events`."
  value       = one(aws_sns_topic.events[*].arn)
}

output "rdp_recording" {
  description = "The `bucket_name` and the `kms_key_arn` of recordings; null without `rdp_recording`."
  value       = var.rdp_recording == null ? null : { bucket_name = one(aws_s3_bucket.recordings[*].id), kms_key_arn = local.recording_key_arn }
}

output "stack_set_names" {
  description = "The StackSets of the approval policies, of the rule for `events` and of the preferences of `rdp_recording`, as far as they are used."
  value       = concat(module.policies[*].name, module.events[*].name, module.recording[*].name)
}

output "failed_accounts" {
  description = "Accounts and Regions without the approval policies, the rule for `events` or the preferences of `rdp_recording`, at the last plan or apply: list of `account_id`, `region` and AWS's `reason`. It changes without an apply; a configuration with this value in its outputs then has a change in its plan."
  value       = flatten(concat(module.policies[*].failed_accounts, module.events[*].failed_accounts, module.recording[*].failed_accounts))
}
