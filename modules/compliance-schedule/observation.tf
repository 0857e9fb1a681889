# Refuses another account or Region than that of the first apply, and what exists in AWS and is not in the state.
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
  key                      = { input = "kms_key_arn", given_arn = var.kms_key_arn, created_key_kept = var.created_key_kept }
  keys                     = aws_kms_key.this
  inputs                   = { bucket_names = "bucket_name", role_names = "role_name_prefix" }
  buckets_emptied          = var.force_destroy
  existing_read            = length(local.errors) == 0

  # An alias has the tag of its key, a schedule that of its project.
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
}
