module "configuration" {
  source = "../quick-setup-configuration"

  name                  = var.name
  type                  = "AWSQuickSetupType-SSMOpsCenter"
  parameters            = { DelegatedAccountId = var.delegated_administrator_account_id }
  additional_parameters = var.additional_parameters
  regions               = var.regions
  targets               = { organizational_unit_ids = var.organizational_unit_ids }
  prerequisites         = var.prerequisites
  tags                  = var.tags
}
