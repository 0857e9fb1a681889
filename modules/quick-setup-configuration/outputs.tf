locals {
  # A manager has one summary per kind of status. AsyncExecutions changes by itself long after the apply, so it is told
  # apart: in an output of its own, for checks, that no plan compares.
  statuses = { for summary in aws_ssmquicksetup_configuration_manager.this.status_summaries : summary.status_type => summary.status }
}

output "configuration" {
  description = <<-EOT
    The configuration:
    - `arn`: of the configuration manager.
    - `type`: for example `AWSQuickSetupType-PatchPolicy`.
    - `status`: of its deployment, for example `SUCCEEDED` or `FAILED`.
    - `regions`: sorted list of Regions.
    - `targets`: sorted list of organizational units, or the account.
  EOT
  value = {
    arn     = aws_ssmquicksetup_configuration_manager.this.manager_arn
    type    = var.type
    status  = lookup(local.statuses, "Deployment", "NONE")
    regions = sort(var.regions)
    targets = var.targets.account_id != null ? [var.targets.account_id] : sort(var.targets.organizational_unit_ids)
  }
}

output "association_status" {
  description = "Status of what the configuration runs on the nodes (State Manager associations). `FAILED` as soon as one target failed."
  value       = lookup(local.statuses, "AsyncExecutions", "NONE")
}

output "parameters" {
  description = "Parameters as they are sent to Quick Setup, targets and Regions among them."
  value       = local.parameters
}

output "deploys" {
  description = "Whether this plan creates or changes the configuration, and so deploys it; known to every plan."
  value       = contains(terraform_data.deployment[*].input, plantimestamp())
}
