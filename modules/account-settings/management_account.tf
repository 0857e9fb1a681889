# The management account's own settings, and the query with which a plan reads them. A record for each Region is in that Region: one for
# all of them would be longer than a parameter of Parameter Store may be.

locals {
  script_query = {
    for key, value in merge({ account_id = local.account_id, region = local.region }, var.script_credentials) : key => value if value != null
  }
  script = var.python_command == null ? null : { command = var.python_command, query = local.script_query }

  own_regions = local.is_management_account && var.include_management_account ? var.regions : []

  desired_settings = {
    for region in local.own_regions : region => {
      for kind, value in local.settings : "${kind}/${region}" => {
        value    = value
        retained = var.deletion_policy == "Retain"
      }
    }
  }

  observed = jsondecode(length(data.external.service_settings) == 0 ? "{}" : data.external.service_settings[0].result.regions)
}

data "external" "service_settings" {
  count = local.script == null || length(local.own_regions) == 0 ? 0 : 1

  program = concat(var.python_command, ["${path.module}/../../scripts/observe.py", "service-settings"])
  query = merge(local.script_query, {
    installation = module.installation.name
    settings     = jsonencode([for key in flatten([for settings in values(local.desired_settings) : keys(settings)]) : { key = key }])
  })
}

module "settings" {
  source   = "../settings"
  for_each = local.own_regions

  desired          = local.desired_settings[each.key]
  observed         = local.observed[each.key].settings
  no_longer_wanted = local.observed[each.key].no_longer_wanted
  lost_record      = local.observed[each.key].lost_record
  installation     = module.installation.name
  record_region    = each.key
  account_id       = local.account_id
  script           = local.script
}
