# The workspace of the management account. HCP Terraform's own workers have no Python: `python_command` is null there, and the AWS CLI
# commands of examples/without-python replace the scripts. An agent with Python: ../agent

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
