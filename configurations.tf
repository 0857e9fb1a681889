# Desired configurations, for the preflight checks and for the deployment status.

locals {
  target_organizational_unit_ids = coalesce(var.target_organizational_unit_ids, toset([local.root_id]))

  # Types of which there is one configuration each, by configuration name.
  single_configurations = {
    default-host-management = { type = "AWSQuickSetupType-DHMC", input = var.default_host_management, parameters = {} }
    host-management         = { type = "AWSQuickSetupType-SSMHostMgmt", input = var.host_management, parameters = local.host_management_parameters }
    ops-center              = { type = "AWSQuickSetupType-SSMOpsCenter", input = var.ops_center, parameters = {} }
    change-manager          = { type = "AWSQuickSetupType-SSMChangeMgr", input = local.change_manager, parameters = local.change_manager_parameters }
  }

  reserved_names = concat(keys(local.single_configurations), ["host-management-management-account"])

  # What every configuration depends on.
  prerequisites = {
    ready                  = terraform_data.preflight.input && length(module.settings.applied) > 0
    local_deployment_roles = module.quick_setup.local_deployment_roles
    creation               = { mark = local.creation_mark, existing = local.existing }
    ignored_findings       = [for code in ["REGION_NOT_SUPPORTED", "TARGET_NOT_SUPPORTED"] : code if local.severities[code] != "error"]
  }

  # Known to every plan: an empty list of organizational units stands for the root, whose id may be unknown.
  organization_configurations = merge(
    {
      for name, policy in var.patch_policies : name => {
        type = "AWSQuickSetupType-PatchPolicy", input = policy, parameters = policy.target_tag == null ? {} : {
          TargetTagKey   = policy.target_tag.key
          TargetTagValue = policy.target_tag.value
        }
      }
    },
    { for name, configuration in local.single_configurations : name => configuration if configuration.input != null },
    {
      for name, configuration in var.quick_setup_configurations : name => {
        type = configuration.type, input = configuration, parameters = configuration.parameters
      } if !configuration.management_account
    },
  )
  management_account_configurations = merge(
    {
      for name, policy in var.patch_policies : "${name}-management-account" => {
        type = "AWSQuickSetupType-PatchPolicy", regions = coalesce(policy.regions, var.regions), parameters = local.organization_configurations[name].parameters
      } if policy.include_management_account == true
    },
    {
      for input in var.host_management[*] : "host-management-management-account" => {
        type = "AWSQuickSetupType-SSMHostMgmt", regions = input.management_account.regions, parameters = local.host_management_parameters
      } if input.management_account != null
    },
    {
      for name, configuration in var.quick_setup_configurations : name => {
        type = configuration.type, regions = coalesce(configuration.regions, var.regions), parameters = configuration.parameters
      } if configuration.management_account
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
  # What has no module of its own. Two types have an input of their own.
  quick_setup_configurations = merge(
    {
      for input in var.ops_center[*] : "ops-center" => merge(input, {
        type               = local.single_configurations["ops-center"].type
        parameters         = { DelegatedAccountId = local.administrator_account_id }
        management_account = false
      })
    },
    {
      for input in local.change_manager[*] : "change-manager" => merge(input, {
        type = local.single_configurations["change-manager"].type
        parameters = {
          for key, value in {
            DelegatedAccountId = local.administrator_account_id
            JobFunction        = input.job_function
            PermissionType     = input.custom_permissions == null ? "AdminPermissions" : "CustomPermissions"
            CustomPermissions  = input.custom_permissions
          } : key => value if value != null
        }
        management_account = false
      })
    },
    var.quick_setup_configurations,
  )
  # AWS deploys it to one Region.
  change_manager = var.change_manager == null ? null : merge(var.change_manager, { regions = coalesce(var.change_manager.regions, toset([local.region])) })
  change_manager_parameters = {
    for key, value in { JobFunction = one(var.change_manager[*].job_function) } : key => value if value != null
  }
  host_management_parameters = {
    ScanInstances = tostring(var.host_management == null ? false : var.host_management.scan_instances == true)
  }
}

# Deployed configurations and their status.

locals {
  deployed = concat(
    values(module.patch_policy),
    module.default_host_management,
    module.host_management,
    values(module.quick_setup_configuration),
  )
  configurations = merge({}, local.deployed[*].configurations...)

  # The provider has the status, also after an apply; the accounts and Regions were read before it.
  deployments = {
    for name, configuration in local.configurations : name => {
      status = configuration.status
      exceptions = flatten([
        for other, deployment in jsondecode(local.observation.deployments) : deployment.exceptions
        if other == name && configuration.status != "SUCCEEDED"
      ])
    }
  }
}
