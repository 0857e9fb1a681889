output "configurations" {
  description = "Name to configuration, as in the output `configurations` of `modules/quick-setup-configuration`; empty without `organization`."
  value       = merge(module.configuration[*].configurations...)
}

output "management_account_role_name" {
  description = "Role of Default Host Management Configuration in the provider's account and Region, with its path. Pass it as `existing_role_name` to cover other Regions. Null: the account is not covered."
  value       = local.role_name

  depends_on = [aws_iam_role_policy_attachment.this, aws_ssm_service_setting.this]
}

output "management_account_role" {
  description = "The same role, as `arn` and `name` (without its path). Null: the account is not covered."
  value = local.role_name == null ? null : {
    arn  = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:role/${local.role_name}"
    name = reverse(split("/", local.role_name))[0]
  }

  depends_on = [aws_iam_role_policy_attachment.this, aws_ssm_service_setting.this]
}

output "planned_role_name" {
  description = "The same name, known to every plan and before the role exists."
  value       = local.role_name
}

output "role_names" {
  description = "Names of the roles that are created here, known to every plan."
  value       = local.role_created ? [var.role_name] : []
}

output "exists_already" {
  description = "Reason why this plan must not create the role, if it would create one that exists already. Otherwise empty."
  value = [
    for role in aws_iam_role.this : var.existing["iam-role/${role.name}"]
    if contains(keys(var.existing), "iam-role/${role.name}") && lookup(coalesce(role.tags, {}), "systems-manager-organization:created", "-") == var.creation_mark
  ]
}
