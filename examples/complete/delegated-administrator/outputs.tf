output "explorer" {
  description = "Explorer's resource data sync: name, account, Region, what it collects from."
  value       = module.explorer.sync
}

output "compliance_reporting" {
  description = "Patch compliance: where it is, what `report.py compliance` needs to read it, and what the management account's own syncs are made of. Null: it is not collected."
  value = one([
    for reporting in module.compliance_reporting : {
      bucket                  = reporting.bucket
      database                = reporting.database
      workgroup               = reporting.workgroup
      report_arguments        = reporting.report_arguments
      management_account_sync = reporting.management_account_sync
    }
  ])
}
