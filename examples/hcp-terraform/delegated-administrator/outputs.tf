output "explorer" {
  description = "Explorer's resource data sync: name, account, Region, and sources."
  value       = module.explorer.sync
}
