locals {
  # One summary for each type of status. AsyncExecutions keeps changing long after the apply, so no output has it.
  statuses = { for summary in aws_ssmquicksetup_configuration_manager.this.status_summaries : summary.status_type => summary.status }
}

output "configurations" {
  description = <<-EOT
    Name to configuration:
    - `arn`: ARN of the configuration manager.
    - `id`: id of its configuration definition.
    - `type`: for example `AWSQuickSetupType-PatchPolicy`.
    - `status`: status of its deployment, for example `SUCCEEDED` or `FAILED`.
    - `regions`: sorted list of Regions.
    - `targets`: sorted list of organizational units, or the account.
  EOT
  value = {
    (var.name) = {
      arn     = aws_ssmquicksetup_configuration_manager.this.manager_arn
      id      = aws_ssmquicksetup_configuration_manager.this.configuration_definition[0].id
      type    = var.type
      status  = lookup(local.statuses, "Deployment", "NONE")
      regions = sort(var.regions)
      targets = var.targets.account_id != null ? [var.targets.account_id] : sort(var.targets.organizational_unit_ids)
    }
  }
}

output "parameters" {
  description = "Parameters that are sent to Quick Setup, including targets and Regions."
  value       = local.parameters
}
