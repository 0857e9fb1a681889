# The procedure where Terraform runs without Python, in the management account of an organization that was prepared for it.

provider "aws" {
  region = var.home_region
}

module "systems_manager" {
  source = "../.."

  python_command = null

  regions                 = var.regions
  delegated_administrator = { account_id = var.administrator_account_id }
  patch_policies          = { scan-everything = {} }
  default_host_management = {}
}
