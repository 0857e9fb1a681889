locals {
  deployed = merge(
    { for deployed in module.organization : var.name => deployed },
    { for deployed in module.management_account : local.management_account_name => deployed },
  )
}

output "configurations" {
  description = "Name to configuration, as `configuration` of `modules/quick-setup-configuration` tells it."
  value       = { for name, deployed in local.deployed : name => deployed.configuration }
}

output "association_statuses" {
  description = "Name to status of what the configuration runs on the nodes."
  value       = { for name, deployed in local.deployed : name => deployed.association_status }
}

output "findings" {
  description = "What is wrong, whether it is tolerated or not: list of `code`, `subject`, `message`, `remedy`."
  value       = concat(local.findings, flatten([module.organization[*].findings, module.management_account[*].findings]))
}
