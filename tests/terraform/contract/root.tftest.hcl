# The root module: a plan has the steps that the inputs enable, and no others.

mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "111111111111", arn = "arn:aws:iam::111111111111:user/Administrator" }
  }
  mock_data "aws_region" {
    defaults = { id = "us-east-1" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_organizations_organization" {
    defaults = {
      id                            = "o-sandbox0001"
      master_account_id             = "111111111111"
      feature_set                   = "ALL"
      aws_service_access_principals = ["ssm.amazonaws.com", "member.org.stacksets.cloudformation.amazonaws.com"]
      roots                         = [{ id = "r-ab12", arn = "", name = "Root", policy_types = [] }]
      accounts = [
        { id = "111111111111", arn = "", email = "management@example.com", name = "Management", status = "ACTIVE" },
        { id = "222222222222", arn = "", email = "administrator@example.com", name = "Administrator", status = "ACTIVE" },
      ]
    }
  }
  mock_data "aws_organizations_organizational_unit_child_accounts" {
    defaults = {
      accounts = [{ id = "222222222222", arn = "", email = "administrator@example.com", name = "Administrator", status = "ACTIVE" }]
    }
  }
  mock_data "aws_organizations_delegated_administrators" {
    defaults = {
      delegated_administrators = [{
        id                      = "222222222222", arn = "", email = "administrator@example.com", name = "Administrator", status = "ACTIVE"
        delegation_enabled_date = "", joined_method = "CREATED", joined_timestamp = ""
      }]
    }
  }
  mock_data "aws_iam_roles" {
    defaults = { names = ["AWSServiceRoleForSSMQuickSetup"] }
  }
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::111111111111:role/AWS-QuickSetup-Organization-Execution" }
  }
  mock_resource "aws_ssmquicksetup_configuration_manager" {
    defaults = {
      manager_arn      = "arn:aws:ssm-quicksetup:us-east-1:111111111111:configuration-manager/1"
      status_summaries = [{ status_type = "Deployment", status = "SUCCEEDED", status_message = "" }]
    }
  }
}

mock_provider "external" {}

variables {
  regions        = ["us-east-1"]
  python_command = null
}

run "no_inputs" {
  command = plan

  assert {
    condition     = length(module.patch_policy) + length(module.default_host_management) + length(module.dedicated_organizational_unit) == 0
    error_message = "The plan has steps that no input enables."
  }

  assert {
    condition     = length(data.external.organization) == 0
    error_message = "python_command is null, and yet there is an external data source."
  }

  assert {
    condition     = output.delegated_administrator == null && output.dedicated_organizational_unit == null && output.quick_setup_configurations == {}
    error_message = "Outputs tell of what is not there."
  }
}

run "every_step" {
  variables {
    dedicated_organizational_unit = { id = "ou-ab12-34cd56ef" }
    delegated_administrator       = { account_id = "222222222222" }
    patch_policies                = { scan-everything = {}, install = { operation = "ScanAndInstall", regions = ["us-east-1", "eu-west-1"] } }
    default_host_management       = {}
  }

  assert {
    condition     = output.delegated_administrator == { account_id = "222222222222", service_principals = toset(["ssm.amazonaws.com"]) }
    error_message = "The delegated administrator is ${jsonencode(output.delegated_administrator)}."
  }

  assert {
    condition     = output.dedicated_organizational_unit == { id = "ou-ab12-34cd56ef", account_id = "222222222222" }
    error_message = "The dedicated organizational unit is ${jsonencode(output.dedicated_organizational_unit)}."
  }

  assert {
    condition = jsonencode({ for name, configuration in output.quick_setup_configurations : name => [configuration.type, configuration.regions, configuration.targets] }) == jsonencode({
      default-host-management = ["AWSQuickSetupType-DHMC", ["us-east-1"], ["r-ab12"]]
      install                 = ["AWSQuickSetupType-PatchPolicy", ["eu-west-1", "us-east-1"], ["r-ab12"]]
      scan-everything         = ["AWSQuickSetupType-PatchPolicy", ["us-east-1"], ["r-ab12"]]
    })
    error_message = "The configurations are ${jsonencode(output.quick_setup_configurations)}."
  }
}

run "another_partition" {
  command = plan

  override_data {
    target = data.aws_caller_identity.current
    values = { account_id = "111111111111", arn = "arn:aws-us-gov:iam::111111111111:user/Administrator" }
  }

  expect_failures = [data.aws_caller_identity.current]
}
