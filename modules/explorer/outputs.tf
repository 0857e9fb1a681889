output "sync" {
  description = "The resource data sync: `name`, its `account_id` and `region`, the `regions` from which it collects, `organizational_unit_ids` (empty: the entire organization)."
  value = {
    name                    = local.sync_name
    account_id              = local.account_id
    region                  = local.region
    regions                 = local.source.regions
    organizational_unit_ids = local.source.organizational_unit_ids
  }

  depends_on = [aws_cloudformation_stack.this, module.settings]
}
