# The query with which a plan reads what exists already, and its result. Without Python there is no query.

data "external" "this" {
  count = var.python_command == null ? 0 : 1

  program = concat(var.python_command, ["${path.module}/../../scripts/observe.py", "unified-console"])
  query   = merge(local.script_query, { type = "AWSQuickSetupType-JITNA" })
}

# Apart: it names StackSets, which wait for the configuration, which waits for the data source above.
data "external" "existing" {
  count = var.python_command == null ? 0 : 1

  program = concat(var.python_command, ["${path.module}/../../scripts/observe.py", "existing-resources"])
  query = merge(local.script_query, {
    # Only the administrator of StackSets may read them.
    resources = length(local.errors) > 0 ? "{}" : jsonencode(merge(local.new_names, {
      inputs = { bucket_names = "rdp_recording.bucket_name" }
      # Not module.policies[*]: that waits for all of the module.
      stack_set_names = concat(
        length(var.auto_approval) + length(var.manual_approval) == 0 ? [] : module.policies[0].new_names,
        var.events == null ? [] : module.events[0].new_names,
        var.rdp_recording == null ? [] : module.recording[0].new_names,
      )
    }))
  })
}

# Name of this installation in the tags of what it creates. Generated once.
resource "terraform_data" "installation" {
  # Without count, a -refresh-only plan cannot determine that the resource is not in the state yet.
  count = 1

  input = local.new_installation

  lifecycle {
    ignore_changes = [input]
  }
}

locals {
  installation     = concat(terraform_data.installation[*].input, [local.new_installation])[0]
  new_installation = coalesce(var.installation, "${formatdate("YYYYMMDD'T'hhmmss'Z'", plantimestamp())}-${substr(sha256(var.name), 0, 6)}")
  creation_mark    = "${local.installation}/${plantimestamp()}"
  tags             = merge(var.tags, { "systems-manager-organization:created" = local.creation_mark })
  script_query = {
    for key, value in merge(var.script_credentials, {
      account_id   = local.account_id
      region       = local.region
      installation = local.installation
    }) : key => value if value != null
  }

  existing = {
    for key, found in jsondecode(length(data.external.this) == 0 ? "{}" : data.external.this[0].result.existing) : key => found.message
    # Read during an apply, it has what the same plan created already.
    if found.creation_mark != local.creation_mark
  }
  # A tag has the time of this plan only if this plan creates the resource.
  named = {
    bucket_names         = { for bucket in aws_s3_bucket.recordings : bucket.bucket => bucket.tags }
    event_bus_names      = { for bus in aws_cloudwatch_event_bus.events : bus.name => bus.tags }
    event_rule_names     = { for rule in aws_cloudwatch_event_rule.events : "${rule.event_bus_name}/${rule.name}" => rule.tags }
    stack_document_names = { for stack in aws_cloudformation_stack.deny_access : "${stack.name}/${local.deny_access_name}" => stack.tags }
    stack_names          = { for stack in aws_cloudformation_stack.deny_access : stack.name => stack.tags }
    topic_names          = { for topic in aws_sns_topic.events : topic.name => topic.tags }
  }
  new_names = {
    for kind, found in local.named : kind => [
      for name, tags in found : name if lookup(coalesce(tags, {}), "systems-manager-organization:created", "-") == local.creation_mark
    ]
  }
  exists_already = [
    for key, found in jsondecode(coalesce(one(data.external.existing[*].result.existing), "{}")) : found.message
    if found.creation_mark != local.creation_mark && !startswith(key, "stack-set/")
  ]
  findings = jsondecode(length(data.external.this) == 0 ? "[]" : data.external.this[0].result.findings)
}

# Refuses what exists in AWS and is not in the state. No resource depends on this one, so that one plan reports all.
resource "terraform_data" "existing" {
  input = true

  lifecycle {
    precondition {
      condition     = length(local.exists_already) == 0
      error_message = join("\n", [for message in local.exists_already : "EXISTS_ALREADY: ${message}"])
    }
  }
}

check "managers" {
  assert {
    condition     = length(local.findings) == 0
    error_message = join("\n", [for finding in local.findings : "${finding.code} ${finding.subject}: ${finding.message} ${finding.remedy}"])
  }
}
