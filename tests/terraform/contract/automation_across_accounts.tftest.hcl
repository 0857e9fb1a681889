# Automation across accounts: roles and targets for each input.

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
  mock_resource "aws_cloudformation_stack_instances" {
    defaults = { stack_instance_summaries = [{ account_id = "333333333333", region = "us-east-1", detailed_status = "SUCCEEDED" }] }
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
}

variables {
  regions        = ["us-east-1", "ap-northeast-1"]
  python_command = null
}

run "roles" {
  module {
    source = "./modules/automation-across-accounts"
  }

  variables {
    execution_policy_arns = ["arn:aws:iam::aws:policy/ReadOnlyAccess"]
  }

  assert {
    condition = [
      for role in [jsondecode(module.stack_set[0].template_body).Resources.ExecutionRole.Properties] :
      [role.RoleName, role.ManagedPolicyArns, role.AssumeRolePolicyDocument.Statement[0].Principal.AWS, role.AssumeRolePolicyDocument.Statement[0].Condition]
      ] == [[
        "AWS-SystemsManager-AutomationExecutionRole", ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
        "arn:aws:iam::222222222222:root", {
          ArnEquals    = { "aws:PrincipalArn" = "arn:aws:iam::222222222222:role/AWS-SystemsManager-AutomationAdministrationRole" }
          StringEquals = { "aws:PrincipalOrgID" = "o-ab12cd34ef" }
        }
    ]]
    error_message = "Only the administration role of the organization may assume it."
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.administration[0].policy).Statement[0].Resource == "arn:aws:iam::*:role/AWS-SystemsManager-AutomationExecutionRole"
    error_message = "It may assume that role alone."
  }
}

run "targets" {
  module {
    source = "./modules/automation-across-accounts"
  }

  variables {
    create_roles            = false
    organizational_unit_ids = ["ou-ab12-34cd56ef"]
    excluded_account_ids    = ["333333333333"]
    max_concurrency         = "5"
    max_errors              = "0"
  }

  assert {
    condition = jsondecode(output.target_locations) == [{
      Accounts                      = ["ou-ab12-34cd56ef"]
      ExcludeAccounts               = ["333333333333"]
      ExecutionRoleName             = "AWS-SystemsManager-AutomationExecutionRole"
      IncludeChildOrganizationUnits = true
      Regions                       = ["ap-northeast-1", "us-east-1"]
      TargetLocationMaxConcurrency  = "5"
      TargetLocationMaxErrors       = "0"
    }]
    error_message = "Each input is a member of AWS's TargetLocation."
  }

  assert {
    condition     = length(aws_iam_role.administration) == 0 && length(module.stack_set) == 0
    error_message = "Roles that exist are not created."
  }
}

# An iCalendar with a TZID has the time zone as well, whose own times are local: https://www.rfc-editor.org/rfc/rfc5545#section-3.6.5
run "exported_calendar" {
  command = plan

  module {
    source = "./modules/automation-across-accounts"
  }

  variables {
    create_roles = false
    change_calendar = {
      content = <<-EOT
        BEGIN:VCALENDAR
        PRODID:-//Google Inc//Google Calendar 70.9054//EN
        VERSION:2.0
        X-CALENDAR-TYPE:DEFAULT_OPEN
        BEGIN:VTIMEZONE
        TZID:America/New_York
        BEGIN:STANDARD
        DTSTART:19701101T020000
        TZOFFSETFROM:-0400
        TZOFFSETTO:-0500
        RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU
        END:STANDARD
        END:VTIMEZONE
        BEGIN:VEVENT
        UID:freeze
        DTSTART;TZID=America/New_York:20261220T000000
        DTEND;TZID=America/New_York:20270105T000000
        END:VEVENT
        END:VCALENDAR
      EOT
    }
  }

  assert {
    condition     = strcontains(aws_ssm_document.calendar[0].content, "DTSTART:19701101T020000\r\n")
    error_message = "The calendar is taken as it was exported."
  }
}
