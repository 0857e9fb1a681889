output "quick_setup_configurations" {
  description = "Quick Setup's configurations: manager, type, status, Regions, targets."
  value       = module.systems_manager.quick_setup_configurations
}
