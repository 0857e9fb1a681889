# The role of the automation in each account. IAM is global: one Region.

locals {
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

  instances        = length(aws_cloudformation_stack_instances.execution) == 0 ? [] : coalesce(aws_cloudformation_stack_instances.execution[0].stack_instance_summaries, [])
  failed_instances = [for instance in local.instances : instance if contains(["FAILED", "CANCELLED", "INOPERABLE"], instance.detailed_status)]
}

resource "aws_cloudformation_stack_set" "execution" {
  count = var.roles_created ? 1 : 0

  name             = var.name
  description      = "Automation across accounts: the role ${var.execution_role_name} in each account."
  permission_model = "SERVICE_MANAGED"
  call_as          = "DELEGATED_ADMIN"
  capabilities     = ["CAPABILITY_NAMED_IAM"]
  template_body = jsonencode({
    Description = "The role with which Automation of account ${local.account_id} works in this account."
    Resources = {
      ExecutionRole = {
        Type = "AWS::IAM::Role"
        Properties = {
          RoleName          = var.execution_role_name
          Description       = "Automation of account ${local.account_id} assumes it."
          ManagedPolicyArns = sort(var.execution_policy_arns)
          AssumeRolePolicyDocument = {
            Version = "2012-10-17"
            Statement = [{
              Effect    = "Allow"
              Action    = "sts:AssumeRole"
              Principal = { AWS = local.administration_role_arn }
              Condition = { StringEquals = { "aws:PrincipalOrgID" = local.organization.id } }
            }]
          }
          Policies = [{
            PolicyName     = "RunCommand"
            PolicyDocument = { Version = "2012-10-17", Statement = local.run_command_statements }
          }]
        }
      }
    }
  })
  tags = var.tags

  auto_deployment {
    enabled                          = true
    retain_stacks_on_account_removal = false
  }

  # Runs operations concurrently, so that the deployment to an account that joins is not refused during another operation.
  managed_execution {
    active = true
  }

  # Continues after any number of failures: the check below reports them.
  operation_preferences {
    failure_tolerance_percentage = 100
    max_concurrent_percentage    = 100
    region_concurrency_type      = "PARALLEL"
  }

  timeouts {
    update = "90m"
  }

  lifecycle {
    # The provider has a default for it, although a service-managed StackSet has no such role.
    # https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/resources/cloudformation_stack_set
    ignore_changes = [administration_role_arn]
  }

  # IAM refuses a trust policy with a role that does not exist.
  depends_on = [aws_iam_role.administration]
}

resource "terraform_data" "targets" {
  input = local.targets
}

resource "aws_cloudformation_stack_instances" "execution" {
  count = var.roles_created ? 1 : 0

  stack_set_name = aws_cloudformation_stack_set.execution[0].name
  call_as        = "DELEGATED_ADMIN"
  regions        = [local.region]

  deployment_targets {
    organizational_unit_ids = local.targets
  }

  operation_preferences {
    failure_tolerance_percentage = 100
    max_concurrent_percentage    = 100
    region_concurrency_type      = "PARALLEL"
  }

  timeouts {
    create = "90m"
    update = "90m"
    delete = "90m"
  }

  lifecycle {
    # The provider reads the targets from the instances, which a unit without accounts does not have: every plan would add the unit again.
    # https://github.com/hashicorp/terraform-provider-aws/issues/40243
    ignore_changes       = [deployment_targets]
    replace_triggered_by = [terraform_data.targets]
  }
}

check "execution_roles" {
  assert {
    condition = length(local.failed_instances) == 0
    error_message = join("\n", concat(
      ["StackSets could not create the role ${var.execution_role_name} in these accounts, so no automation runs there:"],
      [for instance in local.failed_instances : "- ${instance.account_id}: ${instance.status_reason}"],
      ["If OpsCenter of Quick Setup made roles of these names, set roles_created = false, or other names. Else remove the cause, then create them again: terraform apply -replace='module.<this module>.aws_cloudformation_stack_instances.execution[0]'"],
    ))
  }
}
