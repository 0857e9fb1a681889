output "explorer" {
  description = "Explorer's resource data sync: name, account, Region, what it collects from."
  value       = module.explorer.sync
}
