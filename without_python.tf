# What the AWS provider reads without Python, in place of the result of `observe.py organization`.

data "aws_organizations_organization" "current" {
  count = local.script == null ? 1 : 0

  lifecycle {
    postcondition {
      condition     = self.master_account_id == local.account_id
      error_message = "NOT_MANAGEMENT_ACCOUNT: the credentials belong to account ${local.account_id}, but the management account of this organization is ${self.master_account_id}. Use credentials of the management account."
    }

    postcondition {
      condition     = self.feature_set == "ALL"
      error_message = "ALL_FEATURES_DISABLED: the organization's feature set is ${self.feature_set}, but trusted access, delegated administrators and Quick Setup need all features. Enable them (every invited account must agree): aws organizations enable-all-features"
    }
  }
}

data "aws_iam_roles" "service_linked" {
  count = local.script == null ? 1 : 0

  path_prefix = "/aws-service-role/"
}

data "aws_organizations_delegated_administrators" "current" {
  for_each = local.script == null ? local.administered_service_principals : toset([])

  service_principal = each.value
}

data "aws_organizations_organizational_unit_child_accounts" "dedicated" {
  count = local.script == null && local.account_placed ? 1 : 0

  parent_id = local.dedicated_unit.id
}

locals {
  existing_service_linked_roles = flatten([for found in data.aws_iam_roles.service_linked : tolist(found.names)])
  described_organization        = one(data.aws_organizations_organization.current)
  enabled_service_principals    = local.described_organization == null ? [] : local.described_organization.aws_service_access_principals

  settings_without_python = jsonencode({ for key, value in merge(
    {
      for principal in local.trusted_service_principals :
      "trusted-access/${principal}" => contains(local.enabled_service_principals, principal) ? "enabled" : "disabled"
    },
    {
      "stack-sets-access/organization"                   = contains(local.enabled_service_principals, local.stack_sets_service_principal) ? "ENABLED" : "DISABLED"
      "service-linked-role/ssm-quicksetup.amazonaws.com" = contains(local.existing_service_linked_roles, "AWSServiceRoleForSSMQuickSetup") ? "present" : "absent"
      "resource-sharing/organization" = !contains(local.enabled_service_principals, "ram.amazonaws.com") ? "disabled" : (
        contains(local.existing_service_linked_roles, "AWSServiceRoleForResourceAccessManager") ? "enabled" : "incomplete"
      )
    },
    {
      for child in data.aws_organizations_organizational_unit_child_accounts.dedicated :
      "account-placement/administrator" => contains(child.accounts[*].id, local.administrator_account_id) ? child.parent_id : "elsewhere"
    },
    {
      for principal, found in data.aws_organizations_delegated_administrators.current : "delegated-administrator/${principal}" => (
        contains(found.delegated_administrators[*].id, local.administrator_account_id) ? local.administrator_account_id : "none"
      )
    },
  ) : key => { value = value, previous = value } })

  organization_without_python = local.described_organization == null ? "" : jsonencode({
    id                    = local.described_organization.id
    root_id               = local.described_organization.roots[0].id
    management_account_id = local.described_organization.master_account_id
  })
}
