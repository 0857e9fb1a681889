output "service_principals" {
  description = "Service principals whose trusted access was made sure of, StackSets' among them. Whoever needs one names it in a precondition, and so comes after it."
  value       = local.wanted

  precondition {
    condition     = var.script != null || length(local.missing) == 0
    error_message = "python_command is null, so this module cannot enable trusted access for ${join(", ", local.missing)}. Run these commands in the management account, then plan again:\n  ${join("\n  ", local.commands)}"
  }

  depends_on = [module.service_access, module.stack_sets_access]
}

output "ensured_at" {
  description = "Service principal to the time when its trusted access was last planned to be enabled (RFC 3339, UTC). Empty without Python."
  value       = { for principal, action in module.service_access : principal => action.ensured_at }
}

output "stack_sets_ensured_at" {
  description = "When StackSets was last planned to be activated (RFC 3339, UTC). Null when it is not activated here."
  value       = one(module.stack_sets_access[*].ensured_at)
}
