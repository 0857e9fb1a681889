output "local_deployment_roles" {
  description = "Roles with which Quick Setup deploys to this account itself, once their policies are attached. Destroy every configuration manager that uses them first: without the roles AWS cannot delete it."
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

output "roles" {
  description = "Roles that are created: `administration` and `execution`, each with `arn` and `name`."
  value = {
    administration = { arn = aws_iam_role.administration.arn, name = aws_iam_role.administration.name }
    execution      = { arn = aws_iam_role.execution.arn, name = aws_iam_role.execution.name }
  }
}

output "role_names" {
  description = "Names of the roles, known to every plan."
  value       = values(local.names)
}

output "exists_already" {
  description = "Reasons why this plan must not create the roles, one for each that it would create and that exists already. Otherwise empty."
  value = [
    for role in [aws_iam_role.administration, aws_iam_role.execution] : var.existing["iam-role/${role.name}"]
    if contains(keys(var.existing), "iam-role/${role.name}") && lookup(coalesce(role.tags, {}), "systems-manager-organization:created", "-") == var.creation_mark
  ]
}
