# The question that a plan asks AWS, and its answer. Nothing in the question waits for anything that is still to be created: the
# answer must be known to the plan.

locals {
  account_id = data.aws_caller_identity.current.account_id
  region     = data.aws_region.current.id

  # How scripts run. Null: there is no Python, and no script in the plan.
  script_credentials = var.script_credentials == null ? { profile = null, role_arn = null } : var.script_credentials
  script = var.python_command == null ? null : {
    command    = var.python_command
    account_id = local.account_id
    region     = local.region
    profile    = local.script_credentials.profile
    role_arn   = local.script_credentials.role_arn
  }

  # What every query begins with. The external data source takes no null.
  script_query = {
    for key, value in {
      account_id = local.account_id
      region     = local.region
      profile    = local.script_credentials.profile
      role_arn   = local.script_credentials.role_arn
    } : key => value if value != null
  }

  observation_query = merge(
    local.script_query,
    {
      installation              = local.installation
      record_region             = local.record_region
      deployment_status_enabled = tostring(var.deployment_status_enabled)
      severities                = jsonencode(var.preflight.severities)

      settings = jsonencode([for key in local.setting_keys : { key = key }])
      resources = jsonencode({
        role_names = concat(
          module.quick_setup.role_names,
          var.default_host_management == null ? [] : module.default_host_management[0].role_names,
        )
        organizational_unit = local.unit_to_create
        account_email       = local.account_to_create == null ? null : local.account_to_create.email
      })
      configurations = jsonencode([
        for name, configuration in local.desired_configurations : merge(configuration, { name = name })
      ])
    },
    var.preflight.member_role_name == null ? {} : { member_role_name = var.preflight.member_role_name },
    local.existing_administrator_account_id == null ? {} : { administrator_account_id = local.existing_administrator_account_id },
    local.existing_unit_id == null ? {} : { organizational_unit_id = local.existing_unit_id },
  )

  existing_unit_id = var.dedicated_organizational_unit == null ? null : var.dedicated_organizational_unit.id
  unit_to_create = var.dedicated_organizational_unit == null ? null : (
    var.dedicated_organizational_unit.name == null ? null : {
      name      = var.dedicated_organizational_unit.name
      parent_id = var.dedicated_organizational_unit.parent_id
    }
  )
}

# Without Python, without_python.tf has what the AWS provider can tell. As text until here: the two would be of different types.

locals {
  answer = local.script == null ? tomap({
    organization     = local.organization_without_python
    no_longer_wanted = "{}"
    existing         = "{}"
    findings         = "[]"
    deployments      = "{}"
  }) : data.external.organization[0].result

  observed_organization = jsondecode(local.answer.organization)
  observed_findings     = jsondecode(local.answer.findings)
  observed_settings = {
    for key, setting in jsondecode(local.script == null ? local.settings_without_python : local.answer.settings) : key => (
      key == "account-placement/administrator" && setting.previous == local.unit_to_delete ? merge(setting, { previous = "" }) : setting
    )
  }
}

# Which installation of the module this is: whatever it creates says so, and so does the record of what it changed. Made once.

resource "terraform_data" "installation" {
  # A -refresh-only plan must know that it is not in the state yet: so it, and the next, are counted.
  count = 1

  input = local.new_installation

  lifecycle {
    ignore_changes = [input]
  }
}

# An organization and its root stay the same for ever: known to every plan but the first, even if the answer is not.

resource "terraform_data" "organization" {
  count = 1

  input = local.observed_organization

  lifecycle {
    ignore_changes = [input]
  }
}

locals {
  installation = concat(terraform_data.installation[*].input, [local.new_installation])[0]
  # More than the time: several calls of the module may be planned together.
  new_installation = coalesce(var.installation, "${formatdate("YYYYMMDD'T'hhmmss'Z'", plantimestamp())}-${substr(sha256(jsonencode([
    var.dedicated_organizational_unit, var.delegated_administrator, keys(var.patch_policies), var.regions,
  ])), 0, 6)}")

  organization = concat(terraform_data.organization[*].input, [local.observed_organization])[0]
  root_id      = local.organization.root_id

  # One Region for all installations of an organization, wherever their providers work: they must see each other's records.
  record_region = "us-east-1"

  creation = {
    mark     = "${local.installation}/${plantimestamp()}"
    existing = jsondecode(local.answer.existing)
  }
}

locals {
  exists_already = flatten(concat(
    module.administrator_account[*].exists_already,
    module.dedicated_organizational_unit[*].exists_already,
    [module.quick_setup.exists_already],
    # By its index: all of the module would wait for what is refused elsewhere.
    var.default_host_management == null ? [] : module.default_host_management[0].exists_already,
  ))
}
