# The query with which a plan reads what does the same, and its result. Without Python there is no query.

data "external" "this" {
  count = var.python_command == null ? 0 : 1

  program = concat(var.python_command, ["${path.module}/../../scripts/observe.py", "unified-console"])
  query = {
    for key, value in merge(var.script_credentials, {
      account_id   = local.account_id
      region       = local.region
      installation = module.installation.name
      type         = "AWSQuickSetupType-JITNA"
    }) : key => value if value != null
  }
}

# Refuses another account or Region than that of the first apply, and what exists in AWS and is not in the state. It reads StackSets,
# which wait for the configuration, which waits for the data source above.
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
  key                      = one([for recording in var.rdp_recording[*] : { input = "rdp_recording.kms_key_arn", given_arn = recording.kms_key_arn, created_key_kept = recording.created_key_kept }])
  keys                     = concat(aws_kms_key.events, aws_kms_key.recordings)
  inputs                   = { bucket_names = "rdp_recording.bucket_name" }
  buckets_emptied          = coalesce(one(var.rdp_recording[*].force_destroy), false)
  existing_read            = length(local.errors) == 0
  # Not module.policies[*]: that waits for all of the module.
  stack_set_names = {
    stack_set_names = concat(
      length(var.auto_approval) + length(var.manual_approval) == 0 ? [] : module.policies[0].new_names,
      var.events == null ? [] : module.events[0].new_names,
      var.rdp_recording == null ? [] : module.recording[0].new_names,
    )
  }

  named = {
    bucket_names         = { for bucket in aws_s3_bucket.recordings : bucket.bucket => bucket.tags }
    event_bus_names      = { for bus in aws_cloudwatch_event_bus.events : bus.name => bus.tags }
    event_rule_names     = { for rule in aws_cloudwatch_event_rule.events : "${rule.event_bus_name}/${rule.name}" => rule.tags }
    stack_document_names = { for stack in aws_cloudformation_stack.deny_access : "${stack.name}/${local.deny_access_name}" => stack.tags }
    stack_names          = { for stack in aws_cloudformation_stack.deny_access : stack.name => stack.tags }
    topic_names          = { for topic in aws_sns_topic.events : topic.name => topic.tags }
  }
}

locals {
  existing = {
    for key, found in jsondecode(length(data.external.this) == 0 ? "{}" : data.external.this[0].result.existing) : key => found.message
    # Read during an apply, it has what the same plan created already.
    if found.creation_mark != module.installation.creation_mark
  }
  findings = jsondecode(length(data.external.this) == 0 ? "[]" : data.external.this[0].result.findings)
}

check "managers" {
  assert {
    condition     = length(local.findings) == 0
    error_message = join("\n", [for finding in local.findings : "${finding.code} ${finding.subject}: ${finding.message} ${finding.remedy}"])
  }
}
