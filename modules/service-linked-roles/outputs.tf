output "service_names" {
  description = "Services whose role was made sure of. Whoever needs one names it in a precondition, and so comes after it."
  value       = toset(keys(var.roles))

  precondition {
    condition     = length(local.missing) == 0
    error_message = "python_command is null, so this module cannot make sure of the service-linked roles of ${join(", ", local.missing)}. Run these commands in the account of the provider, then plan again:\n  ${join("\n  ", [for service in local.missing : "aws iam create-service-linked-role --aws-service-name ${service}"])}"
  }

  depends_on = [module.role]
}
