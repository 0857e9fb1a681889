output "quick_setup_configurations" {
  description = "Quick Setup's configurations: manager, type, status, Regions, targets."
  value = {
    resource-explorer = module.resource_explorer.configuration
    office-hours      = module.scheduler.configuration
    packages          = module.distributor.configuration
    devops-guru       = module.devops_guru.configuration
    config-recording  = module.config_recording.configuration
    conformance-packs = module.conformance_packs.configuration
  }
}
