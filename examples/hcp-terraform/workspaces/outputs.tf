output "workspace_ids" {
  description = "Ids of the workspaces, by name."
  value       = { for name, workspace in tfe_workspace.this : name => workspace.id }
}
