output "role_arns" {
  description = "Phase of a run (`plan`, `apply`) to the ARN of its role, for ../workspaces."
  value       = { for phase, role in aws_iam_role.this : phase => role.arn }
}
