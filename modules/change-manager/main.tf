# Change Manager is the only feature of Systems Manager that wants this.
# https://docs.aws.amazon.com/systems-manager/latest/userguide/change-manager-organization-setup.html
data "aws_organizations_organizational_unit_child_accounts" "administrator" {
  parent_id = var.administrator_organizational_unit_id
}

locals {
  other_account_ids = setsubtract(
    data.aws_organizations_organizational_unit_child_accounts.administrator.accounts[*].id,
    [var.delegated_administrator_account_id],
  )

  sole_account_findings = length(local.other_account_ids) == 0 ? [] : [{
    code    = "OU_NOT_EXCLUSIVE"
    subject = var.administrator_organizational_unit_id
    message = "The organizational unit also holds ${join(", ", local.other_account_ids)}, but Change Manager wants the administrator account ${var.delegated_administrator_account_id} to be alone in it."
    remedy  = "Move the others elsewhere, or the administrator account into a unit of its own."
  }]
  sole_account = contains(var.tolerated_findings, "OU_NOT_EXCLUSIVE") || length(local.sole_account_findings) == 0
}

# By itself, or a configuration that is not reached would not be refused.
resource "terraform_data" "sole_account" {
  input = var.delegated_administrator_account_id

  lifecycle {
    precondition {
      condition     = local.sole_account
      error_message = join("\n", [for finding in local.sole_account_findings : "${finding.code} ${finding.subject}: ${finding.message} ${finding.remedy}"])
    }
  }
}

module "configuration" {
  source = "../quick-setup-configuration"

  name = var.name
  type = "AWSQuickSetupType-SSMChangeMgr"
  parameters = {
    for key, value in {
      DelegatedAccountId = terraform_data.sole_account.input
      JobFunction        = var.job_function
      PermissionType     = var.custom_permissions == null ? "AdminPermissions" : "CustomPermissions"
      CustomPermissions  = var.custom_permissions
    } : key => value if value != null
  }
  additional_parameters    = var.additional_parameters
  regions                  = var.regions
  targets                  = { organizational_unit_ids = var.organizational_unit_ids }
  preceding_configurations = var.preceding_configurations
  prerequisites            = var.prerequisites
  tolerated_findings       = var.tolerated_findings
  tags                     = var.tags
}
