output "configurations" {
  description = "Name to configuration, as `configuration` of `modules/quick-setup-configuration` tells it."
  value       = { (var.name) = module.configuration.configuration }
}

output "association_statuses" {
  description = "Name to status of what the configuration runs on the nodes."
  value       = { (var.name) = module.configuration.association_status }
}

output "findings" {
  description = "What is wrong, whether it is tolerated or not: list of `code`, `subject`, `message`, `remedy`."
  value       = concat(module.configuration.findings, local.sole_account_findings)
}
