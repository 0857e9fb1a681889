# The workspace of the management account. HCP Terraform's own workers have no Python: then `python_command` is null, and what
# only a script can do is done once by hand. An agent of yours has it: ../agent

provider "aws" {
  region = var.home_region
}

module "systems_manager" {
  source = "../../.."

  regions                 = var.regions
  delegated_administrator = { account_id = var.administrator_account_id }
  patch_policies          = { scan-everything = {} }
  default_host_management = {}
  ops_center              = {}
  python_command          = var.python_command
}
