# Desired values of the settings that no Terraform resource manages.

locals {
  # Null for an account that is created here: its id is unknown to the first plan.
  existing_administrator_account_id = var.delegated_administrator == null ? null : var.delegated_administrator.account_id
  account_to_create                 = var.delegated_administrator == null ? null : var.delegated_administrator.account
  administrator_account_id = (
    local.account_to_create == null ? local.existing_administrator_account_id : one(module.administrator_account[*].id)
  )

  # A service requires trusted access before it has a delegated administrator. StackSets requires activation instead: enabled through
  # Organizations alone, it does not work.
  # https://docs.aws.amazon.com/organizations/latest/userguide/services-that-can-integrate-cloudformation.html
  administered_service_principals = toset(var.delegated_administrator == null ? [] : var.delegated_administrator.service_principals)
  stack_sets_service_principal    = "member.org.stacksets.cloudformation.amazonaws.com"
  trusted_service_principals = setsubtract(
    setunion(["ssm.amazonaws.com"], local.administered_service_principals),
    [local.stack_sets_service_principal],
  )
  access_retained = var.trusted_access.on_destroy == "retain"

  # Known to every plan.
  setting_keys = concat(
    [for principal in local.trusted_service_principals : "trusted-access/${principal}"],
    ["stack-sets-access/organization", "service-linked-role/ssm-quicksetup.amazonaws.com"],
    var.resource_sharing == null ? [] : ["resource-sharing/organization"],
    local.account_placed ? ["account-placement/administrator"] : [],
    [for principal in local.administered_service_principals : "delegated-administrator/${principal}"],
    local.host_management_role_set ? [local.host_management_role_key] : [],
  )

  # Without Python a resource of the AWS provider sets it.
  host_management_role_set = local.script != null && (var.default_host_management == null ? false : var.default_host_management.management_account != null)
  host_management_role_key = "default-host-management-role/${local.region}"
  account_placed           = var.delegated_administrator != null && var.dedicated_organizational_unit != null

  dedicated_unit = one(module.dedicated_organizational_unit)
  # Placeholders, as a -refresh-only plan has null for what is still to be created.
  administrator = coalesce(local.administrator_account_id, "ACCOUNT")
  unit          = var.dedicated_organizational_unit == null ? "UNIT" : coalesce(local.dedicated_unit.id, "UNIT")
  # An account that was in the unit before the first plan has no known previous location: it moves to the root when the unit is deleted.
  unit_to_delete  = local.unit_to_create == null ? "" : local.dedicated_unit.created ? "" : local.unit
  account_created = anytrue(module.administrator_account[*].created)

  desired_settings = merge(
    {
      for principal in local.trusted_service_principals : "trusted-access/${principal}" => {
        value    = "enabled"
        retained = local.access_retained
        command  = "aws organizations enable-aws-service-access --service-principal ${principal}"
      }
    },
    {
      "stack-sets-access/organization" = {
        value    = "ENABLED"
        retained = local.access_retained
        command  = "aws cloudformation activate-organizations-access"
      }
      # https://docs.aws.amazon.com/systems-manager/latest/userguide/using-service-linked-roles-service-action-5.html
      "service-linked-role/ssm-quicksetup.amazonaws.com" = {
        value    = "present"
        retained = true
        command  = "aws iam create-service-linked-role --aws-service-name ssm-quicksetup.amazonaws.com"
      }
    },
    var.resource_sharing == null ? {} : {
      "resource-sharing/organization" = {
        value    = "enabled"
        retained = var.resource_sharing.on_destroy == "retain"
        command  = "aws ram enable-sharing-with-aws-organization"
      }
    },
    !local.account_placed ? {} : {
      "account-placement/administrator" = {
        subject = local.administrator
        value   = local.unit
        label   = local.dedicated_unit.created ? var.dedicated_organizational_unit.name : null
        command = "aws organizations move-account --account-id ${local.administrator} --destination-parent-id ${local.unit} --source-parent-id \"$(aws organizations list-parents --child-id ${local.administrator} --query 'Parents[0].Id' --output text)\""
      }
    },
    {
      for principal in local.administered_service_principals : "delegated-administrator/${principal}" => {
        value   = local.administrator
        label   = local.account_created ? var.delegated_administrator.account.name : null
        command = "aws organizations register-delegated-administrator --account-id ${local.administrator} --service-principal ${principal}"
      }
    },
    # By index: a splat expression would depend on all of the module.
    !local.host_management_role_set ? {} : {
      "default-host-management-role" = {
        key   = local.host_management_role_key
        value = module.default_host_management[0].management_account_role_name
      }
    },
  )
}
