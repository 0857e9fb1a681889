output "local_deployment_roles" {
  description = "The roles by which Quick Setup deploys to this account itself, complete with their policies. They must outlive every configuration manager that uses them: without them AWS can delete none."
  value = {
    administration_role_arn = aws_iam_role.administration.arn
    execution_role_name     = aws_iam_role.execution.name
  }

  depends_on = [
    aws_iam_role_policy.administration,
    aws_iam_role_policy_attachment.execution,
    aws_iam_role_policy_attachment.explorer,
    module.service_linked_roles,
    module.service_settings,
  ]
}

output "explorer_enabling_role_arn" {
  description = "The role that Quick Setup's service settings name for enabling Explorer."
  value       = aws_iam_role.explorer.arn
}

output "ensured_at" {
  description = "When Quick Setup's service settings were last planned to be written (RFC 3339, UTC). Null without Python."
  value       = one(module.service_settings[*].ensured_at)
}
