# Session Manager preferences: the document and the template for each input.

mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "222222222222" }
  }
  mock_data "aws_region" {
    defaults = { id = "us-east-1" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_organizations_organization" {
    defaults = {
      id                = "o-ab12cd34ef"
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
  mock_resource "aws_cloudformation_stack_instances" {
    defaults = { stack_instance_summaries = [{ account_id = "333333333333", region = "us-east-1", detailed_status = "SUCCEEDED" }] }
  }
  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:us-east-1:222222222222:key/0123abcd-45ef-67ab-89cd-012345efabcd" }
  }
}

variables {
  regions        = ["us-east-1", "ap-northeast-1"]
  python_command = null
}

run "nothing_but_a_timeout" {
  module {
    source = "./modules/session-manager-preferences"
  }

  assert {
    condition = jsondecode(output.preferences).inputs == {
      s3BucketName                = ""
      s3KeyPrefix                 = ""
      s3EncryptionEnabled         = false
      cloudWatchLogGroupName      = ""
      cloudWatchEncryptionEnabled = false
      cloudWatchStreamingEnabled  = false
      runAsEnabled                = false
      runAsDefaultUser            = ""
      idleSessionTimeout          = "20"
      shellProfile                = { linux = "", windows = "" }
    }
    error_message = "By default sessions have AWS's timeout, and nothing else."
  }

  assert {
    condition     = output.node_policy == null && output.bucket_name == null && length(local.all_role_names) == 0
    error_message = "Nodes need no permissions."
  }

  # Automation takes it for a parameter.
  assert {
    condition     = !strcontains(local.runbook.mainSteps[0].inputs.Script, "{{")
    error_message = "The script has no variable of Automation."
  }
}

run "everything" {
  module {
    source = "./modules/session-manager-preferences"
  }

  variables {
    idle_session_timeout_minutes = 15
    max_session_duration_minutes = 1440
    run_as                       = { default_user = "operator" }
    shell_profile                = { linux = "exec /bin/bash" }
    bucket                       = { prefix = "logs/sessions", retention_days = 400, object_lock = { mode = "COMPLIANCE", days = 365 } }
    log_group                    = { streaming_enabled = false }
    node_role_names              = ["Node"]
    session_kms_key_arns = {
      us-east-1      = "arn:aws:kms:us-east-1:222222222222:key/mrk-1"
      ap-northeast-1 = "arn:aws:kms:ap-northeast-1:222222222222:key/mrk-1"
    }
  }

  assert {
    condition = jsondecode(output.preferences).inputs == {
      s3BucketName                = "session-manager-preferences-222222222222-us-east-1"
      s3KeyPrefix                 = "logs/sessions"
      s3EncryptionEnabled         = true
      cloudWatchLogGroupName      = "/aws/ssm/sessions"
      cloudWatchEncryptionEnabled = false
      cloudWatchStreamingEnabled  = false
      runAsEnabled                = true
      runAsDefaultUser            = "operator"
      idleSessionTimeout          = "15"
      maxSessionDuration          = "1440"
      shellProfile                = { linux = "exec /bin/bash", windows = "" }
    }
    error_message = "Each input is one of AWS's."
  }

  assert {
    condition = toset([for statement in jsondecode(output.node_policy).Statement : statement.Sid]) == toset([
      "WriteSessionLogs", "ReadEncryption", "EncryptSessionLogs", "StreamSessionLogs", "FindLogGroup", "DecryptSessions",
    ])
    error_message = "Nodes have permissions for the logs and for the keys."
  }

  assert {
    condition = local.all_role_names == [
      "AWS-QuickSetup-SSM-DefaultEC2MgmtRole-$${AWS::Region}", "AWSSystemsManagerDefaultEC2InstanceManagementRole", "Node",
    ]
    error_message = "The roles of Default Host Management have no such permissions by themselves."
  }

  # Of an object CloudFormation would make text of the number of days and of each truth value.
  assert {
    condition = [
      for content in [jsondecode(module.stack_set.template_body).Resources.Runbook.Properties.Content] :
      [jsondecode(content).mainSteps[0].inputs.InputPayload.LogGroup.RetentionDays, jsondecode(content).mainSteps[0].inputs.InputPayload.Preferences.inputs.runAsEnabled]
    ] == [[365, true]]
    error_message = "The runbook is text in the template."
  }

  # A node writes below its own account alone.
  assert {
    condition = [
      for statement in local.bucket_policy.Statement : [statement.Resource, statement.Condition] if statement.Sid == "AllowNodesToWriteLogsOfTheirAccount"
      ] == [[
        "arn:aws:s3:::session-manager-preferences-222222222222-us-east-1/logs/sessions/$${aws:PrincipalAccount}/*",
        { StringEquals = { "aws:PrincipalOrgID" = "o-ab12cd34ef" } },
    ]]
    error_message = "The bucket admits the organization, each account below its own prefix."
  }

  assert {
    condition     = length(module.stack_set.template_body) < 51200
    error_message = "CloudFormation takes 51,200 bytes."
  }
}

run "region_without_key" {
  command = plan

  module {
    source = "./modules/session-manager-preferences"
  }

  variables {
    session_kms_key_arns = { us-east-1 = "arn:aws:kms:us-east-1:222222222222:key/mrk-1" }
  }

  expect_failures = [terraform_data.requirements]
}

# As many Regions as AWS has, with a margin, and the longest names.
run "the_longest_policy" {
  command = plan

  module {
    source = "./modules/session-manager-preferences"
  }

  variables {
    regions              = [for pair in setproduct(["ap-east", "ap-northeast", "ap-south", "ap-southeast", "eu-central"], range(1, 9)) : join("-", pair)]
    session_kms_key_arns = { for pair in setproduct(["ap-east", "ap-northeast", "ap-south", "ap-southeast", "eu-central"], range(1, 9)) : join("-", pair) => "arn:aws:kms:${join("-", pair)}:222222222222:key/mrk-0123456789abcdef0123456789abcdef" }
    bucket               = { name = join("", [for _ in range(63) : "a"]), prefix = join("", [for _ in range(200) : "a"]), kms_key_arn = "arn:aws:kms:us-east-1:222222222222:key/mrk-0123456789abcdef0123456789abcdef", created_key_kept = false }
    log_group            = { name = join("", [for _ in range(512) : "a"]) }
  }

  assert {
    condition     = length(output.node_policy) <= 6144
    error_message = "IAM takes 6,144 characters of a managed policy."
  }
}

run "too_many_keys" {
  command = plan

  module {
    source = "./modules/session-manager-preferences"
  }

  variables {
    session_kms_key_arns = merge([
      for prefix in ["ap-east", "ap-northeast", "ap-south", "ap-southeast", "eu-central", "us-east", "us-west"] : { for number in range(1, 9) : "${prefix}-${number}" => "arn:aws:kms:${prefix}-${number}:222222222222:key/mrk-0123456789abcdef0123456789abcdef" }
    ]...)
  }

  expect_failures = [var.session_kms_key_arns]
}
