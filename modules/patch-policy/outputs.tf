output "configurations" {
  description = "Name to configuration, as `configuration` of `modules/quick-setup-configuration` tells it: the organization's, and the management account's if it is included."
  value = merge(
    { (var.name) = local.organization.configuration },
    { for deployed in module.management_account : (local.management_account_name) => deployed.configuration },
  )
}

output "association_statuses" {
  description = "Name to status of what each configuration runs on the nodes."
  value = merge(
    { (var.name) = local.organization.association_status },
    { for deployed in module.management_account : (local.management_account_name) => deployed.association_status },
  )
}

output "findings" {
  description = "What is wrong, whether it is tolerated or not: list of `code`, `subject`, `message`, `remedy`."
  value       = concat(local.organization.findings, flatten(module.management_account[*].findings))
}
