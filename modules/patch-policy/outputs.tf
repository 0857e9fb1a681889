output "configurations" {
  description = "Name to configuration, as in the output `configurations` of `modules/quick-setup-configuration`: the organization's, and the management account's if it is included."
  value       = merge(module.organization.configurations, module.management_account[*].configurations...)
}

output "deploys" {
  description = "Whether this plan creates or changes a configuration, and so deploys it; known to every plan."
  value       = anytrue(concat([module.organization.deploys], module.management_account[*].deploys))
}
