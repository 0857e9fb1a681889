output "organization" {
  description = "The organization: id, root, management account."
  value       = module.systems_manager.organization
}

output "trusted_access" {
  description = "Service principals with trusted access to the organization."
  value       = module.systems_manager.trusted_access
}

output "dedicated_organizational_unit" {
  description = "The dedicated organizational unit and the account in it."
  value       = module.systems_manager.dedicated_organizational_unit
}

output "delegated_administrator" {
  description = "The delegated administrator and the services it is registered for."
  value       = module.systems_manager.delegated_administrator
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
