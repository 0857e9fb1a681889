output "applied" {
  description = "The keys of the settings, once all of them are as desired. What needs one of them names this, and so comes after it."
  value       = keys(var.desired)

  depends_on = [terraform_data.changes]
}

output "changed" {
  description = "Whether this plan changes a setting; known to every plan."
  value       = terraform_data.changes.input == plantimestamp()
}
