# Account settings: the template of the StackSet for each input.

mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "111111111111" }
  }
  mock_data "aws_region" {
    defaults = { id = "us-east-1" }
  }
  mock_data "aws_organizations_organization" {
    defaults = {
      master_account_id = "111111111111"
      roots             = [{ id = "r-ab12", arn = "", name = "Root", policy_types = [] }]
    }
  }
  mock_resource "aws_cloudformation_stack_instances" {
    defaults = { stack_instance_summaries = [{ account_id = "333333333333", region = "us-east-1", detailed_status = "SUCCEEDED" }] }
  }
}

variables {
  regions                    = ["us-east-1", "ap-northeast-1"]
  include_management_account = false
  python_command             = null
}

run "settings_of_the_template" {
  module {
    source = "./modules/account-settings"
  }

  variables {
    automation_logging                      = { log_group_name = "/automation" }
    automation_adaptive_concurrency_enabled = true
    advanced_instances_tier_enabled         = true
    default_parameter_tier                  = "Intelligent-Tiering"
    parameter_store_high_throughput_enabled = true
    operational_insights_enabled            = true
    deletion_policy                         = "Retain"
  }

  assert {
    condition = {
      for resource in values(jsondecode(module.stack_set.template_body).Resources) :
      resource.Properties.SettingId => resource.Properties.SettingValue
      } == {
      "/ssm/automation/customer-script-log-destination"  = "CloudWatch"
      "/ssm/automation/customer-script-log-group-name"   = "/automation"
      "/ssm/automation/enable-adaptive-concurrency"      = "True"
      "/ssm/documents/console/public-sharing-permission" = "Disable"
      "/ssm/managed-instance/activation-tier"            = "advanced"
      "/ssm/opsinsights/opscenter"                       = "Enabled"
      "/ssm/parameter-store/default-parameter-tier"      = "Intelligent-Tiering"
      "/ssm/parameter-store/high-throughput-enabled"     = "true"
    }
    error_message = "Each input is a service setting with AWS's value."
  }

  assert {
    condition = alltrue([
      for resource in values(jsondecode(module.stack_set.template_body).Resources) :
      resource.Type == "AWS::SSM::ServiceSetting" && resource.DeletionPolicy == "Retain"
    ])
    error_message = "deletion_policy is that of every setting."
  }

  # A chain: one without a predecessor, and no two with the same.
  assert {
    condition = length(distinct([
      for resource in values(jsondecode(module.stack_set.template_body).Resources) : lookup(resource, "DependsOn", "")
    ])) == 8
    error_message = "Settings are changed one after another."
  }

  assert {
    condition     = local.call_as == "SELF" && toset(local.targets) == toset(["r-ab12"])
    error_message = "The whole organization, from the management account."
  }
}
