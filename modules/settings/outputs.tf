output "applied" {
  description = "Keys of the settings, once all of them have their desired values. A resource that requires a setting refers to this output, and is created after it."
  value       = keys(var.desired)

  depends_on = [terraform_data.changes]
}

output "changed" {
  description = "Whether this plan changes a setting; known to every plan."
  value       = terraform_data.changes.input == plantimestamp()
}
