output "administrator_account" {
  description = "What the workspace of the administrator account reads: `id`, and the `regions` to collect from."
  value = {
    id      = module.systems_manager.delegated_administrator.account_id
    regions = var.regions
  }
}
