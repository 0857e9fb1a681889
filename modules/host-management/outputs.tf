output "configurations" {
  description = "Name to configuration, as in the output `configurations` of `modules/quick-setup-configuration`."
  value       = merge(values(module.configuration)[*].configurations...)
}
