output "ensured_at" {
  description = "When the action was last planned to run, as an RFC 3339 time in UTC. While it equals `plantimestamp()`, what was observed in this run is older than the action."
  value       = terraform_data.ensure.input
}
