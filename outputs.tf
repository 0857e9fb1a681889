output "organization" {
  description = "The organization: `id`, `root_id`, `management_account_id`."
  value = {
    id                    = local.organization.id
    root_id               = local.root_id
    management_account_id = local.organization.master_account_id
  }
}

output "trusted_access" {
  description = "Trusted access: `service_principals` that were made sure of, StackSets' among them."
  value = {
    service_principals = module.trusted_access.service_principals
  }
}

output "dedicated_organizational_unit" {
  description = "The dedicated organizational unit: `id` and `account_id`, the account in it. Null: none."
  value = var.dedicated_organizational_unit == null ? null : {
    id         = module.dedicated_organizational_unit[0].id
    account_id = var.delegated_administrator == null ? null : module.delegated_administrator[0].account_id
  }

  # Not with the other errors: while the unit is still to be created, nobody knows who is in it.
  precondition {
    condition     = local.severities.OU_NOT_EXCLUSIVE != "error" || var.change_manager != null || length(local.unit_findings) == 0
    error_message = join("\n", local.told_of_unit)
  }
}

output "delegated_administrator" {
  description = "The delegated administrator: `account_id` and the `service_principals` it is registered for. Null: none."
  value = var.delegated_administrator == null ? null : {
    account_id         = module.delegated_administrator[0].account_id
    service_principals = module.delegated_administrator[0].service_principals
  }
}

output "quick_setup_configurations" {
  description = "Name to Quick Setup configuration: `arn` of its manager, `type`, `status` of its deployment, `regions`, and `targets` (organizational units, the root, or one account)."
  value       = local.configurations
}

output "quick_setup_prerequisites" {
  description = "What further configurations need, of any type of Quick Setup: the input `prerequisites` of `modules/quick-setup-configuration`. Name them in `other_configuration_names` as well."

  # Without the number of accounts, with which every plan would change that exports this: what uses it counts by itself.
  value = merge(local.prerequisites, { organization_account_count = null })
}

output "default_host_management_role_name" {
  description = "Role of Default Host Management Configuration in the management account, with its path, for covering its other Regions: docs/other-regions.md. Null: the account is not covered."
  value       = one(module.default_host_management[*].management_account_role_name)
}

output "deployments" {
  description = <<-EOT
    How each configuration stands, as it was when last planned or applied: name to account id to Region to
    - `state`: `succeeded`, `in_progress`, `failed` or `not_deployed`;
    - `reason`: AWS's own words where it failed; why nothing is there where it is not deployed (management account, suspended account, ...); otherwise empty.
    Empty without Python, or with `deployments_observed = false`. A new account changes it, and so the plan of a configuration that has it among its own outputs.
  EOT
  value       = local.deployments
}

output "preflight_findings" {
  description = <<-EOT
    What preflight found, the worst first: list of
    - `severity`: `error`, `warning`, or `note` for what was not looked for or counts for more or less than by default;
    - `code`: as in the README;
    - `subject`: accounts, Regions, configurations;
    - `message` and `remedy`: what is so, and what to do.
    What an apply takes care of by itself (`CONFIGURATION_LEFT_OVER`, `SEVERAL_AT_ONCE`) is told by the warning alone. Otherwise it tells of the world as it was when last planned: where that changes, so does the plan of a configuration that has it among its own outputs.
  EOT
  value = concat(local.unit_findings, [
    for finding in local.findings : finding if !contains(["CONFIGURATION_LEFT_OVER", "SEVERAL_AT_ONCE"], finding.code) || finding.severity == "note"
  ])
}
