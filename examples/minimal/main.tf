# Runs in the management account.

provider "aws" {
  region = var.home_region
}

module "systems_manager" {
  source = "../.."

  regions                       = var.regions
  dedicated_organizational_unit = { name = "SystemsManager" }
  delegated_administrator       = { account_id = var.administrator_account_id }
  patch_policies                = { scan-everything = {} }
  default_host_management       = {}
  preflight                     = { member_role_name = var.member_role_name }
}
