output "configurations" {
  description = "Name to configuration, as in the output `configuration` of `modules/quick-setup-configuration`: the organization's, and the management account's if it is included."
  value = merge(
    { (var.name) = module.organization.configuration },
    { for deployed in module.management_account : (local.management_account_name) => deployed.configuration },
  )
}

output "association_statuses" {
  description = "Name to status of what each configuration runs on the nodes."
  value = merge(
    { (var.name) = module.organization.association_status },
    { for deployed in module.management_account : (local.management_account_name) => deployed.association_status },
  )
}

output "deploys" {
  description = "Whether this plan creates or changes a configuration, and so deploys it; known to every plan."
  value       = anytrue(concat([module.organization.deploys], module.management_account[*].deploys))
}
