# What a new organization takes today, in the management account. The rest is in ../delegated-administrator.

provider "aws" {
  region = var.home_region
}

module "systems_manager" {
  source = "../../.."

  regions                       = var.regions
  dedicated_organizational_unit = { name = "SystemsManager" }

  # The four services of the unified console.
  delegated_administrator = {
    account_id = var.administrator_account_id
    service_principals = [
      "member.org.stacksets.cloudformation.amazonaws.com",
      "resource-explorer-2.amazonaws.com",
      "ssm-quicksetup.amazonaws.com",
      "ssm.amazonaws.com",
    ]
  }

  patch_policies = { scan-everything = {} }
  # The unified console updates SSM Agent.
  default_host_management = { update_ssm_agent = false }
  # The deny-access policy of just-in-time node access reaches other accounts by it.
  resource_sharing = {}
  preflight        = { member_role_name = var.member_role_name }
  tags             = var.tags
}

module "account_settings" {
  source = "../../../modules/account-settings"

  regions = var.regions
  # The output waits for the activation of StackSets.
  ready = module.systems_manager.delegated_administrator != null
  tags  = var.tags
}
