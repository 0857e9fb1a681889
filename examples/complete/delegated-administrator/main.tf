# Everything that is set up in the administrator account, once ../management is applied. It runs with that account's credentials.

provider "aws" {
  region = var.home_region
}

module "explorer" {
  source = "../../../modules/explorer"

  regions                  = var.regions
  administrator_account_id = var.administrator_account_id
  deletion_policy          = "Delete"
  tags                     = var.tags
}
