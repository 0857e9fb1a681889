# The procedure, one step after the other. A step names what the former one finished, and so comes after it.

# 1. Who is asking, and what is the organization like now?

data "aws_caller_identity" "current" {}

data "aws_region" "current" {
  lifecycle {
    postcondition {
      condition     = local.severities.REGION_NOT_SUPPORTED != "error" || contains(local.supported_regions, self.id)
      error_message = "REGION_NOT_SUPPORTED: the AWS provider works in ${self.id}, where Quick Setup does not exist. Give the provider one of ${join(", ", local.supported_regions)}; configurations can be deployed in others of these."
    }
  }
}

data "aws_organizations_organization" "current" {
  lifecycle {
    postcondition {
      condition     = self.master_account_id == data.aws_caller_identity.current.account_id
      error_message = "NOT_MANAGEMENT_ACCOUNT: the AWS provider works in account ${data.aws_caller_identity.current.account_id}, but the management account of this organization is ${self.master_account_id}. Give the provider credentials of the management account."
    }

    postcondition {
      condition     = self.feature_set == "ALL"
      error_message = "ALL_FEATURES_DISABLED: the organization's feature set is ${self.feature_set}, but trusted access, delegated administrators and Quick Setup need all features. Enable them (every invited account must agree): aws organizations enable-all-features"
    }
  }
}

data "external" "organization" {
  count = local.script == null ? 0 : 1

  program = concat(var.python_command, ["${path.module}/scripts/observe.py", "organization"])
  query   = local.observation_query
}

# 2. What would go wrong? Errors stop the plan, all at once. The configurations come after this.

data "external" "preflight" {
  count = local.script == null ? 0 : 1

  program = concat(var.python_command, ["${path.module}/scripts/observe.py", "preflight"])
  query   = local.preflight_query
}

resource "terraform_data" "preflight" {
  input = true

  lifecycle {
    precondition {
      condition     = length(local.obstacles) == 0
      error_message = "Preflight found what would go wrong, and deploys no configuration.\n${join("\n", local.obstacles)}"
    }
  }
}

# 3. Trusted access: Systems Manager and StackSets may work across the organization.

module "trusted_access" {
  source = "./modules/trusted-access"

  service_principals         = local.trusted_service_principals
  enabled_service_principals = data.aws_organizations_organization.current.aws_service_access_principals
  stack_sets_access_status   = local.observed.stack_sets_access
  on_destroy                 = var.trusted_access.on_destroy
  script                     = local.script
}

# 4. The administrator account, if there is none yet, and a dedicated organizational unit that holds it and nothing else.

module "administrator_account" {
  source = "./modules/administrator-account"
  count  = local.account_to_create == null ? 0 : 1

  name      = local.account_to_create.name
  email     = local.account_to_create.email
  role_name = local.account_to_create.role_name
  tags      = var.tags
}

module "dedicated_organizational_unit" {
  source = "./modules/dedicated-organizational-unit"
  count  = var.dedicated_organizational_unit == null ? 0 : 1

  name      = var.dedicated_organizational_unit.name
  id        = var.dedicated_organizational_unit.id
  parent_id = coalesce(var.dedicated_organizational_unit.parent_id, local.root_id)
  account = var.delegated_administrator == null ? null : {
    id        = local.administrator_account_id
    parent_id = local.account_to_create == null ? local.observed.placed_account_parent_id : local.root_id
  }
  script = local.script
  tags   = var.tags
}

# 5. The administrator account becomes the delegated administrator.

module "delegated_administrator" {
  source = "./modules/delegated-administrator"
  count  = var.delegated_administrator == null ? 0 : 1

  account_id                 = local.administrator_account_id
  placed_account_id          = one(module.dedicated_organizational_unit[*].placed_account_id)
  service_principals         = var.delegated_administrator.service_principals
  trusted_service_principals = module.trusted_access.service_principals
  management_account_id      = data.aws_organizations_organization.current.master_account_id
  account_statuses           = local.account_statuses
  tolerated_findings         = local.tolerated_findings
}

# 6. What Quick Setup needs once: roles, service-linked roles, its service settings.

module "quick_setup" {
  source = "./modules/quick-setup"

  explorer_enabling_role_arn = local.observed.explorer_enabling_role_arn
  script                     = local.script
  tags                       = var.tags
}

# 7. Patch policies for the whole organization, or for parts of it.

module "patch_policy" {
  source   = "./modules/patch-policy"
  for_each = var.patch_policies

  name                               = each.key
  operation                          = each.value.operation
  scan_schedule                      = each.value.scan_schedule
  scan_at_next_interval              = each.value.scan_at_next_interval
  install_schedule                   = each.value.install_schedule
  install_at_next_interval           = each.value.install_at_next_interval
  reboot_option                      = each.value.reboot_option
  baselines                          = each.value.baselines
  concurrency                        = each.value.concurrency
  error_threshold                    = each.value.error_threshold
  target_tag                         = each.value.target_tag
  organizational_unit_ids            = coalesce(each.value.target_organizational_unit_ids, local.target_organizational_unit_ids)
  include_management_account         = each.value.include_management_account
  regions                            = coalesce(each.value.regions, var.regions)
  log_bucket                         = each.value.log_bucket
  instance_profile_policies_attached = each.value.instance_profile_policies_attached
  turn                               = each.value.turn
  additional_parameters              = each.value.additional_parameters
  prerequisites                      = local.prerequisites
  tolerated_findings                 = local.tolerated_findings
  tags                               = var.tags
}

# 8. Default Host Management Configuration: instances come under management by themselves.

module "default_host_management" {
  source = "./modules/default-host-management"
  count  = var.default_host_management == null ? 0 : 1

  name = local.names.default_host_management
  organization = {
    organizational_unit_ids = local.wanted_configurations[local.names.default_host_management].organizational_unit_ids
    regions                 = local.wanted_configurations[local.names.default_host_management].regions
    update_ssm_agent        = var.default_host_management.update_ssm_agent
  }
  management_account       = var.default_host_management.management_account
  additional_parameters    = var.default_host_management.additional_parameters
  preceding_configurations = local.statuses_of_patch_policies
  prerequisites            = local.prerequisites
  tolerated_findings       = local.tolerated_findings
  tags                     = var.tags
}

# 9. Host Management: inventory, agents kept up to date.

module "host_management" {
  source = "./modules/host-management"
  count  = var.host_management == null ? 0 : 1

  name = local.names.host_management
  organization = {
    organizational_unit_ids = local.wanted_configurations[local.names.host_management].organizational_unit_ids
    regions                 = local.wanted_configurations[local.names.host_management].regions
  }
  management_account                 = var.host_management.management_account
  update_ssm_agent                   = var.host_management.update_ssm_agent
  update_ec2_launch_agent            = var.host_management.update_ec2_launch_agent
  collect_inventory                  = var.host_management.collect_inventory
  scan_instances                     = var.host_management.scan_instances
  install_cloudwatch_agent           = var.host_management.install_cloudwatch_agent
  update_cloudwatch_agent            = var.host_management.update_cloudwatch_agent
  instance_profile_policies_attached = var.host_management.instance_profile_policies_attached
  additional_parameters              = var.host_management.additional_parameters
  patch_policies                     = local.wanted_patch_policies
  preceding_configurations           = local.statuses_of_default_host_management
  prerequisites                      = local.prerequisites
  tolerated_findings                 = local.tolerated_findings
  tags                               = var.tags
}

# 10. OpsCenter and Change Manager: the administrator account works for all accounts.

module "ops_center" {
  source = "./modules/ops-center"
  count  = var.ops_center == null ? 0 : 1

  name                               = local.names.ops_center
  delegated_administrator_account_id = one(module.delegated_administrator[*].account_id)
  organizational_unit_ids            = local.wanted_configurations[local.names.ops_center].organizational_unit_ids
  regions                            = local.wanted_configurations[local.names.ops_center].regions
  additional_parameters              = var.ops_center.additional_parameters
  preceding_configurations           = local.statuses_of_host_management
  prerequisites                      = local.prerequisites
  tolerated_findings                 = local.tolerated_findings
  tags                               = var.tags
}

module "change_manager" {
  source = "./modules/change-manager"
  count  = var.change_manager == null ? 0 : 1

  name                                 = local.names.change_manager
  delegated_administrator_account_id   = one(module.delegated_administrator[*].account_id)
  administrator_organizational_unit_id = one(module.dedicated_organizational_unit[*].id)
  job_function                         = var.change_manager.job_function
  custom_permissions                   = var.change_manager.custom_permissions
  organizational_unit_ids              = local.wanted_configurations[local.names.change_manager].organizational_unit_ids
  regions                              = local.wanted_configurations[local.names.change_manager].regions
  additional_parameters                = var.change_manager.additional_parameters
  preceding_configurations             = local.statuses_of_ops_center
  prerequisites                        = local.prerequisites
  tolerated_findings                   = local.tolerated_findings
  tags                                 = var.tags
}

# 11. What became of it, account by account and Region by Region?

data "external" "deployments" {
  count = local.script == null || !var.deployments_observed || length(local.wanted_configurations) == 0 ? 0 : 1

  program = concat(var.python_command, ["${path.module}/scripts/observe.py", "deployments"])
  query   = local.deployments_query
}

# 12. On the way back nothing is undone while the administrator account still collects: AWS deletes its Explorer syncs when it is
# deregistered, and the configuration that made them is another one. Coming last, this is destroyed first.
# https://docs.aws.amazon.com/systems-manager/latest/userguide/Explorer-setup-delegated-administrator-deregister.html

resource "terraform_data" "departure" {
  count = local.script == null || var.delegated_administrator == null || var.preflight.member_role_name == null ? 0 : 1

  input = {
    program = concat(var.python_command, ["${path.module}/scripts/ensure.py", "delegated-administrator-departure"])
    query = merge(local.observer, {
      administrator_account_id = module.delegated_administrator[0].account_id
      member_role_name         = var.preflight.member_role_name
      regions                  = jsonencode(sort(setunion(var.regions, [data.aws_region.current.id])))
    })
    configurations = keys(local.configurations)
  }
  triggers_replace = module.delegated_administrator[0].account_id

  provisioner "local-exec" {
    when        = destroy
    interpreter = self.input.program
    command     = jsonencode(self.input.query)
  }
}
