output "configurations" {
  description = "Name to configuration, as in the output `configuration` of `modules/quick-setup-configuration`."
  value       = { (var.name) = module.configuration.configuration }
}

output "association_statuses" {
  description = "Name to status of what the configuration runs on the nodes."
  value       = { (var.name) = module.configuration.association_status }
}

output "deploys" {
  description = "Whether this plan creates or changes a configuration, and so deploys it; known to every plan."
  value       = module.configuration.deploys
}
