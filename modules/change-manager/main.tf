module "configuration" {
  source = "../quick-setup-configuration"

  name = var.name
  type = "AWSQuickSetupType-SSMChangeMgr"
  parameters = {
    for key, value in {
      DelegatedAccountId = var.delegated_administrator_account_id
      JobFunction        = var.job_function
      PermissionType     = var.custom_permissions == null ? "AdminPermissions" : "CustomPermissions"
      CustomPermissions  = var.custom_permissions
    } : key => value if value != null
  }
  additional_parameters = var.additional_parameters
  regions               = var.regions
  targets               = { organizational_unit_ids = var.organizational_unit_ids }
  prerequisites         = var.prerequisites
  tags                  = var.tags
}
