output "administrator_account_variables" {
  description = "Input variables of ../delegated-administrator: `administrator_account_id`, and the `regions`."
  value = {
    administrator_account_id = module.systems_manager.delegated_administrator.account_id
    regions                  = var.regions
  }
}

output "deployments" {
  description = "Status of each configuration, with the accounts and Regions in which it has not succeeded."
  value       = module.systems_manager.deployments
}

output "preflight_findings" {
  description = "Findings of the preflight checks, and what was not checked."
  value       = module.systems_manager.preflight_findings
}

output "service_settings" {
  description = "Id of each service setting to its value, in every account and Region."
  value       = module.account_settings.settings
}
