output "administrator_account" {
  description = "Values for the workspace of the administrator account: `id`, and the `regions` to collect from."
  value = {
    id      = module.systems_manager.delegated_administrator.account_id
    regions = var.regions
  }
}
