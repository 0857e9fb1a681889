# Unified console: the parameters of AWS's type for each input.

mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "222222222222" }
  }
  mock_data "aws_region" {
    defaults = { id = "us-east-1" }
  }
  mock_data "aws_organizations_organization" {
    defaults = {
      master_account_id = "111111111111"
      roots             = [{ id = "r-ab12", arn = "", name = "Root", policy_types = [] }]
      accounts          = [{ id = "222222222222", arn = "", name = "", email = "", status = "ACTIVE", joined_method = "", joined_timestamp = "", state = "" }]
    }
  }
  mock_data "aws_organizations_delegated_administrators" {
    defaults = {
      delegated_administrators = [{
        id = "222222222222", arn = "", name = "", email = "", status = "", joined_method = "", joined_timestamp = "", delegation_enabled_date = ""
      }]
    }
  }
}

mock_provider "external" {}

variables {
  regions        = ["us-east-1", "ap-northeast-1"]
  python_command = null
}

run "defaults" {
  command = plan

  module {
    source = "./modules/unified-console"
  }

  assert {
    condition = [
      for name in [
        "AgentUpdateSchedule", "CreateRemediationRoles", "DelegatedAccountId", "EnableDHMCSchedule", "HomeRegion", "InventoryCollectionSchedule",
        "TargetOrganizationalUnits", "TargetRegions",
      ] : module.configuration.parameters[name]
      ] == [
      "rate(14 days)", "false", "222222222222", "rate(1 day)", "us-east-1", "rate(12 hours)", "r-ab12", "ap-northeast-1,us-east-1",
    ]
    error_message = "The whole organization, and AWS's schedules; roles that change networks are off."
  }
}

run "every_input" {
  command = plan

  module {
    source = "./modules/unified-console"
  }

  variables {
    default_host_management_interval_days = 31
    agent_update_interval_days            = null
    inventory_interval_hours              = 1
    create_remediation_roles              = true
    kms_key_arn                           = "arn:aws:kms:us-east-1:222222222222:key/1"
  }

  assert {
    condition = [
      for name in ["AgentUpdateSchedule", "CreateRemediationRoles", "EnableDHMCSchedule", "InventoryCollectionSchedule", "S3BucketEncryptionKeyArn"] :
      module.configuration.parameters[name]
    ] == ["none", "true", "rate(31 days)", "rate(1 hour)", "arn:aws:kms:us-east-1:222222222222:key/1"]
    error_message = "Each input is a parameter of AWS's template."
  }
}

run "home_region_is_not_a_region" {
  command = plan

  module {
    source = "./modules/unified-console"
  }

  variables {
    regions = ["ap-northeast-1"]
  }

  expect_failures = [terraform_data.requirements]
}
