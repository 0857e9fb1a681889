# How scripts run. Null: there is no Python, and no script in the plan.

locals {
  script_credentials = var.script_credentials == null ? { profile = null, role_arn = null } : var.script_credentials

  script = var.python_command == null ? null : {
    command    = var.python_command
    account_id = data.aws_caller_identity.current.account_id
    region     = data.aws_region.current.id
    profile    = local.script_credentials.profile
    role_arn   = local.script_credentials.role_arn
  }

  # What a person runs who wants to know more.
  report = join(" ", concat(coalesce(var.python_command, ["python3"]), ["${path.module}/scripts/report.py"]))

  # What every query of `observe.py` begins with. The external data source takes no null.
  observer = {
    for key, value in {
      account_id = data.aws_caller_identity.current.account_id
      region     = data.aws_region.current.id
      profile    = local.script_credentials.profile
      role_arn   = local.script_credentials.role_arn
    } : key => value if value != null
  }
}

# What no data source can read, of `observe.py organization`; all empty without Python.

locals {
  observation_query = merge(
    local.observer,
    local.existing_administrator_account_id == null ? {} : { placed_account_id = local.existing_administrator_account_id },
    { configuration_names = jsonencode(setunion(keys(local.wanted_configurations), var.other_configuration_names)) },
  )

  observed = local.script == null ? {
    stack_sets_access          = ""
    explorer_enabling_role_arn = ""
    placed_account_parent_id   = ""
    left_over_configurations   = "{}"
    } : {
    stack_sets_access          = data.external.organization[0].result.stack_sets_access
    explorer_enabling_role_arn = data.external.organization[0].result.explorer_enabling_role_arn
    placed_account_parent_id   = data.external.organization[0].result.placed_account_parent_id
    left_over_configurations   = data.external.organization[0].result.left_over_configurations
  }

  left_over_configurations = jsondecode(local.observed.left_over_configurations)
  left_over                = { for name, found in local.left_over_configurations : name => found.cleared }
}

# The organization.

locals {
  organization  = data.aws_organizations_organization.current
  root_id       = local.organization.roots[0].id
  account_count = length(local.organization.accounts)
  # AWS retires an account's status in favour of its state, which provider 5 does not know: there is one or the other.
  # https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_account_state.html
  account_statuses = merge(
    { for account in local.organization.accounts : account.id => lookup(account, "state", "") == "" ? account.status : lookup(account, "state", "") },
    { for account in module.administrator_account : account.id => "ACTIVE" },
  )

  # The id of an account that is created here is unknown at first: asking for its parent would defer the observation.
  existing_administrator_account_id = var.delegated_administrator == null ? null : var.delegated_administrator.account_id
  account_to_create                 = var.delegated_administrator == null ? null : var.delegated_administrator.account
  administrator_account_id = (
    local.account_to_create == null ? local.existing_administrator_account_id : one(module.administrator_account[*].id)
  )

  # Every service that gets an administrator needs trusted access first; StackSets is activated in a way of its own.
  trusted_service_principals = setsubtract(
    setunion(["ssm.amazonaws.com"], var.delegated_administrator == null ? [] : var.delegated_administrator.service_principals),
    ["member.org.stacksets.cloudformation.amazonaws.com"],
  )
}

# Quick Setup's configurations.

locals {
  supported_regions = jsondecode(file("${path.module}/modules/quick-setup-configuration/regions.json"))

  target_organizational_unit_ids = coalesce(var.target_organizational_unit_ids, toset([local.root_id]))

  names = {
    default_host_management = "default-host-management"
    host_management         = "host-management"
    ops_center              = "ops-center"
    change_manager          = "change-manager"
  }

  # What was made and found out before any of them. What refuses something by itself takes no part: it would wait for all of
  # this, and be silent where any of it is refused.
  prerequisites = {
    trusted_service_principals = module.trusted_access.service_principals
    local_deployment_roles     = module.quick_setup.local_deployment_roles
    organization_account_count = local.account_count
    preflight_passed           = terraform_data.preflight.output
    left_over                  = local.left_over
    script                     = local.script
  }

  # Every configuration as it will be, for what is looked for before it is: nothing here waits for anything. Those for
  # organizational units first, then those for the management account itself.
  wanted_for_units = merge(
    {
      for name, policy in var.patch_policies : name => {
        type       = "AWSQuickSetupType-PatchPolicy"
        input      = policy
        turn       = coalesce(policy.turn, 1)
        parameters = policy.target_tag == null ? {} : { TargetTagKey = policy.target_tag.key, TargetTagValue = policy.target_tag.value }
      }
    },
    {
      for input in var.default_host_management[*] : local.names.default_host_management => {
        type = "AWSQuickSetupType-DHMC", input = input, turn = 0, parameters = {}
      }
    },
    {
      for input in var.host_management[*] : local.names.host_management => {
        type = "AWSQuickSetupType-SSMHostMgmt", input = input, turn = 0, parameters = local.host_management_parameters
      }
    },
    {
      for input in var.ops_center[*] : local.names.ops_center => {
        type = "AWSQuickSetupType-SSMOpsCenter", input = input, turn = 0, parameters = {}
      }
    },
    {
      for input in var.change_manager[*] : local.names.change_manager => {
        type = "AWSQuickSetupType-SSMChangeMgr", input = input, turn = 0, parameters = {}
      }
    },
  )
  wanted_for_management_account = merge(
    {
      for name, policy in var.patch_policies : "${name}-management-account" => {
        type = "AWSQuickSetupType-PatchPolicy", regions = coalesce(policy.regions, var.regions), parameters = local.wanted_for_units[name].parameters
      } if policy.include_management_account == true
    },
    {
      for input in var.host_management[*] : "${local.names.host_management}-management-account" => {
        type = "AWSQuickSetupType-SSMHostMgmt", regions = input.management_account.regions, parameters = local.host_management_parameters
      } if input.management_account != null
    },
  )
  wanted_configurations = merge(
    {
      for name, configuration in local.wanted_for_units : name => {
        type                    = configuration.type
        organizational_unit_ids = sort(coalesce(configuration.input.target_organizational_unit_ids, local.target_organizational_unit_ids))
        account_id              = ""
        regions                 = sort(coalesce(configuration.input.regions, var.regions))
        parameters              = configuration.parameters
        turn                    = configuration.turn
      }
    },
    {
      for name, configuration in local.wanted_for_management_account : name => {
        type                    = configuration.type
        organizational_unit_ids = []
        account_id              = data.aws_caller_identity.current.account_id
        regions                 = sort(configuration.regions)
        parameters              = configuration.parameters
        turn                    = 0
      }
    },
  )

  host_management_parameters = { ScanInstances = tostring(var.host_management == null ? false : var.host_management.scan_instances == true) }
  wanted_patch_policies = {
    for name, policy in var.patch_policies : name => {
      organizational_unit_ids = local.wanted_configurations[name].organizational_unit_ids
      regions                 = local.wanted_configurations[name].regions
      management_account      = policy.include_management_account
    }
  }

  patch_policies = values(module.patch_policy)
  others = concat(
    module.default_host_management,
    module.host_management,
    module.ops_center,
    module.change_manager,
  )
  configurations       = merge({}, concat(local.patch_policies[*].configurations, local.others[*].configurations)...)
  association_statuses = merge({}, concat(local.patch_policies[*].association_statuses, local.others[*].association_statuses)...)

  # Quick Setup works on one at a time: each kind comes after those before it.
  statuses_of_patch_policies = { for name, configuration in merge({}, local.patch_policies[*].configurations...) : name => configuration.status }
  statuses_of_default_host_management = merge(
    local.statuses_of_patch_policies,
    { for name, configuration in merge({}, module.default_host_management[*].configurations...) : name => configuration.status },
  )
  statuses_of_host_management = merge(
    local.statuses_of_default_host_management,
    { for name, configuration in merge({}, module.host_management[*].configurations...) : name => configuration.status },
  )
  statuses_of_ops_center = merge(
    local.statuses_of_host_management,
    { for name, configuration in merge({}, module.ops_center[*].configurations...) : name => configuration.status },
  )
}

# How the configurations stand, of `observe.py deployments`; empty without Python.

locals {
  # The status is what a change makes unknown, and a query with something unknown waits for the apply: so it is told how a
  # configuration stands after its change and not before.
  deployments_query = merge(local.observer, {
    configurations = jsonencode([
      for name, configuration in local.configurations : {
        name                    = name
        type                    = configuration.type
        arn                     = configuration.arn
        status                  = configuration.status
        organizational_unit_ids = local.wanted_configurations[name].organizational_unit_ids
        account_id              = local.wanted_configurations[name].account_id
        regions                 = configuration.regions
      }
    ])
  })

  observed_deployments = length(data.external.deployments) == 0 ? {
    deployments         = "{}"
    failed_associations = "[]"
    } : {
    deployments         = data.external.deployments[0].result.deployments
    failed_associations = data.external.deployments[0].result.failed_associations
  }
  deployments = jsondecode(local.observed_deployments.deployments)
}
