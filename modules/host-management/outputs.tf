locals {
  deployed = merge(
    { for deployed in module.organization : var.name => deployed },
    { for deployed in module.management_account : local.management_account_name => deployed },
  )
}

output "configurations" {
  description = "Name to configuration, as in the output `configuration` of `modules/quick-setup-configuration`."
  value       = { for name, deployed in local.deployed : name => deployed.configuration }
}

output "association_statuses" {
  description = "Name to status of what the configuration runs on the nodes."
  value       = { for name, deployed in local.deployed : name => deployed.association_status }
}

output "deploys" {
  description = "Whether this plan creates or changes a configuration, and so deploys it; known to every plan."
  value       = anytrue(values(local.deployed)[*].deploys)
}
