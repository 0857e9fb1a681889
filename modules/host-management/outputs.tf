output "configurations" {
  description = "Name to configuration, as in the output `configurations` of `modules/quick-setup-configuration`."
  value       = merge(values(module.configuration)[*].configurations...)
}

output "deploys" {
  description = "Whether this plan creates or changes a configuration, and so deploys it; known to every plan."
  value       = anytrue(values(module.configuration)[*].deploys)
}
