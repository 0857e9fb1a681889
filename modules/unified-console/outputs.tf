output "configuration" {
  description = "The Quick Setup configuration: `arn`, `id`, `type`, `status` of its deployment, `regions`, `targets`. `report.py unified-console` has the status of the associations, which run after the deployment, in each account and Region."
  value       = module.configuration.configurations[var.name]
}

output "home_region" {
  description = "The home Region, which cannot be changed."
  value       = local.home_region
}

output "findings" {
  description = "What does the same in the administrator account at the last plan or apply: list of `code`, `subject`, `message`, `remedy`. It changes without an apply; a configuration with this value in its outputs then has a change in its plan."
  value       = local.findings
}
