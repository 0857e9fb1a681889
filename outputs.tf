output "organization" {
  description = "The organization: `id`, `root_id`, `management_account_id`."
  value = {
    id                    = local.organization.id
    root_id               = local.root_id
    management_account_id = local.organization.management_account_id
  }
}

output "installation" {
  description = "Name of this installation. The tag `systems-manager-organization:created` of the resources that it creates begins with it, and the parameter `/systems-manager-organization/settings/NAME` records what it changed. Keep it: if the state is lost, it is the value of the input `installation`."
  value       = local.installation
}

output "trusted_access" {
  description = "Trusted access: the `service_principals` for which it is enabled, including StackSets'."
  value = {
    service_principals = setunion(local.trusted_service_principals, [local.stack_sets_service_principal])
  }

  depends_on = [module.settings]
}

output "dedicated_organizational_unit" {
  description = "The dedicated organizational unit, once the account is in it: `id` and `account_id`. Null: none."
  value = var.dedicated_organizational_unit == null ? null : {
    id         = local.dedicated_unit.id
    account_id = local.administrator_account_id
  }

  depends_on = [module.settings]
}

output "delegated_administrator" {
  description = "The delegated administrator, once it is registered: `account_id` and the `service_principals` it is registered for. Null: none."
  value = var.delegated_administrator == null ? null : {
    account_id         = local.administrator_account_id
    service_principals = var.delegated_administrator.service_principals
  }

  depends_on = [module.settings]
}

output "roles" {
  description = "Roles in the management account, each with `arn` and `name`: `administration` and `execution`, with which Quick Setup deploys to it, and `default_host_management`, which is null where the account is not covered."
  value       = merge(module.quick_setup.roles, { default_host_management = one(module.default_host_management[*].management_account_role) })
}

output "quick_setup_configurations" {
  description = "Quick Setup configurations by name: `arn` of the manager, `id` of its definition, `type`, `status` of its deployment, `regions`, and `targets` (organizational units, the root, or one account)."
  value       = local.configurations
}

output "patch_policies" {
  description = "What a node with an instance profile of its own needs, by patch policy: `id`, `bucket_name` (bucket of the patch baselines), and `principal_tag` (`key`, `value`), which the node's role must have: `modules/patch-policy-node-role`."
  value       = merge({}, values(module.patch_policy)[*].patch_policies...)
}

output "default_host_management_role_name" {
  description = "Role of Default Host Management Configuration in the management account, with its path, for covering its other Regions: docs/usage/other-regions.md. Null: the account is not covered."
  value       = one(module.default_host_management[*].management_account_role_name)
}

output "deployments" {
  description = <<-EOT
    Deployment status of each configuration, by name, at the last plan or apply.
    - `status`: of the deployment as a whole, as AWS returns it: `SUCCEEDED`, `FAILED` and others.
    - `exceptions`: of one that has not succeeded, the accounts and Regions, as a list of `state` (`failed`, `in_progress`, `not_deployed`), `reason` (as AWS returns it where it failed), `count`, and up to 20 `account_regions`, each as `333333333333 us-east-1`.
    Each account and Region: `scripts/observe.py deployments`. Without Python `exceptions` is empty.
  EOT
  value       = local.deployments
}

output "preflight_findings" {
  description = <<-EOT
    Findings of the preflight checks at the last plan, most severe first: list of
    - `severity`: `error`, `warning`, or `note` for a check that did not run or a severity that differs from the default;
    - `code`: as in docs/reference/findings.md;
    - `subject`: accounts, Regions, configurations;
    - `message` and `remedy`: what is wrong, and what to do.
    Without `DEPLOYMENT_FAILED`, `NODES_FAILED`, `DEFAULT_HOST_MANAGEMENT_ROLE_REPLACED`, `LOG_BUCKET_NOT_FOUND`, `CHANGE_MANAGER_CLOSED` and those that are only looked for where something is to be deployed (`preflight.member_accounts`), as an apply may change them: they are in the warnings, the first two in the output `deployments` too.
  EOT
  value = [
    for finding in local.findings : finding
    # A note has one of these subjects.
    if contains(["preflight", "preflight.severities", "python_command"], finding.subject) || !lookup(local.finding_definitions[finding.code], "changed_by_apply", false)
  ]
}
