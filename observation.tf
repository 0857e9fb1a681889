# The query with which a plan reads the organization, and its result. The query refers to nothing that is still to be created, so
# that the result is known to every plan.

locals {
  account_id = data.aws_caller_identity.current.account_id
  region     = data.aws_region.current.id

  # Common part of every query. The external data source does not accept null.
  script_query = {
    for key, value in merge({ account_id = local.account_id, region = local.region }, var.script_credentials) : key => value if value != null
  }

  # How to run the scripts. Null: no Python.
  script = var.python_command == null ? null : { command = var.python_command, query = local.script_query }

  observation_query = merge(
    local.script_query,
    {
      installation    = local.installation
      record_region   = local.record_region
      member_accounts = var.preflight.member_accounts
      severities      = jsonencode(var.preflight.severities)

      settings = jsonencode([
        for key in local.setting_keys : merge(
          { key = key },
          key == local.host_management_role_key ? { value = module.default_host_management[0].planned_role_name } : {},
        )
      ])
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
    var.dedicated_organizational_unit == null || local.unit_to_create != null ? {} : { organizational_unit_id = local.existing_unit_id },
  )

  host_management_role_to_delete = !local.host_management_role_set ? "" : (
    length(module.default_host_management[0].role_names) == 0 ? "" : module.default_host_management[0].planned_role_name
  )

  existing_unit_id = var.dedicated_organizational_unit == null ? null : var.dedicated_organizational_unit.id
  unit_to_create = var.dedicated_organizational_unit == null ? null : (
    var.dedicated_organizational_unit.name == null ? null : {
      name      = var.dedicated_organizational_unit.name
      parent_id = var.dedicated_organizational_unit.parent_id
    }
  )
}

# Without Python, without_python.tf reads it from the AWS provider. JSON text, as the two objects would have different types.

locals {
  observation = local.script == null ? tomap({
    organization     = local.organization_without_python
    no_longer_wanted = "{}"
    existing         = "{}"
    findings         = "[]"
    deployments      = "{}"
  }) : data.external.organization[0].result

  observed_organization = jsondecode(local.observation.organization)
  observed_findings     = jsondecode(local.observation.findings)
  observed_settings = {
    for key, setting in jsondecode(local.script == null ? local.settings_without_python : local.observation.settings) : key => (
      key == "account-placement/administrator" && setting.previous == local.unit_to_delete ? merge(setting, { previous = "" }) :
      # Destroy deletes the role: a resource of the AWS provider, without Python, has set it here.
      key == local.host_management_role_key && setting.previous == local.host_management_role_to_delete ? merge(setting, { previous = "none" }) :
      setting
    )
  }
}

# Name of this installation of the module, in the tags of what it creates and in the record of what it changed. Generated once.

resource "terraform_data" "installation" {
  # Without count, a -refresh-only plan cannot determine that the resource is not in the state yet.
  count = 1

  input = local.new_installation

  lifecycle {
    ignore_changes = [input]
  }
}

# The ids of the organization and its root never change: from the state, they are known even if the result of the query is not.

resource "terraform_data" "organization" {
  count = 1

  input = local.observed_organization

  lifecycle {
    ignore_changes = [input]
  }
}

# The Region of the first apply.

resource "terraform_data" "region" {
  count = 1

  input = local.region

  lifecycle {
    ignore_changes = [input]
  }
}

locals {
  installation = concat(terraform_data.installation[*].input, [local.new_installation])[0]
  # The time alone is not unique: one plan may have several calls of the module.
  new_installation = coalesce(var.installation, "${formatdate("YYYYMMDD'T'hhmmss'Z'", plantimestamp())}-${substr(sha256(jsonencode([
    [for configuration in [var.change_manager, var.default_host_management, var.host_management, var.ops_center] : configuration != null],
    var.dedicated_organizational_unit, var.delegated_administrator, keys(var.patch_policies), keys(var.quick_setup_configurations), local.region,
    var.regions, var.role_name_prefix, terraform.workspace,
  ])), 0, 6)}")

  organization = concat(terraform_data.organization[*].input, [local.observed_organization])[0]
  root_id      = local.organization.root_id

  # The same Region for all installations of an organization, as each reads the records of the others.
  record_region = "us-east-1"

  creation_mark = "${local.installation}/${plantimestamp()}"
  existing = {
    for key, found in jsondecode(local.observation.existing) : key => found.message
    # Read during an apply, it has what the same plan created already.
    if found.creation_mark != local.creation_mark
  }
}

locals {
  exists_already = flatten(concat(
    module.administrator_account[*].exists_already,
    module.dedicated_organizational_unit[*].exists_already,
    [module.quick_setup.exists_already],
    # By index: a splat expression would depend on all of the module.
    var.default_host_management == null ? [] : module.default_host_management[0].exists_already,
  ))
}
