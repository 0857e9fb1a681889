# EventBridge Scheduler, which has time zones, starts a build: one of its templated targets, whose ARN is the project's.
# https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-templated.html

resource "aws_scheduler_schedule" "this" {
  #checkov:skip=CKV_AWS_297:A schedule has no data but the names of what it starts.
  name                         = var.name
  description                  = "Patch compliance report of the organization."
  schedule_expression          = var.schedule_expression
  schedule_expression_timezone = var.schedule_timezone

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = aws_codebuild_project.this.arn
    role_arn = aws_iam_role.schedule.arn

    # A build of yesterday is not started today: the next one is.
    retry_policy {
      maximum_event_age_in_seconds = 3600
      maximum_retry_attempts       = 10
    }
  }

  depends_on = [aws_iam_role_policy.schedule]
}

resource "aws_iam_role" "schedule" {
  name                 = "${var.role_name_prefix}Schedule"
  path                 = var.role_path
  description          = "Patch compliance report: starts the build."
  permissions_boundary = var.permissions_boundary
  tags                 = local.tags

  # https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "scheduler.amazonaws.com" }
      Condition = { StringEquals = {
        "aws:SourceAccount" = terraform_data.requirements.input
        "aws:SourceArn"     = "arn:${local.partition}:scheduler:${local.region}:${local.account_id}:schedule-group/default"
      } }
    }]
  })

  lifecycle {
    ignore_changes = [tags["systems-manager-organization:created"]]
  }
}

resource "aws_iam_role_policy" "schedule" {
  name = "StartBuild"
  role = aws_iam_role.schedule.name

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "codebuild:StartBuild", Resource = local.project_arn }]
  })
}
