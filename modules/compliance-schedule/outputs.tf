output "bucket_name" {
  description = "The bucket of the reports, below `PREFIX/reports/`, and of the snapshots, below `PREFIX/snapshots/`."
  value       = local.is_bucket_created ? one(aws_s3_bucket.this[*].id) : local.bucket_name

  depends_on = [aws_s3_bucket_policy.this]
}

output "kms_key_arn" {
  description = "Key that encrypts the objects in the bucket. Reading them requires `kms:Decrypt`. Null: an existing bucket without one."
  value       = local.bucket_kms_key_arn
}

output "topic_arn" {
  description = "The topic of the summaries and the alarms: subscribe to it."
  value       = local.topic_arn

  depends_on = [aws_sns_topic_policy.this]
}

output "project_name" {
  description = "The CodeBuild project: `aws codebuild start-build --project-name NAME` makes a report at once."
  value       = aws_codebuild_project.this.name
}

output "build_role_arn" {
  description = "The role that reads the compliance data: for the policy of a key or a bucket of your own."
  value       = aws_iam_role.build.arn
}

output "alarm_names" {
  description = "The CloudWatch alarms: `failed`, and `missing`, which is null without `alarm_after_hours`."
  value = {
    failed  = aws_cloudwatch_metric_alarm.failed.alarm_name
    missing = one(aws_cloudwatch_metric_alarm.missing[*].alarm_name)
  }
}
