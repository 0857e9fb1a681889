# How the sync stands, of `observe.py resource-data-sync`: before anything is done, for what would go wrong, and after it, for
# what became of it. Nothing is observed without Python.

locals {
  script_credentials = var.script_credentials == null ? { profile = null, role_arn = null } : var.script_credentials

  script = var.python_command == null ? null : {
    command    = var.python_command
    account_id = local.account_id
    region     = local.region
    profile    = local.script_credentials.profile
    role_arn   = local.script_credentials.role_arn
  }

  # The external data source takes no null.
  observation_query = {
    for key, value in {
      account_id = local.account_id
      region     = local.region
      profile    = local.script_credentials.profile
      role_arn   = local.script_credentials.role_arn
      sync_name  = local.sync_name
    } : key => value if value != null
  }

  # https://docs.aws.amazon.com/general/latest/gr/ssm.html
  most_syncs = 5

  before      = one(data.external.before[*].result)
  sync_exists = local.before == null ? false : local.before.exists == "true"
  existing_source_type = local.before == null ? "" : local.before.source == "" ? "" : (
    length(jsondecode(local.before.source).organizational_unit_ids) == 0 ? "EntireOrganization" : "OrganizationalUnits"
  )
  other_syncs = local.before == null ? [] : jsondecode(local.before.others)

  status = one(data.external.after[*].result)
  observed_source = local.status == null ? null : local.status.source == "" ? null : {
    for key, value in jsondecode(local.status.source) : key => value if key != "all_ops_data_sources_enabled"
  }
}

data "external" "before" {
  count = local.script == null ? 0 : 1

  program = concat(var.python_command, ["${path.module}/../../scripts/observe.py", "resource-data-sync"])
  query   = local.observation_query
}

data "external" "after" {
  count = local.script == null ? 0 : 1

  program = concat(var.python_command, ["${path.module}/../../scripts/observe.py", "resource-data-sync"])
  query   = local.observation_query

  # A change of the sync is looked at once it is made.
  depends_on = [aws_cloudformation_stack.this, module.own_sources]
}

check "sync" {
  assert {
    condition = local.status == null ? true : local.status.exists == "true"
    error_message = join(" ", [
      "The resource data sync ${local.sync_name} is gone since the last apply: Explorer shows nothing of the organization. AWS deletes it when the delegated administrator is deregistered.",
      "Make it again with terraform apply -replace='${local.address}'",
    ])
  }

  assert {
    condition     = local.status == null ? true : local.status.state == "" && local.status.status != "Failed"
    error_message = local.status == null ? "" : "The resource data sync ${local.sync_name} does not work (${join(", ", compact([local.status.status, local.status.state]))}). ${local.status.explanation} ${local.status.message}"
  }

  assert {
    condition     = local.observed_source == null ? true : jsonencode(local.observed_source) == jsonencode(local.source)
    error_message = "The resource data sync ${local.sync_name} was changed since the last apply: it is of ${jsonencode(local.observed_source)}, not of ${jsonencode(local.source)}. Make it again with terraform apply -replace='${local.address}'"
  }
}

locals {
  address = "module.<this module>.${var.all_ops_data_sources_enabled ? "aws_cloudformation_stack.this[0]" : "module.own_sources[0].terraform_data.ensure"}"
}
