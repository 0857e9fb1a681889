locals {
  account_id  = var.account == null ? null : var.account.id
  account_ids = data.aws_organizations_organizational_unit_child_accounts.this.accounts[*].id
}

output "id" {
  description = "Id of the organizational unit, once the account is in it."
  value       = local.organizational_unit_id

  precondition {
    condition     = var.script != null || var.account == null ? true : contains(local.account_ids, local.account_id)
    error_message = "python_command is null, so this module cannot move account ${coalesce(local.account_id, "none")} into the dedicated organizational unit. Run this command in the management account, then plan again:\n  aws organizations move-account --account-id ${coalesce(local.account_id, "none")} --destination-parent-id ${local.organizational_unit_id} --source-parent-id \"$(aws organizations list-parents --child-id ${coalesce(local.account_id, "none")} --query 'Parents[0].Id' --output text)\""
  }

  depends_on = [module.account_placement]
}

output "placed_account_id" {
  description = "Account that was placed in the organizational unit; null: none. Whoever needs it there names it in a precondition, and so comes after the move."
  value       = local.account_id

  depends_on = [module.account_placement]
}

output "ensured_at" {
  description = "When the move of the account was last planned (RFC 3339, UTC). Null when nothing is moved."
  value       = one(module.account_placement[*].ensured_at)
}

output "other_account_ids" {
  description = "Accounts in the organizational unit besides the placed one. Change Manager wants none. https://docs.aws.amazon.com/systems-manager/latest/userguide/change-manager-organization-setup.html"
  value       = setsubtract(local.account_ids, [local.account_id])
}

output "child_organizational_unit_ids" {
  description = "Organizational units inside the organizational unit. A dedicated one has none."
  value       = toset(data.aws_organizations_organizational_units.this.children[*].id)
}
