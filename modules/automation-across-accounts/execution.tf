# The role of the automation in each account. IAM is global: one Region.

locals {
  # With this role Automation starts an automation of the account, which runs as the same role: as AWS's own roles of these names allow
  # (AmazonSSMAutomationRole, and AWS-SSM-DiagnosisAutomation-ExecutionRolePolicy for another pair).
  # https://docs.aws.amazon.com/systems-manager/latest/userguide/running-automations-multiple-accounts-regions.html
  automation_statements = [
    {
      Effect = "Allow"
      Action = "ssm:StartAutomationExecution"
      # A runbook is shared by the administrator account, or AWS's.
      Resource = [for kind in ["automation-definition/*:*", "automation-execution/*", "document/*"] : "arn:${local.partition}:ssm:*:*:${kind}"]
    },
    {
      Effect   = "Allow"
      Action   = "ssm:GetAutomationExecution"
      Resource = { "Fn::Sub" = "arn:$${AWS::Partition}:ssm:*:$${AWS::AccountId}:automation-execution/*" }
    },
    {
      Effect    = "Allow"
      Action    = "iam:PassRole"
      Resource  = { "Fn::Sub" = "arn:$${AWS::Partition}:iam::$${AWS::AccountId}:role/${var.execution_role_name}" }
      Condition = { StringEquals = { "iam:PassedToService" = "ssm.amazonaws.com" } }
    },
  ]

  # What aws:runCommand needs, and a target by tag or resource group.
  run_command_statements = [
    {
      Effect = "Allow"
      Action = [
        "ec2:DescribeInstances", "resource-groups:ListGroupResources", "ssm:DescribeInstanceInformation", "ssm:GetCommandInvocation",
        "ssm:ListCommandInvocations", "ssm:ListCommands", "ssm:SendCommand", "tag:GetResources",
      ]
      Resource = "*"
    },
  ]

  # An automation takes the name of a role, and no path.
  member_role_properties = jsondecode(templatefile("${path.module}/../member_role.tftpl", {
    path = "/", boundary_name = var.member_permissions_boundary_name
  }))
}

module "stack_set" {
  source = "../stack-set"
  count  = var.create_roles ? 1 : 0

  name         = var.name
  description  = "Automation across accounts: the role ${var.execution_role_name} in each account. Created by account ${local.account_id}."
  call_as      = "DELEGATED_ADMIN"
  capabilities = ["CAPABILITY_NAMED_IAM"]
  template_body = jsonencode({
    Description = "The role with which Automation of account ${local.account_id} works in this account."
    Resources = {
      ExecutionRole = {
        Type = "AWS::IAM::Role"
        Properties = merge(local.member_role_properties, {
          RoleName          = var.execution_role_name
          Description       = "Automation of account ${local.account_id} assumes it."
          ManagedPolicyArns = sort(var.execution_policy_arns)
          AssumeRolePolicyDocument = {
            Version = "2012-10-17"
            Statement = [
              {
                Effect = "Allow"
                Action = "sts:AssumeRole"
                # Not the role as principal: IAM keeps its id in place of the ARN, and a role that is created again has another one.
                # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
                Principal = { AWS = "arn:${local.partition}:iam::${local.account_id}:root" }
                Condition = {
                  ArnEquals    = { "aws:PrincipalArn" = local.administration_role_arn }
                  StringEquals = { "aws:PrincipalOrgID" = local.organization.id }
                }
              },
              jsondecode(templatefile("${path.module}/../automation_trust.tftpl", {})),
            ]
          }
          Policies = [
            { PolicyName = "Automation", PolicyDocument = { Version = "2012-10-17", Statement = local.automation_statements } },
            { PolicyName = "RunCommand", PolicyDocument = { Version = "2012-10-17", Statement = local.run_command_statements } },
          ]
        })
      }
    }
  })
  targets               = local.targets
  regions               = [local.region]
  failure               = "StackSets could not create the role ${var.execution_role_name} in these accounts, so no automation runs there:"
  remedy                = "If OpsCenter of Quick Setup made roles of these names, set create_roles = false, or other names. Else remove the cause, then create them again:"
  operation_preferences = var.operation_preferences
  tags                  = var.tags
  creation_mark         = module.installation.creation_mark
  existing              = module.installation.existing
  account_id            = local.account_id
  python_command        = var.python_command
  script_credentials    = var.script_credentials
}
