# The question that a plan asks AWS, and its answer: how the sync is, for what would go wrong and for what went wrong since the last
# apply. Nothing is asked without Python.

locals {
  script_credentials = var.script_credentials == null ? { profile = null, role_arn = null } : var.script_credentials

  script = var.python_command == null ? null : {
    command    = var.python_command
    account_id = local.account_id
    region     = local.region
    profile    = local.script_credentials.profile
    role_arn   = local.script_credentials.role_arn
  }

  # Nothing of it waits for the apply. The external data source takes no null.
  observation_query = {
    for key, value in {
      account_id    = local.account_id
      region        = local.region
      profile       = local.script_credentials.profile
      role_arn      = local.script_credentials.role_arn
      sync_name     = local.sync_name
      installation  = local.installation.name
      record_region = local.installation.region
      settings = jsonencode([
        for key, setting in local.desired_settings : { key = key, specification = setting.specification }
      ])
    } : key => value if value != null
  }

  # https://docs.aws.amazon.com/general/latest/gr/ssm.html
  most_syncs = 5

  answer      = one(data.external.sync[*].result)
  sync_exists = local.answer == null ? false : local.answer.exists == "true"
  existing_source_type = local.answer == null ? "" : local.answer.source == "" ? "" : (
    length(jsondecode(local.answer.source).organizational_unit_ids) == 0 ? "EntireOrganization" : "OrganizationalUnits"
  )
  other_syncs = local.answer == null ? [] : jsondecode(local.answer.others)
  observed_source = local.answer == null ? null : local.answer.source == "" ? null : {
    for key, value in jsondecode(local.answer.source) : key => value if key != "all_ops_data_sources_enabled"
  }

  existing_roles = flatten([for found in data.aws_iam_roles.service_linked : tolist(found.names)])
  settings_without_python = jsonencode({
    (local.role_key) = {
      value    = contains(local.existing_roles, "AWSServiceRoleForAmazonSSM_AccountDiscovery") ? "present" : "absent"
      previous = ""
    }
  })
  observed_settings = jsondecode(local.answer == null ? local.settings_without_python : local.answer.settings)
  no_longer_wanted  = jsondecode(local.answer == null ? "{}" : local.answer.no_longer_wanted)
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

# A name for what is recorded of it, and where. Made once.
resource "terraform_data" "installation" {
  # A -refresh-only plan must know that it is not in the state yet: so it is counted.
  count = 1

  input = local.new_installation

  lifecycle {
    ignore_changes = [input]
  }
}

locals {
  installation = concat(terraform_data.installation[*].input, [local.new_installation])[0]
  new_installation = {
    name   = "${formatdate("YYYYMMDD'T'hhmmss'Z'", plantimestamp())}-${substr(sha256(local.sync_name), 0, 6)}"
    region = local.region
  }
}

locals {
  # While this plan changes the sync, what was seen is older than the change.
  judged = local.answer != null && !contains(terraform_data.change[*].input, plantimestamp())
  # That the sync of its own sources is gone or was changed is a planned change: module.settings.
  compared = local.judged && var.all_ops_data_sources_enabled
}

check "sync" {
  assert {
    condition     = !local.compared || local.sync_exists
    error_message = "The resource data sync ${local.sync_name} is gone since the last apply: Explorer shows nothing of the organization. AWS deletes it when the delegated administrator is deregistered. Create it again with terraform apply -replace='${local.address}'"
  }

  assert {
    condition     = !local.judged || (local.answer == null ? true : local.answer.state == "" && local.answer.status != "Failed")
    error_message = local.answer == null ? "" : "The resource data sync ${local.sync_name} does not work (${join(", ", compact([local.answer.status, local.answer.state]))}). ${local.answer.explanation} ${local.answer.message}"
  }

  assert {
    condition     = !local.compared || (local.observed_source == null ? true : jsonencode(local.observed_source) == jsonencode(local.source))
    error_message = "The resource data sync ${local.sync_name} was changed since the last apply: it is of ${jsonencode(local.observed_source)}, not of ${jsonencode(local.source)}. Create it again with terraform apply -replace='${local.address}'"
  }
}

locals {
  address = "module.<this module>.aws_cloudformation_stack.this[0]"
}
