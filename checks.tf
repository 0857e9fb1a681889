# What must stay true, looked at in every plan. What an action of this very run changes was observed before it ran: as
# long as `ensured_at` is this plan's time, there is nothing to judge yet.

locals {
  lost_trusted_access = [
    for principal, ensured_at in module.trusted_access.ensured_at : principal
    if ensured_at != plantimestamp() && !contains(local.organization.aws_service_access_principals, principal)
  ]

  failed_configurations = [for name, configuration in local.configurations : name if strcontains(configuration.status, "FAILED")]
  failed_associations = [
    for name, status in local.association_statuses : name if strcontains(status, "FAILED") && !contains(local.failed_configurations, name)
  ]

  failed_places = flatten([
    for name, accounts in local.deployments : [
      for account_id, regions in accounts : [
        for region, place in regions : "- ${name} in ${account_id} ${region}: ${place.reason}" if place.state == "failed"
      ]
    ]
  ])
  failed_association_places = [
    for place in jsondecode(local.observed_deployments.failed_associations) :
    "- nodes of ${place.configuration} in ${place.account_id} ${place.region}: ${place.reason}"
  ]
  told_failures = concat(local.failed_places, local.failed_association_places)
}

check "trusted_access" {
  assert {
    condition     = length(local.lost_trusted_access) == 0
    error_message = "Trusted access was disabled since the last apply, for: ${join(", ", local.lost_trusted_access)}. Systems Manager no longer works across the organization. Enable each again with terraform apply -replace='module.<this module>.module.trusted_access.module.service_access[\"<service principal>\"].terraform_data.ensure'"
  }
}

check "stack_sets_access" {
  assert {
    condition = (
      module.trusted_access.stack_sets_ensured_at == null ? true :
      module.trusted_access.stack_sets_ensured_at == plantimestamp() ? true : local.observed.stack_sets_access == "ENABLED"
    )
    error_message = "StackSets was deactivated for the organization since the last apply (its status is ${local.observed.stack_sets_access}): Quick Setup can no longer deploy. Activate it again with terraform apply -replace='module.<this module>.module.trusted_access.module.stack_sets_access[0].terraform_data.ensure'"
  }
}

check "account_placement" {
  assert {
    condition = (
      local.dedicated_unit == null || local.existing_administrator_account_id == null ? true :
      local.dedicated_unit.ensured_at == null ? true :
      local.dedicated_unit.ensured_at == plantimestamp() ? true : local.observed.placed_account_parent_id == local.dedicated_unit.id
    )
    error_message = "Account ${coalesce(local.existing_administrator_account_id, "none")} was moved out of the dedicated organizational unit since the last apply, to ${local.observed.placed_account_parent_id}. Move it back with terraform apply -replace='module.<this module>.module.dedicated_organizational_unit[0].module.account_placement[0].terraform_data.ensure'"
  }
}

check "sole_account" {
  assert {
    condition     = length(local.unit_findings) == 0 || local.severities.OU_NOT_EXCLUSIVE == "error"
    error_message = join("\n", local.told_of_unit)
  }
}

check "service_settings" {
  assert {
    condition = (
      module.quick_setup.ensured_at == null ? true :
      module.quick_setup.ensured_at == plantimestamp() ? true :
      local.observed.explorer_enabling_role_arn == module.quick_setup.explorer_enabling_role_arn
    )
    error_message = "Quick Setup's service settings were changed since the last apply: the role for enabling Explorer is \"${local.observed.explorer_enabling_role_arn}\", not \"${module.quick_setup.explorer_enabling_role_arn}\". Set it again with terraform apply -replace='module.<this module>.module.quick_setup.module.service_settings[0].terraform_data.ensure'"
  }
}

check "preflight" {
  assert {
    condition = length(local.warnings) == 0
    error_message = join("\n", concat(
      ["Preflight found what may go wrong."],
      slice(local.warnings, 0, min(local.most_told, length(local.warnings))),
      length(local.warnings) <= local.most_told ? [] : ["And ${length(local.warnings) - local.most_told} more: see the output preflight_findings."],
    ))
  }
}

check "quick_setup_configurations" {
  assert {
    condition = length(concat(local.failed_configurations, local.failed_associations, local.told_failures)) == 0
    error_message = join("\n", concat(
      [for name in local.failed_configurations : "Quick Setup failed to deploy ${name}. What failed, where, and what usually causes it: ${local.report} explain ${name}"],
      [for name in local.failed_associations : "At least one node did not succeed with ${name}: ${local.report} explain ${name}"],
      slice(local.told_failures, 0, min(local.most_told, length(local.told_failures))),
      length(local.told_failures) <= local.most_told ? [] : ["And ${length(local.told_failures) - local.most_told} more: see the output deployments."],
    ))
  }
}
