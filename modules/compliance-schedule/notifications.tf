# The topic of the summaries, and the alarms for what sends none.

locals {
  is_topic_created = var.existing_topic == null
  topic_arn        = local.is_topic_created ? one(aws_sns_topic.this[*].arn) : var.existing_topic.arn
}

resource "aws_sns_topic" "this" {
  #checkov:skip=CKV_AWS_26:It has the key, which a plan does not know before it is created.
  count = local.is_topic_created ? 1 : 0

  name              = var.name
  kms_master_key_id = local.kms_key_arn
  tags              = local.tags

  lifecycle {
    ignore_changes = [tags["systems-manager-organization:created"]]

    precondition {
      condition     = length(terraform_data.requirements.input) > 0
      error_message = "The requirements are not met."
    }
  }
}

resource "aws_sns_topic_policy" "this" {
  count = local.is_topic_created ? 1 : 0

  arn = aws_sns_topic.this[0].arn

  # https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "AllowAlarmsToPublish"
        Effect    = "Allow"
        Principal = { Service = "cloudwatch.amazonaws.com" }
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.this[0].arn
        Condition = {
          StringEquals = { "aws:SourceAccount" = local.account_id }
          ArnLike      = { "aws:SourceArn" = "arn:${local.partition}:cloudwatch:${local.region}:${local.account_id}:alarm:${var.name}-*" }
        }
      },
      {
        Sid       = "DenyInsecureTransport"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.this[0].arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}

# EventBridge Scheduler tells of a build that could not be started, and not of one that failed.
resource "aws_cloudwatch_metric_alarm" "failed" {
  alarm_name          = "${var.name}-failed"
  alarm_description   = "The patch compliance report failed, or found what it is to fail on. The reason is in the log group ${local.log_group}."
  namespace           = "AWS/CodeBuild"
  metric_name         = "FailedBuilds"
  dimensions          = { ProjectName = aws_codebuild_project.this.name }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.topic_arn]
  tags                = local.tags

  lifecycle {
    ignore_changes = [tags["systems-manager-organization:created"]]
  }
}

# Whatever the cause: no schedule, no build, a build that was stopped, or a fault of CodeBuild, which FailedBuilds does not count.
resource "aws_cloudwatch_metric_alarm" "missing" {
  count = var.alarm_after_hours == null ? 0 : 1

  alarm_name          = "${var.name}-missing"
  alarm_description   = "No build of the patch compliance report succeeded in ${var.alarm_after_hours} hours. One that found what it is to fail on, or could not read everything, made a report all the same. See the builds of the project ${local.project_name}, and the schedule ${var.name}."
  namespace           = "AWS/CodeBuild"
  metric_name         = "SucceededBuilds"
  dimensions          = { ProjectName = aws_codebuild_project.this.name }
  statistic           = "Sum"
  period              = 3600
  evaluation_periods  = var.alarm_after_hours
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  treat_missing_data  = "breaching"
  alarm_actions       = [local.topic_arn]
  ok_actions          = [local.topic_arn]
  tags                = local.tags

  lifecycle {
    ignore_changes = [tags["systems-manager-organization:created"]]
  }
}
