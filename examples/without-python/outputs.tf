output "delegated_administrator" {
  description = "The delegated administrator and the services it is registered for."
  value       = module.systems_manager.delegated_administrator
}

output "quick_setup_configurations" {
  description = "Quick Setup's configurations: manager, type, status, Regions, targets."
  value       = module.systems_manager.quick_setup_configurations
}

output "preflight_findings" {
  description = "Findings of the preflight checks, and what cannot be checked without Python."
  value       = module.systems_manager.preflight_findings
}
