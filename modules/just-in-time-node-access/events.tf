# Events of access requests. Systems Manager sends them to the default event bus of the account and Region in which somebody asks:
# https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-ssm.html
# There a rule sends them to one bus of the administrator account, and a rule of that to a topic.
# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html

locals {
  event_pattern = {
    source        = ["aws.ssm"]
    "detail-type" = ["Approver Access Request Status Update", "JITNA Access Request Failed", "Requester Access Request Status Update"]
  }
  event_bus_arn = "arn:${local.partition}:events:${local.region}:${local.account_id}:event-bus/${var.name}"

  member_role_properties = jsondecode(templatefile("${path.module}/../member_role.tftpl", {
    path = var.member_role_path, boundary_name = var.member_permissions_boundary_name
  }))

  is_event_key_created = var.events == null ? false : var.events.kms_key_arn == null
  events_key_region    = element(split(":", coalesce(one(var.events[*].kms_key_arn), ":::${local.region}")), 3)
  event_key_arn        = local.is_event_key_created ? one(aws_kms_key.events[*].arn) : var.events == null ? null : var.events.kms_key_arn
}

# EventBridge publishes to an encrypted topic with a key whose policy lets it, which that of AWS's own key does not.
# https://repost.aws/knowledge-center/sns-not-getting-eventbridge-notification
resource "aws_kms_key" "events" {
  count = local.is_event_key_created ? 1 : 0

  description             = "Just-in-time node access: events of access requests."
  enable_key_rotation     = true
  deletion_window_in_days = 30
  tags                    = local.tags

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "EnableIamPolicies"
        Effect    = "Allow"
        Principal = { AWS = "arn:${local.partition}:iam::${local.account_id}:root" }
        Action    = "kms:*"
        Resource  = "*"
      },
      {
        Sid       = "AllowEventBridgeToPublish"
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = "*"
      },
    ]
  })

  lifecycle {
    ignore_changes = [tags["systems-manager-organization:created"]]

    precondition {
      condition     = length(terraform_data.requirements.input) > 0
      error_message = "The requirements are not met."
    }
  }
}

resource "aws_sns_topic" "events" {
  count = var.events == null ? 0 : 1

  name              = var.name
  kms_master_key_id = local.event_key_arn
  tags              = local.tags

  lifecycle {
    ignore_changes = [tags["systems-manager-organization:created"]]
  }
}

resource "aws_sns_topic_policy" "events" {
  count = var.events == null ? 0 : 1

  arn = aws_sns_topic.events[0].arn

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # "You can't use Condition blocks in Amazon SNS topic policies for EventBridge":
        # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sns-permissions
        Sid       = "AllowEventBridgeToPublish"
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.events[0].arn
      },
    ]
  })
}

resource "aws_cloudwatch_event_bus" "events" {
  count = var.events == null ? 0 : 1

  name = var.name
  tags = local.tags

  lifecycle {
    ignore_changes = [tags["systems-manager-organization:created"]]

    precondition {
      condition     = length(terraform_data.requirements.input) > 0
      error_message = "The requirements are not met."
    }
  }
}

# What an account sends here is published only with the source aws.ssm, which no caller of PutEvents can give.
# https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsResultEntry.html
resource "aws_cloudwatch_event_bus_policy" "events" {
  count = var.events == null ? 0 : 1

  event_bus_name = aws_cloudwatch_event_bus.events[0].name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "AllowAccountsOfTheOrganization"
        Effect    = "Allow"
        Principal = { AWS = "*" }
        Action    = "events:PutEvents"
        Resource  = local.event_bus_arn
        Condition = { StringEquals = { "aws:PrincipalOrgID" = local.organization.id } }
      },
    ]
  })
}

resource "aws_cloudwatch_event_rule" "events" {
  count = var.events == null ? 0 : 1

  name           = "access-requests"
  description    = "Access requests of the organization, to a topic."
  event_bus_name = aws_cloudwatch_event_bus.events[0].name
  event_pattern  = jsonencode(local.event_pattern)
  tags           = local.tags

  lifecycle {
    ignore_changes = [tags["systems-manager-organization:created"]]
  }
}

resource "aws_cloudwatch_event_target" "events" {
  count = var.events == null ? 0 : 1

  rule           = aws_cloudwatch_event_rule.events[0].name
  event_bus_name = aws_cloudwatch_event_bus.events[0].name
  target_id      = "topic"
  arn            = aws_sns_topic.events[0].arn

  # Without the policy, what arrives is lost.
  depends_on = [aws_sns_topic_policy.events]
}

module "events" {
  source = "../stack-set"
  count  = var.events == null ? 0 : 1

  name         = "${var.name}-events"
  description  = "Events of access requests, in each account and Region: sent to account ${local.account_id}. Created by account ${local.account_id}."
  call_as      = "DELEGATED_ADMIN"
  capabilities = ["CAPABILITY_IAM"]
  template_body = jsonencode({
    Description = "Sends events of access requests to account ${local.account_id}."
    Resources = {
      Role = {
        Type = "AWS::IAM::Role"
        Properties = merge(local.member_role_properties, {
          Description = "EventBridge sends events of access requests to account ${local.account_id} with it."
          AssumeRolePolicyDocument = {
            Version = "2012-10-17"
            Statement = [{
              Effect    = "Allow"
              Action    = "sts:AssumeRole"
              Principal = { Service = "events.amazonaws.com" }
              Condition = { StringEquals = { "aws:SourceAccount" = { Ref = "AWS::AccountId" } } }
            }]
          }
          Policies = [{
            PolicyName     = "SendEvents"
            PolicyDocument = { Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "events:PutEvents", Resource = local.event_bus_arn }] }
          }]
        })
      }
      Rule = {
        Type = "AWS::Events::Rule"
        Properties = {
          Description  = "Access requests, to account ${local.account_id}."
          EventPattern = local.event_pattern
          Targets      = [{ Id = "administrator", Arn = local.event_bus_arn, RoleArn = { "Fn::GetAtt" = ["Role", "Arn"] } }]
        }
      }
    }
  })
  targets               = module.configuration.configurations[var.name].targets
  regions               = var.regions
  failure               = "StackSets could not create the rule for events in these accounts and Regions, whose access requests are not published:"
  operation_preferences = var.operation_preferences
  tags                  = var.tags
  creation_mark         = module.installation.creation_mark
  existing              = module.installation.existing
  account_id            = local.account_id
  python_command        = var.python_command
  script_credentials    = var.script_credentials

  # A rule finds the bus, and what it sends reaches the topic.
  depends_on = [aws_cloudwatch_event_bus_policy.events, aws_cloudwatch_event_target.events]
}
