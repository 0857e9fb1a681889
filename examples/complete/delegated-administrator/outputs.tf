output "explorer" {
  description = "Explorer's resource data sync: name, account, Region, and sources."
  value       = module.explorer.sync
}

output "compliance_reporting" {
  description = "Compliance reporting: bucket, database and workgroup, arguments of `report.py compliance`, and values for the management account's own syncs. Null: patch compliance is not collected."
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
