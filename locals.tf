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
    { configuration_names = jsonencode(keys(local.wanted_configurations)) },
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
  account_statuses = merge(
    { for account in local.organization.accounts : account.id => account.status },
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

  default_host_management_name = "default-host-management"

  # Every configuration as it will be, for what is looked for before it is: nothing here waits for anything.
  wanted_configurations = merge(
    {
      for name, policy in var.patch_policies : name => {
        type                    = "AWSQuickSetupType-PatchPolicy"
        organizational_unit_ids = sort(coalesce(policy.target_organizational_unit_ids, local.target_organizational_unit_ids))
        account_id              = ""
        regions                 = sort(coalesce(policy.regions, var.regions))
        tag                     = policy.target_tag
      }
    },
    {
      for name, policy in var.patch_policies : "${name}-management-account" => {
        type                    = "AWSQuickSetupType-PatchPolicy"
        organizational_unit_ids = []
        account_id              = data.aws_caller_identity.current.account_id
        regions                 = sort(coalesce(policy.regions, var.regions))
        tag                     = policy.target_tag
      } if policy.include_management_account == true
    },
    {
      for host_management in var.default_host_management[*] : local.default_host_management_name => {
        type                    = "AWSQuickSetupType-DHMC"
        organizational_unit_ids = sort(coalesce(host_management.target_organizational_unit_ids, local.target_organizational_unit_ids))
        account_id              = ""
        regions                 = sort(coalesce(host_management.regions, var.regions))
        tag                     = null
      }
    },
  )

  patch_configurations = merge({}, values(module.patch_policy)[*].configurations...)
  configurations       = merge(local.patch_configurations, module.default_host_management[*].configurations...)

  association_statuses = merge({}, concat(
    values(module.patch_policy)[*].association_statuses,
    module.default_host_management[*].association_statuses,
  )...)
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
