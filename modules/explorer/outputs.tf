output "sync" {
  description = "The resource data sync: `name`, `account_id` and `region` where it is, `regions` it collects from, `organizational_unit_ids` (empty: the entire organization)."
  value = {
    name                    = local.sync_name
    account_id              = local.account_id
    region                  = local.region
    regions                 = local.source.regions
    organizational_unit_ids = local.source.organizational_unit_ids
  }

  depends_on = [aws_cloudformation_stack.this, module.own_sources]
}

output "sync_status" {
  description = <<-EOT
    How the sync stood when last planned or applied; null without Python. It changes by itself, and so does the plan of a configuration that has it among its own outputs.
    - `status`: `Successful`, `InProgress` or `Failed`.
    - `state`: what is wrong: `OrganizationNotExists`, `NoPermissions`, `InvalidOrganizationalUnit`, `TrustedAccessDisabled`; otherwise empty.
    - `explanation`, `message`: the same in words, of this module and of AWS.
    - `last_successful_sync`: time (RFC 3339, UTC); empty: never.
  EOT
  value = local.status == null ? null : {
    for key in ["status", "state", "explanation", "message", "last_successful_sync"] : key => local.status[key]
  }
}
