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
  additional_parameters              = each.value.additional_parameters
  local_deployment_roles             = module.quick_setup.local_deployment_roles
  trusted_service_principals         = module.trusted_access.service_principals
  organization_account_count         = local.account_count
  preflight_passed                   = terraform_data.preflight.output
  tolerated_findings                 = local.tolerated_findings
  script                             = local.script
  left_over                          = local.left_over
  tags                               = var.tags
}

# 8. Default Host Management Configuration: instances come under management by themselves.

module "default_host_management" {
  source = "./modules/default-host-management"
  count  = var.default_host_management == null ? 0 : 1

  name = local.default_host_management_name
  organization = {
    organizational_unit_ids = coalesce(var.default_host_management.target_organizational_unit_ids, local.target_organizational_unit_ids)
    regions                 = coalesce(var.default_host_management.regions, var.regions)
    update_ssm_agent        = var.default_host_management.update_ssm_agent
  }
  additional_parameters      = var.default_host_management.additional_parameters
  management_account         = var.default_host_management.management_account
  trusted_service_principals = module.trusted_access.service_principals
  preceding_configurations   = { for name, configuration in local.patch_configurations : name => configuration.status }
  organization_account_count = local.account_count
  preflight_passed           = terraform_data.preflight.output
  tolerated_findings         = local.tolerated_findings
  script                     = local.script
  left_over                  = local.left_over
  tags                       = var.tags
}

# 9. What became of it, account by account and Region by Region?

data "external" "deployments" {
  count = local.script == null || !var.deployments_observed || length(local.wanted_configurations) == 0 ? 0 : 1

  program = concat(var.python_command, ["${path.module}/scripts/observe.py", "deployments"])
  query   = local.deployments_query
}
