output "local_deployment_roles" {
  description = "The roles by which Quick Setup deploys to this account itself, complete with their policies. They must outlive every configuration manager that uses them: without them AWS can delete none."
  value = {
    administration_role_arn = local.arns.administration
    execution_role_name     = local.names.execution
  }

  depends_on = [
    aws_iam_role.administration,
    aws_iam_role.execution,
    aws_iam_role_policy.administration,
    aws_iam_role_policy_attachment.execution,
  ]
}

output "role_names" {
  description = "Names of the roles, known to every plan."
  value       = values(local.names)
}

output "exists_already" {
  description = "Why this plan may not create roles that exist: a sentence for each that it would create all the same. Empty: it may."
  value = [
    for role in [aws_iam_role.administration, aws_iam_role.execution] : var.creation.existing["iam-role/${role.name}"]
    if contains(keys(var.creation.existing), "iam-role/${role.name}") && lookup(coalesce(role.tags, {}), "systems-manager-organization:created", "-") == var.creation.mark
  ]
}
