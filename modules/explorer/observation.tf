# The query with which a plan reads the current sync, and its result: for the preflight checks, and for the changes since the last
# apply. Without Python there is no query.

locals {
  # Common part of every query. The external data source does not accept null.
  script_query = {
    for key, value in merge({ account_id = local.account_id, region = local.region }, var.script_credentials) : key => value if value != null
  }

  script = var.python_command == null ? null : { command = var.python_command, query = local.script_query }

  # Known to every plan.
  observation_query = merge(
    local.script_query,
    {
      sync_name     = local.sync_name
      installation  = module.installation.name
      record_region = local.region
      settings = jsonencode([
        for key, setting in local.desired_settings : { key = key, specification = setting.specification }
      ])
    },
    var.all_ops_data_sources_enabled ? { stack_name = local.stack_name } : {},
  )

  # https://docs.aws.amazon.com/general/latest/gr/ssm.html
  sync_quota = 5

  observation = one(data.external.sync[*].result)
  sync_exists = local.observation == null ? false : local.observation.exists == "true"
  other_syncs = local.observation == null ? [] : jsondecode(local.observation.others)
  observed_source = local.observation == null ? null : local.observation.source == "" ? null : {
    for key, value in jsondecode(local.observation.source) : key => value if key != "all_ops_data_sources_enabled"
  }

  exists_already = [
    for found in jsondecode(local.observation == null ? "{}" : local.observation.existing) : found.message
    # Read during an apply, it has what the same plan created already.
    if found.creation_mark != module.installation.creation_mark
  ]

  existing_roles = flatten([for found in data.aws_iam_roles.service_linked : tolist(found.names)])
  settings_without_python = jsonencode({
    (local.role_key) = {
      value    = contains(local.existing_roles, "AWSServiceRoleForAmazonSSM_AccountDiscovery") ? "present" : "absent"
      previous = ""
    }
  })
  observed_settings = jsondecode(local.observation == null ? local.settings_without_python : local.observation.settings)
  no_longer_wanted  = jsondecode(local.observation == null ? "{}" : local.observation.no_longer_wanted)
}

data "external" "sync" {
  count = local.script == null ? 0 : 1

  program = concat(var.python_command, ["${path.module}/../../scripts/observe.py", "resource-data-sync"])
  query   = local.observation_query
}

data "aws_iam_roles" "service_linked" {
  count = local.script == null ? 1 : 0

  path_prefix = "/aws-service-role/"
}

locals {
  # While this plan changes the sync, the observation is outdated.
  status_checked = local.observation != null && !contains(terraform_data.change[*].input, plantimestamp())
  # For a sync without all sources, drift is a planned change of module.settings instead. A -refresh-only plan before the first apply
  # has none that could have drifted.
  drift_checked = local.status_checked && length(terraform_data.change) > 0
}

check "sync" {
  assert {
    condition     = !local.drift_checked || local.sync_exists
    error_message = "The resource data sync ${local.sync_name} was deleted since the last apply: Explorer has no data of the organization. AWS deletes it when the delegated administrator is deregistered. Create it again with terraform apply -replace='${local.address}'"
  }

  assert {
    condition     = !local.status_checked || (local.observation == null ? true : local.observation.state == "" && local.observation.status != "Failed")
    error_message = local.observation == null ? "" : "The resource data sync ${local.sync_name} failed (${join(", ", compact([local.observation.status, local.observation.state]))}). ${local.observation.explanation} ${local.observation.message}"
  }

  assert {
    condition     = !local.drift_checked || (local.observed_source == null ? true : jsonencode(local.observed_source) == jsonencode(local.source))
    error_message = "The resource data sync ${local.sync_name} was changed since the last apply: its source is ${jsonencode(local.observed_source)}, not ${jsonencode(local.source)}. Create it again with terraform apply -replace='${local.address}'"
  }
}

locals {
  address = "module.<this module>.aws_cloudformation_stack.this[0]"
}
