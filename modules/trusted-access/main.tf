locals {
  # Organizations accepts this principal by EnableAWSServiceAccess too, and StackSets then still refuses to work: only
  # CloudFormation's own ActivateOrganizationsAccess activates it.
  # https://docs.aws.amazon.com/organizations/latest/userguide/services-that-can-integrate-cloudformation.html
  stack_sets_principal = "member.org.stacksets.cloudformation.amazonaws.com"

  wanted  = setunion(var.service_principals, var.stack_sets_access_enabled ? [local.stack_sets_principal] : [])
  missing = setsubtract(local.wanted, var.enabled_service_principals)

  commands = [
    for principal in local.missing : principal == local.stack_sets_principal
    ? "aws cloudformation activate-organizations-access"
    : "aws organizations enable-aws-service-access --service-principal ${principal}"
  ]
}

module "service_access" {
  source   = "../action"
  for_each = var.script == null ? [] : var.service_principals

  script     = var.script
  verb       = "trusted-access"
  subject    = each.value
  query      = { service_principal = each.value }
  before     = contains(var.enabled_service_principals, each.value) ? "enabled" : "disabled"
  on_destroy = var.on_destroy
}

module "stack_sets_access" {
  source = "../action"
  count  = var.script != null && var.stack_sets_access_enabled ? 1 : 0

  script     = var.script
  verb       = "stack-sets-access"
  subject    = "organization"
  query      = {}
  before     = var.stack_sets_access_status
  on_destroy = var.on_destroy
}
