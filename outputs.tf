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

output "default_host_management_role_name" {
  description = "Role of Default Host Management Configuration in the management account, with its path, for covering its other Regions: docs/other-regions.md. Null: the account is not covered."
  value       = one(module.default_host_management[*].management_account_role_name)
}
