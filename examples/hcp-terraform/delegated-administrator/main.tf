# The workspace of the administrator account. A run trigger starts it after each apply of the other one.

provider "aws" {
  region = var.home_region
}

data "terraform_remote_state" "management" {
  backend = "remote"

  config = {
    organization = "example"
    workspaces   = { name = "systems-manager-management" }
  }
}

module "explorer" {
  source = "../../../modules/explorer"

  regions                  = data.terraform_remote_state.management.outputs.administrator_account.regions
  administrator_account_id = data.terraform_remote_state.management.outputs.administrator_account.id
  deletion_policy          = "Delete"
  python_command           = var.python_command
}
