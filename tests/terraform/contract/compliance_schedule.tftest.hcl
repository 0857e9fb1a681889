# The compliance report on a schedule: what the build runs, what its role may do, and what is not made beside existing resources.

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
  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:us-east-1:222222222222:key/0123abcd-45ef-67ab-89cd-012345efabcd" }
  }
  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:us-east-1:222222222222:scheduled-compliance-report" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::222222222222:role/Role" }
  }
  mock_resource "aws_codebuild_project" {
    defaults = { arn = "arn:aws:codebuild:us-east-1:222222222222:project/scheduled-compliance-report" }
  }
}

variables {
  python_command  = null
  compliance_data = { bucket_name = "patch-compliance-222222222222-us-east-1", stack_set_name = "patch-compliance" }
}

run "nothing_but_the_data" {
  module {
    source = "./modules/compliance-schedule"
  }

  assert {
    condition = local.report_arguments == [
      "--source", "s3", "--bucket", "patch-compliance-222222222222-us-east-1", "--prefix", "inventory", "--stack-set", "patch-compliance",
      "--stale-after", "7", "--patches", "all", "--snapshot",
      "s3://scheduled-compliance-report-222222222222-us-east-1/patch-compliance/snapshots", "--since", "7d",
    ]
    error_message = "By default every patch is reported, and a snapshot is kept."
  }

  assert {
    condition     = aws_codebuild_project.this.concurrent_build_limit == 1 && one(aws_codebuild_project.this.source).location == "scheduled-compliance-report-222222222222-us-east-1/patch-compliance/program/"
    error_message = "One build at a time, of the program in the bucket."
  }

  assert {
    condition     = sha256(local.program) == local.environment.PROGRAM_SHA256 && contains(keys(jsondecode(local.program)), "scripts/report.py") && contains(keys(jsondecode(local.program)), "build.py")
    error_message = "The program has the scripts, and its checksum is in the project."
  }

  # Otherwise a schedule or a project of another account could use the roles.
  assert {
    condition = alltrue([
      for role in [aws_iam_role.build, aws_iam_role.schedule] :
      jsondecode(role.assume_role_policy).Statement[0].Condition.StringEquals["aws:SourceAccount"] == "222222222222"
    ])
    error_message = "The roles are for this account."
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.schedule.policy).Statement == [{ Effect = "Allow", Action = "codebuild:StartBuild", Resource = "arn:aws:codebuild:us-east-1:222222222222:project/scheduled-compliance-report" }]
    error_message = "The schedule starts this project, and nothing else."
  }

  assert {
    condition     = alltrue([for statement in jsondecode(aws_iam_role_policy.build.policy).Statement : !anytrue([for action in flatten([statement.Action]) : endswith(action, ":*") || action == "*"])])
    error_message = "The role of the build has no action by wildcard."
  }

  assert {
    condition     = !strcontains(aws_iam_role_policy.build.policy, "organizations:ListTagsForResource")
    error_message = "Without account_owner_tag the role reads no tags of accounts."
  }

  assert {
    condition     = one(aws_cloudwatch_metric_alarm.missing).evaluation_periods == 26 && one(aws_cloudwatch_metric_alarm.missing).treat_missing_data == "breaching" && aws_cloudwatch_metric_alarm.failed.treat_missing_data == "notBreaching"
    error_message = "What was not measured is a report that is missing, and none that failed."
  }

  # A build that exceeds a threshold uploads its report, and does not succeed.
  assert {
    condition     = startswith(one(aws_cloudwatch_metric_alarm.missing).alarm_description, "No build of the patch compliance report succeeded in 26 hours.")
    error_message = "The alarm does not say that there was no report."
  }

  assert {
    condition     = one(aws_sns_topic.this).kms_master_key_id == one(aws_kms_key.this).arn
    error_message = "The topic has the key: Checkov does not see it in a plan."
  }
}

run "everything" {
  module {
    source = "./modules/compliance-schedule"
  }

  variables {
    report = {
      regions             = ["us-east-1", "ap-northeast-1"]
      organizational_unit = "Root/Workloads"
      patches             = ["missing", "failed"]
      stale_after_days    = 3
      deadline            = ["bod-19-02", "high=20d"]
      owner_tag           = "Team"
      account_owner_tag   = "-cost center/owner"
      exceptions          = "{\"exceptions\": []}"
      owners              = "{\"owners\": []}"
      accounts            = ["333333333333", "222222222222"]
      kev                 = "s3://security-feeds/kev.json"
      epss                = "s3://security-feeds/epss's(1).csv.gz"
      by                  = "owner"
      since_days          = 30
      fail_on             = ["overdue", "HIGH", "exploited"]
      fail_below          = 95.5
    }
    alarm_after_hours = null
    pip_index_url     = "https://packages.example.com/simple"
    role_path         = "/platform/"
  }

  assert {
    condition = slice(local.report_arguments, 8, length(local.report_arguments)) == [
      "--stale-after", "3", "--regions", "ap-northeast-1,us-east-1", "--accounts", "222222222222,333333333333", "--organizational-unit", "Root/Workloads", "--patches", "failed", "missing",
      "--deadline", "bod-19-02", "high=20d", "--owner-tag", "Team", "--account-owner-tag=-cost center/owner", "--exceptions", "exceptions.json", "--owners", "owners.json",
      "--epss", "epss", "--kev", "kev", "--by", "owner", "--snapshot", "s3://scheduled-compliance-report-222222222222-us-east-1/patch-compliance/snapshots", "--since", "30d", "--fail-on", "HIGH", "exploited", "overdue", "--fail-below", "95.5",
    ]
    error_message = "Every input is an option of the report."
  }

  assert {
    condition     = jsondecode(local.program)["exceptions.json"] == "{\"exceptions\": []}" && local.environment.PIP_INDEX_URL == "https://packages.example.com/simple"
    error_message = "The files and the index reach the build."
  }

  assert {
    condition = [for statement in jsondecode(aws_iam_role_policy.build.policy).Statement : statement.Resource if statement.Sid == "ReadCatalogs"] == [
      ["arn:aws:s3:::security-feeds/epss's(1).csv.gz", "arn:aws:s3:::security-feeds/kev.json"]
    ]
    error_message = "The role reads these two objects."
  }

  assert {
    condition = [for statement in jsondecode(aws_iam_role_policy.build.policy).Statement : statement if strcontains(jsonencode(statement), "organizations:ListTagsForResource")] == [{
      Sid      = "ReadAccountTags"
      Effect   = "Allow"
      Action   = "organizations:ListTagsForResource"
      Resource = "arn:aws:organizations::111111111111:account/o-ab12cd34ef/*"
    }]
    error_message = "The role reads the tags of accounts of the organization, and of nothing else."
  }

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.missing) == 0 && output.alarm_names.missing == null
    error_message = "Without alarm_after_hours there is no such alarm."
  }
}

# The bucket may be deleted by the run after it.
run "bucket_that_may_be_deleted" {
  module {
    source = "./modules/compliance-schedule"
  }

  variables {
    force_destroy = true
  }
}

run "existing_bucket_and_topic" {
  module {
    source = "./modules/compliance-schedule"
  }

  variables {
    existing_bucket  = { name = "reports", kms_key_arn = "arn:aws:kms:us-east-1:222222222222:key/bucket" }
    force_destroy    = true
    existing_topic   = { arn = "arn:aws:sns:us-east-1:222222222222:security", kms_key_arn = "arn:aws:kms:us-east-1:222222222222:key/topic" }
    kms_key_arn      = "arn:aws:kms:us-east-1:222222222222:key/own"
    created_key_kept = false
  }

  assert {
    condition     = length(aws_s3_bucket.this) == 0 && length(aws_s3_bucket_policy.this) == 0 && length(aws_sns_topic.this) == 0 && length(aws_sns_topic_policy.this) == 0 && length(aws_kms_key.this) == 0
    error_message = "Nothing of an existing bucket, topic or key is changed."
  }

  assert {
    condition = toset([for statement in jsondecode(aws_iam_role_policy.build.policy).Statement : statement.Resource if statement.Sid == "UseKeys"][0]) == toset([
      for name in ["own", "bucket", "topic"] : "arn:aws:kms:us-east-1:222222222222:key/${name}"
    ])
    error_message = "The role may use the keys of both."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.failed.alarm_actions == toset(["arn:aws:sns:us-east-1:222222222222:security"]) && output.bucket_name == "reports" && output.topic_arn == "arn:aws:sns:us-east-1:222222222222:security"
    error_message = "Reports and alarms go to them."
  }
}

run "keys_of_another_region" {
  command = plan

  module {
    source = "./modules/compliance-schedule"
  }

  variables {
    kms_key_arn      = "arn:aws:kms:eu-west-1:222222222222:key/own"
    created_key_kept = false
  }

  expect_failures = [terraform_data.requirements]
}

run "access_to_members" {
  module {
    source = "./modules/compliance-schedule"
  }

  variables {
    compliance_data = null
    member_access   = { role_name = "reporting/PatchComplianceReader", security_hub = true }
    report          = { fail_on = ["unmanaged"], snapshots = false, grace_hours = 48 }
  }

  assert {
    condition = local.report_arguments == [
      "--member-role-name", "reporting/PatchComplianceReader", "--coverage", "--to-security-hub", "--yes", "--stale-after", "7",
      "--patches", "all", "--grace-hours", "48", "--fail-on", "unmanaged",
    ]
    error_message = "Every account is read by the API, with coverage and findings."
  }

  assert {
    condition     = !contains(jsondecode(aws_iam_role_policy.build.policy).Statement[*].Sid, "WriteSnapshots")
    error_message = "Without snapshots the role writes none."
  }

  assert {
    condition = [for statement in jsondecode(aws_iam_role_policy.build.policy).Statement : statement if statement.Action == "sts:AssumeRole"] == [{
      Sid       = "AssumeMemberRoles"
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Resource  = "arn:aws:iam::*:role/reporting/PatchComplianceReader"
      Condition = { StringEquals = { "aws:ResourceOrgID" = "o-ab12cd34ef" } }
    }]
    error_message = "The role may be assumed in accounts of the organization, and no other role."
  }

  assert {
    condition     = length(setintersection(jsondecode(aws_iam_role_policy.build.policy).Statement[*].Sid, ["ReadComplianceData", "ListComplianceData", "ReadStackSet", "DecryptComplianceData"])) == 0
    error_message = "There is no compliance data to read."
  }
}

run "access_to_members_without_coverage" {
  command = plan

  module {
    source = "./modules/compliance-schedule"
  }

  variables {
    compliance_data = null
    member_access   = { role_name = "PatchComplianceReader", coverage = false }
  }

  assert {
    condition     = slice(local.report_arguments, 0, 3) == ["--member-role-name", "PatchComplianceReader", "--stale-after"]
    error_message = "Without coverage and findings neither is asked for."
  }
}
