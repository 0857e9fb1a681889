# The parameters that a patch policy sends to Quick Setup.

mock_provider "aws" {
  mock_data "aws_region" {
    defaults = { id = "us-east-1" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "111111111111" }
  }
  mock_data "aws_ssm_patch_baselines" {
    defaults = {
      baseline_identities = [
        {
          baseline_id          = "arn:aws:ssm:us-east-1:075727635805:patchbaseline/pb-0d94a2b8ff4a2c4f1"
          baseline_name        = "AWS-UbuntuDefaultPatchBaseline"
          baseline_description = "Default Patch Baseline for Ubuntu Provided by AWS."
          default_baseline     = true
          operating_system     = "UBUNTU"
        },
        {
          baseline_id          = "pb-0123456789abcdef0"
          baseline_name        = "ours"
          baseline_description = "Approved by us."
          default_baseline     = false
          operating_system     = "WINDOWS"
        },
      ]
    }
  }
  mock_resource "aws_ssmquicksetup_configuration_manager" {
    defaults = {
      manager_arn              = "arn:aws:ssm-quicksetup:us-east-1:111111111111:configuration-manager/1"
      configuration_definition = { id = "q4bkg" }
      status_summaries         = [{ status_type = "Deployment", status = "SUCCEEDED", status_message = "" }]
    }
  }
}

variables {
  name                    = "scan-everything"
  organizational_unit_ids = ["r-ab12"]
  regions                 = ["us-east-1", "ap-northeast-1"]
  prerequisites = {
    local_deployment_roles = {
      administration_role_arn = "arn:aws:iam::111111111111:role/AWS-QuickSetup-Administration"
      execution_role_name     = "AWS-QuickSetup-Execution"
    }
  }
}

run "defaults" {
  module {
    source = "./modules/patch-policy"
  }

  assert {
    condition = {
      for key, value in module.configuration["organization"].parameters : key => value if key != "SelectedPatchBaselines"
      } == {
      PatchPolicyName                      = "scan-everything"
      PatchBaselineRegion                  = "us-east-1"
      PatchBaselineUseDefault              = "default"
      ConfigurationOptionsPatchOperation   = "Scan"
      ConfigurationOptionsScanValue        = "cron(0 1 * * ? *)"
      ConfigurationOptionsScanNextInterval = "false"
      IsPolicyAttachAllowed                = "false"
      OutputLogEnableS3                    = "false"
      RateControlConcurrency               = "10%"
      RateControlErrorThreshold            = "2%"
      TargetOrganizationalUnits            = "r-ab12"
      TargetRegions                        = "ap-northeast-1,us-east-1"
    }
    error_message = "The default policy sends ${jsonencode(module.configuration["organization"].parameters)}."
  }

  assert {
    condition     = jsondecode(module.configuration["organization"].parameters.SelectedPatchBaselines).UBUNTU.label == "AWS-UbuntuDefaultPatchBaseline"
    error_message = "The default baselines are not AWS's: ${module.configuration["organization"].parameters.SelectedPatchBaselines}"
  }

  assert {
    condition = output.patch_policies == {
      scan-everything = {
        id            = "q4bkg"
        bucket_name   = "aws-quicksetup-patchpolicy-111111111111-q4bkg"
        principal_tag = { key = "QSConfigId-q4bkg", value = "q4bkg" }
      }
    }
    error_message = "The output patch_policies is ${jsonencode(output.patch_policies)}."
  }

  assert {
    condition     = keys(output.configurations) == ["scan-everything"]
    error_message = "The management account is included by default."
  }
}

run "every_input" {
  module {
    source = "./modules/patch-policy"
  }

  variables {
    name                             = "install"
    operation                        = "ScanAndInstall"
    scan_schedule                    = "cron(0/30 * ? * MON-FRI *)"
    scan_at_next_interval            = true
    install_schedule                 = "cron(0 2 ? * SAT#1 *)"
    install_at_next_interval         = false
    reboot_option                    = "RebootIfNeeded"
    baselines                        = { WINDOWS = "arn:aws:ssm:us-east-1:111111111111:patchbaseline/pb-0123456789abcdef0" }
    concurrency                      = "5"
    error_threshold                  = "0%"
    target_tag                       = { key = "Patch", value = "yes" }
    log_bucket                       = { name = "patch-logs", region = "eu-west-1", key_prefix = "runs" }
    attach_instance_profile_policies = true
    include_management_account       = true
  }

  assert {
    condition = {
      for key, value in module.configuration["organization"].parameters : key => value if key != "SelectedPatchBaselines"
      } == {
      PatchPolicyName                         = "install"
      PatchBaselineRegion                     = "us-east-1"
      PatchBaselineUseDefault                 = "custom"
      ConfigurationOptionsPatchOperation      = "ScanAndInstall"
      ConfigurationOptionsScanValue           = "cron(0/30 * ? * MON-FRI *)"
      ConfigurationOptionsScanNextInterval    = "true"
      ConfigurationOptionsInstallValue        = "cron(0 2 ? * SAT#1 *)"
      ConfigurationOptionsInstallNextInterval = "false"
      RebootOption                            = "RebootIfNeeded"
      IsPolicyAttachAllowed                   = "true"
      OutputLogEnableS3                       = "true"
      OutputS3BucketName                      = "patch-logs"
      OutputS3KeyPrefix                       = "runs"
      OutputBucketRegion                      = "eu-west-1"
      RateControlConcurrency                  = "5"
      RateControlErrorThreshold               = "0%"
      TargetType                              = "Tags"
      TargetTagKey                            = "Patch"
      TargetTagValue                          = "yes"
      TargetOrganizationalUnits               = "r-ab12"
      TargetRegions                           = "ap-northeast-1,us-east-1"
    }
    error_message = "The policy sends ${jsonencode(module.configuration["organization"].parameters)}."
  }

  assert {
    condition     = jsondecode(module.configuration["organization"].parameters.SelectedPatchBaselines).WINDOWS == { value = "pb-0123456789abcdef0", label = "ours", disabled = false }
    error_message = "The chosen baseline is not sent: ${module.configuration["organization"].parameters.SelectedPatchBaselines}"
  }

  assert {
    condition = module.configuration["management_account"].parameters == merge(
      { for key, value in module.configuration["organization"].parameters : key => value if key != "TargetOrganizationalUnits" },
      { PatchPolicyName = "install-management-account", TargetAccounts = "111111111111" },
    )
    error_message = "The management account's own configuration differs in more than name and target: ${jsonencode(module.configuration["management_account"].parameters)}."
  }
}

run "parameter_over_4096_characters" {
  command = plan

  module {
    source = "./modules/quick-setup-configuration"
  }

  variables {
    type    = "AWSQuickSetupType-PatchPolicy"
    targets = { organizational_unit_ids = ["r-ab12"] }
    parameters = {
      PatchPolicyName        = "scan-everything"
      PatchBaselineRegion    = "us-east-1"
      OutputLogEnableS3      = "false"
      SelectedPatchBaselines = jsonencode({ WINDOWS = { value = "pb-0123456789abcdef0", label = join("", [for index in range(1024) : "xxxx"]) } })
    }
  }

  expect_failures = [aws_ssmquicksetup_configuration_manager.this]
}
