locals {
  # AWS's defaults are one account at a time, no error and no child units.
  target_locations = [{
    Accounts                      = local.targets
    IncludeChildOrganizationUnits = true
    ExcludeAccounts               = sort(var.excluded_account_ids)
    Regions                       = sort(var.regions)
    ExecutionRoleName             = var.execution_role_name
    TargetLocationMaxConcurrency  = var.max_concurrency
    TargetLocationMaxErrors       = var.max_errors
  }]
  locations = [for location in local.target_locations : { for key, value in location : key => value if key != "ExcludeAccounts" || length(var.excluded_account_ids) > 0 }]
  inputs    = { Automation = { Parameters = { AutomationAssumeRole = [local.administration_role_arn] }, TargetLocations = local.locations } }
}

output "target_locations" {
  description = "The argument `--target-locations` of `aws ssm start-automation-execution`, as JSON."
  value       = jsonencode(local.locations)

  depends_on = [module.stack_set]
}

output "commands" {
  description = "Commands for a runbook (replace `RUNBOOK`), in this order: `preview` counts the accounts, Regions and steps that change something, without running any; `preview_result` shows it; `start` runs it."
  value = {
    preview        = "aws ssm start-execution-preview --region ${local.region} --document-name RUNBOOK --execution-inputs '${jsonencode(local.inputs)}'"
    preview_result = "aws ssm get-execution-preview --region ${local.region} --execution-preview-id ID"
    start          = "aws ssm start-automation-execution --region ${local.region} --document-name RUNBOOK --parameters AutomationAssumeRole=${local.administration_role_arn} --target-locations '${jsonencode(local.locations)}'"
  }

  depends_on = [module.stack_set]
}

output "administration_role_arn" {
  description = "The role that an automation across accounts takes as `AutomationAssumeRole`. Who starts one needs `iam:PassRole` for it."
  value       = local.administration_role_arn

  depends_on = [aws_iam_role_policy.administration]
}

output "stack_set_name" {
  description = "The StackSet that creates the role in the member accounts. Null with `create_roles = false`."
  value       = one(module.stack_set[*].name)
}

output "failed_accounts" {
  description = "Accounts without the role, at the last plan or apply: list of `account_id` and AWS's `reason`. It changes without an apply; a configuration with this value in its outputs then has a change in its plan."
  value       = [for account in flatten(module.stack_set[*].failed_accounts) : { account_id = account.account_id, reason = account.reason }]
}

output "change_calendar" {
  description = "The change calendar (null without `change_calendar`): `name`, `arn`; `calendar_names`, the argument `CalendarNames` of an association or of `GetCalendarState` as JSON; and the command `state`, which tells whether it is open."
  value = var.change_calendar == null ? null : {
    name           = local.calendar_name
    arn            = local.calendar_arn
    calendar_names = jsonencode([local.calendar_arn])
    state          = "aws ssm get-calendar-state --region ${local.region} --calendar-names ${local.calendar_arn}"
  }

  depends_on = [aws_ssm_document.calendar]
}
