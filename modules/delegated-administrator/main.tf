locals {
  # AWS retires an account's Status in favour of its State, which provider 5 does not know: an account without a status
  # may well be active, so only a status that says otherwise is refused.
  # https://docs.aws.amazon.com/organizations/latest/APIReference/API_Account.html
  account_status    = lookup(var.account_statuses, var.account_id, "NOT_A_MEMBER")
  account_is_active = contains(["ACTIVE", ""], local.account_status)

  # StackSets takes up to five delegated administrators; the Systems Manager services take one.
  # https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-delegated-admin.html
  several_administrators = ["member.org.stacksets.cloudformation.amazonaws.com"]

  other_administrators = {
    for principal, current in data.aws_organizations_delegated_administrators.current : principal => join(", ", setsubtract(
      current.delegated_administrators[*].id, [var.account_id]
    ))
  }

  another_administrator = {
    for principal, others in local.other_administrators : principal => {
      code    = "ANOTHER_ADMINISTRATOR_REGISTERED"
      subject = principal
      message = "account ${others} is the delegated administrator for \"${principal}\", which takes one only."
      remedy  = "Keep it by setting account_id to it, or deregister it first (this deletes its Explorer syncs): aws organizations deregister-delegated-administrator --account-id ${others} --service-principal ${principal}"
    } if others != "" && !contains(local.several_administrators, principal)
  }

  findings = concat(
    local.account_is_active ? [] : [{
      code    = "ADMINISTRATOR_NOT_ACTIVE_MEMBER"
      subject = var.account_id
      message = "the account's state in this organization is ${local.account_status}, and AWS registers active member accounts only."
      remedy  = "Give an active member account."
    }],
    values(local.another_administrator),
  )
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
      condition     = contains(var.tolerated_findings, "ANOTHER_ADMINISTRATOR_REGISTERED") || !contains(keys(local.another_administrator), each.value)
      error_message = join("\n", [for finding in values(local.another_administrator) : "${finding.code}: ${finding.message} ${finding.remedy}" if finding.subject == each.value])
    }

    precondition {
      condition     = var.placed_account_id == null || var.placed_account_id == var.account_id
      error_message = "placed_account_id is ${coalesce(var.placed_account_id, "null")}, but the delegated administrator is ${var.account_id}: the account in the dedicated organizational unit and the delegated administrator must be the same."
    }
  }
}
