output "administrator_account_variables" {
  description = "Input variables of ../delegated-administrator: `administrator_account_id`, and the `regions` to collect from."
  value = {
    administrator_account_id = module.systems_manager.delegated_administrator.account_id
    regions                  = var.regions
  }
}

output "delegated_administrator" {
  description = "The delegated administrator and the services it is registered for."
  value       = module.systems_manager.delegated_administrator
}

output "dedicated_organizational_unit" {
  description = "The dedicated organizational unit and the account in it."
  value       = module.systems_manager.dedicated_organizational_unit
}

output "quick_setup_configurations" {
  description = "Quick Setup's configurations: manager, type, status, Regions, targets."
  value       = module.systems_manager.quick_setup_configurations
}

output "deployments" {
  description = "Status of each configuration, with the accounts and Regions in which it has not succeeded."
  value       = module.systems_manager.deployments
}

output "preflight_findings" {
  description = "Findings of the preflight checks, and what was not checked."
  value       = module.systems_manager.preflight_findings
}
