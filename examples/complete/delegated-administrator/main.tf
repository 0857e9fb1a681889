# Everything that is set up in the administrator account, once ../management is applied. It runs with that account's credentials.

provider "aws" {
  region = var.home_region
}

data "terraform_remote_state" "management" {
  backend = "local"

  config = { path = var.management_state }
}

module "explorer" {
  source = "../../../modules/explorer"

  regions                  = data.terraform_remote_state.management.outputs.administrator_account.regions
  administrator_account_id = data.terraform_remote_state.management.outputs.administrator_account.id
  deletion_policy          = "Delete"
  tags                     = var.tags
}
