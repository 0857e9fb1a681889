output "configurations" {
  description = "Name to configuration, as `configuration` of `modules/quick-setup-configuration` tells it; empty without `organization`."
  value       = { for deployed in module.configuration : var.name => deployed.configuration }
}

output "association_statuses" {
  description = "Name to status of what the configuration runs on the nodes."
  value       = { for deployed in module.configuration : var.name => deployed.association_status }
}

output "management_account_role_name" {
  description = "Role of Default Host Management Configuration in the provider's account and Region, with its path; null when it is not covered. Hand it on as `existing_role_name` to cover other Regions."
  value       = local.role_name

  depends_on = [aws_ssm_service_setting.this]
}

output "findings" {
  description = "What is wrong, whether it is tolerated or not: list of `code`, `subject`, `message`, `remedy`."
  value       = flatten(module.configuration[*].findings)
}
