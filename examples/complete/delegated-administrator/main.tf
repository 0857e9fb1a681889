# All features of the administrator account. Runs with that account's credentials, after ../management is applied.

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

module "compliance_reporting" {
  source = "../../../modules/compliance-reporting"
  count  = var.patch_compliance_collected ? 1 : 0

  regions                  = var.regions
  administrator_account_id = var.administrator_account_id
  force_destroy            = var.collected_data_destroyed
  tags                     = var.tags
}
