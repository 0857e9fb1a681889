# What must stay true, looked at in every plan. What an action of this very run changes was observed before it ran: as
# long as `ensured_at` is this plan's time, there is nothing to judge yet.

locals {
  lost_trusted_access = [
    for principal, ensured_at in module.trusted_access.ensured_at : principal
    if ensured_at != plantimestamp() && !contains(local.organization.aws_service_access_principals, principal)
  ]

  dedicated_unit = one(module.dedicated_organizational_unit)
  others = local.dedicated_unit == null ? [] : concat(
    tolist(local.dedicated_unit.other_account_ids),
    tolist(local.dedicated_unit.child_organizational_unit_ids),
  )

  unfinished_configurations = [for name, found in local.left_over_configurations : "${name} (${found.unfinished})" if found.unfinished != ""]

  failed_configurations = [for name, configuration in local.configurations : name if strcontains(configuration.status, "FAILED")]
  failed_associations   = [for name, status in local.association_statuses : name if strcontains(status, "FAILED")]
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
    condition     = length(local.others) == 0
    error_message = "OU_NOT_EXCLUSIVE: the dedicated organizational unit also holds ${join(", ", local.others)}. Change Manager wants the administrator account to be alone in it: move the others elsewhere, or choose another unit."
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

check "left_over_configurations" {
  assert {
    condition     = length(local.unfinished_configurations) == 0
    error_message = "CONFIGURATION_LEFT_OVER: an apply did not finish creating ${join(", ", local.unfinished_configurations)}. AWS has these configuration managers and Terraform's state does not: this apply deletes them and creates them anew. To keep one instead, set its tag systems-manager-organization:apply to \"finished\" and import it by its ARN."
  }
}

check "quick_setup_configurations" {
  assert {
    condition = length(concat(local.failed_configurations, local.failed_associations)) == 0
    error_message = join(" ", compact([
      length(local.failed_configurations) == 0 ? "" : "Quick Setup failed to deploy ${join(", ", local.failed_configurations)}: its console shows account, Region and reason under the configuration's deployment status.",
      length(local.failed_associations) == 0 ? "" : "At least one node did not succeed with ${join(", ", local.failed_associations)}: see State Manager in its account.",
    ]))
  }
}
