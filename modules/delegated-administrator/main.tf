locals {
  # StackSets takes up to five delegated administrators; the Systems Manager services take one.
  # https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-delegated-admin.html
  several_administrators = ["member.org.stacksets.cloudformation.amazonaws.com"]

  other_administrators = {
    for principal, current in data.aws_organizations_delegated_administrators.current : principal => setsubtract(
      current.delegated_administrators[*].id, [var.account_id]
    )
  }
}

data "aws_organizations_delegated_administrators" "current" {
  for_each = var.service_principals

  service_principal = each.value
}

# Registering another account replaces this, and AWS then deletes the Explorer syncs of the former one: account_id must
# never come from a value that a later plan might not know.
# https://docs.aws.amazon.com/systems-manager/latest/userguide/Explorer-setup-delegated-administrator-deregister.html
resource "aws_organizations_delegated_administrator" "this" {
  for_each = var.service_principals

  account_id        = var.account_id
  service_principal = each.value

  lifecycle {
    precondition {
      condition     = contains(var.trusted_service_principals, each.value)
      error_message = "service_principals holds \"${each.value}\", which has no trusted access to the organization (it is enabled for ${join(", ", var.trusted_service_principals)}). Enable it first: AWS registers no delegated administrator without it."
    }

    precondition {
      condition     = contains(local.several_administrators, each.value) || length(local.other_administrators[each.value]) == 0
      error_message = "ANOTHER_ADMINISTRATOR_REGISTERED: account ${join(", ", local.other_administrators[each.value])} is the delegated administrator for \"${each.value}\", which takes one only. Keep it by setting account_id to it, or deregister it first (this deletes its Explorer syncs): aws organizations deregister-delegated-administrator --account-id ${join(", ", local.other_administrators[each.value])} --service-principal ${each.value}"
    }

    precondition {
      condition     = var.placed_account_id == null || var.placed_account_id == var.account_id
      error_message = "placed_account_id is ${coalesce(var.placed_account_id, "null")}, but the delegated administrator is ${var.account_id}: the account in the dedicated organizational unit and the delegated administrator must be the same."
    }
  }
}
