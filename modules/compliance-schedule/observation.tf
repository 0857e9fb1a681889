# The query with which a plan reads what exists already, and its result. Without Python there is no query.

data "external" "existing" {
  count = var.python_command == null ? 0 : 1

  program = concat(var.python_command, ["${path.module}/../../scripts/observe.py", "existing-resources"])
  query = {
    for key, value in merge(var.script_credentials, {
      account_id   = local.account_id
      region       = local.region
      installation = local.installation
      resources = length(local.errors) > 0 ? "{}" : jsonencode(merge(local.new_names, {
        inputs = { bucket_names = "bucket_name", role_names = "role_name_prefix" }
      }))
    }) : key => value if value != null
  }
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

  # A tag has the time of this plan only if this plan creates the resource. An alias has the tag of its key, a schedule that of its project.
  named = {
    alarm_names     = { for alarm in concat([aws_cloudwatch_metric_alarm.failed], aws_cloudwatch_metric_alarm.missing) : alarm.alarm_name => alarm.tags }
    bucket_names    = { for bucket in aws_s3_bucket.this : bucket.bucket => bucket.tags }
    key_alias_names = { for key in aws_kms_key.this : local.alias_name => key.tags }
    log_group_names = { (local.log_group) = aws_cloudwatch_log_group.this.tags }
    project_names   = { (local.project_name) = aws_codebuild_project.this.tags }
    role_names      = { for role in [aws_iam_role.build, aws_iam_role.schedule] : role.name => role.tags }
    schedule_names  = { (var.name) = aws_codebuild_project.this.tags }
    topic_names     = { for topic in aws_sns_topic.this : topic.name => topic.tags }
  }
  new_names = {
    for kind, found in local.named : kind => [
      for name, tags in found : name if lookup(coalesce(tags, {}), "systems-manager-organization:created", "-") == local.creation_mark
    ]
  }
  # Read during an apply, it has what the same plan created already.
  exists_already = [
    for found in jsondecode(coalesce(one(data.external.existing[*].result.existing), "{}")) : found.message
    if found.creation_mark != local.creation_mark
  ]
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
