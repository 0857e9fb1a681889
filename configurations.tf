# What is to be deployed: for what is looked for beforehand, and for what is told afterwards.

locals {
  target_organizational_unit_ids = coalesce(var.target_organizational_unit_ids, toset([local.root_id]))

  names = {
    default_host_management = "default-host-management"
    host_management         = "host-management"
    ops_center              = "ops-center"
    change_manager          = "change-manager"
  }

  # What comes before any of them.
  prerequisites = {
    ready                  = terraform_data.preflight.input && length(module.settings.applied) > 0
    local_deployment_roles = module.quick_setup.local_deployment_roles
    creation               = local.creation
    ignored_findings       = [for code in ["REGION_NOT_SUPPORTED"] : code if local.severities[code] != "error"]
  }

  # Nothing here waits for anything: the root is what has no organizational units.
  organization_configurations = merge(
    {
      for name, policy in var.patch_policies : name => {
        type = "AWSQuickSetupType-PatchPolicy", input = policy, parameters = policy.target_tag == null ? {} : {
          TargetTagKey   = policy.target_tag.key
          TargetTagValue = policy.target_tag.value
        }
      }
    },
    {
      for input in var.default_host_management[*] : local.names.default_host_management => {
        type = "AWSQuickSetupType-DHMC", input = input, parameters = {}
      }
    },
    {
      for input in var.host_management[*] : local.names.host_management => {
        type = "AWSQuickSetupType-SSMHostMgmt", input = input, parameters = local.host_management_parameters
      }
    },
    {
      for input in var.ops_center[*] : local.names.ops_center => {
        type = "AWSQuickSetupType-SSMOpsCenter", input = input, parameters = {}
      }
    },
    {
      for input in var.change_manager[*] : local.names.change_manager => {
        type = "AWSQuickSetupType-SSMChangeMgr", input = input, parameters = {}
      }
    },
  )
  management_account_configurations = merge(
    {
      for name, policy in var.patch_policies : "${name}-management-account" => {
        type = "AWSQuickSetupType-PatchPolicy", regions = coalesce(policy.regions, var.regions), parameters = local.organization_configurations[name].parameters
      } if policy.include_management_account == true
    },
    {
      for input in var.host_management[*] : "${local.names.host_management}-management-account" => {
        type = "AWSQuickSetupType-SSMHostMgmt", regions = input.management_account.regions, parameters = local.host_management_parameters
      } if input.management_account != null
    },
  )
  desired_configurations = merge(
    {
      for name, configuration in local.organization_configurations : name => {
        type                    = configuration.type
        organizational_unit_ids = sort(coalesce(configuration.input.target_organizational_unit_ids, var.target_organizational_unit_ids, toset([])))
        account_id              = ""
        regions                 = sort(coalesce(configuration.input.regions, var.regions))
        parameters              = configuration.parameters
      }
    },
    {
      for name, configuration in local.management_account_configurations : name => {
        type                    = configuration.type
        organizational_unit_ids = []
        account_id              = local.account_id
        regions                 = sort(configuration.regions)
        parameters              = configuration.parameters
      }
    },
  )
  host_management_parameters = {
    ScanInstances = tostring(var.host_management == null ? false : var.host_management.scan_instances == true)
  }
}

# What was deployed.

locals {
  deployed = concat(
    values(module.patch_policy),
    module.default_host_management,
    module.host_management,
    module.ops_center,
    module.change_manager,
  )
  configurations = merge({}, local.deployed[*].configurations...)
  deploys        = anytrue(local.deployed[*].deploys)

  # The status is what a deployment makes unknown: so they are asked for after it. Nothing is asked of AWS where this plan deploys nothing.
  deployments_query = merge(local.script_query, {
    configurations = jsonencode([
      for name, configuration in local.configurations : merge(local.desired_configurations[name], {
        name                    = name
        arn                     = configuration.arn
        status                  = configuration.status
        organizational_unit_ids = local.desired_configurations[name].account_id == "" ? configuration.targets : []
      }) if local.deploys
    ])
  })

  deployments = jsondecode(concat(local.deploys ? data.external.deployments[*].result.deployments : [], [local.answer.deployments])[0])
}
