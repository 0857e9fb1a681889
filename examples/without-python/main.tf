# The procedure without Python. Runs in the management account, after the AWS CLI commands of README.md.

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
