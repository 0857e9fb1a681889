variable "account_id" {
  description = "Account to register (12 digits), an active member of the organization."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id is ${jsonencode(var.account_id)}, but an account id has 12 digits${strcontains(var.account_id, "@") ? "; an email address belongs in account = { name, email }" : ""}."
  }

  validation {
    condition     = var.account_id != var.management_account_id
    error_message = "ADMINISTRATOR_IS_MANAGEMENT_ACCOUNT: account_id is ${jsonencode(var.account_id)}, the management account, which AWS does not register as a delegated administrator. Give a member account."
  }

  validation {
    condition     = contains(var.tolerated_findings, "ADMINISTRATOR_NOT_ACTIVE_MEMBER") || !can(regex("^[0-9]{12}$", var.account_id)) ? true : contains(["ACTIVE", ""], lookup(var.account_statuses, var.account_id, "NOT_A_MEMBER"))
    error_message = "ADMINISTRATOR_NOT_ACTIVE_MEMBER: account_id is ${jsonencode(var.account_id)}, whose state in this organization is ${lookup(var.account_statuses, var.account_id, "NOT_A_MEMBER")}. Give an active member account."
  }
}

variable "placed_account_id" {
  description = "Account that was placed in the dedicated organizational unit; null: none. Naming it here makes registration wait for the move."
  type        = string
  default     = null
}

variable "management_account_id" {
  description = "The organization's management account (12 digits)."
  type        = string
  nullable    = false
}

variable "account_statuses" {
  description = "Account id to status (`ACTIVE`, `SUSPENDED`, `PENDING_CLOSURE`, or empty where AWS tells none) for every account of the organization."
  type        = map(string)
  nullable    = false
}

variable "service_principals" {
  description = <<-EOT
    Services to register the account for:
    - `ssm.amazonaws.com`: Explorer, OpsCenter, Change Manager, Automation.
    - `ssm-quicksetup.amazonaws.com`: Quick Setup (all but patch policies), whose administrator AWS also registers for `ssm.amazonaws.com` and StackSets.
    - `member.org.stacksets.cloudformation.amazonaws.com`: StackSets. Its administrator can deploy to every account.
    - `resource-explorer-2.amazonaws.com`: Resource Explorer, for the unified console.
    https://docs.aws.amazon.com/systems-manager/latest/userguide/setting_up_delegated_admin.html
  EOT
  type        = set(string)
  default     = ["ssm.amazonaws.com"]
  nullable    = false

  validation {
    condition = length(setsubtract(var.service_principals, [
      "ssm.amazonaws.com",
      "ssm-quicksetup.amazonaws.com",
      "member.org.stacksets.cloudformation.amazonaws.com",
      "resource-explorer-2.amazonaws.com",
    ])) == 0
    error_message = "service_principals is ${jsonencode(var.service_principals)}, but may hold only \"ssm.amazonaws.com\", \"ssm-quicksetup.amazonaws.com\", \"member.org.stacksets.cloudformation.amazonaws.com\" and \"resource-explorer-2.amazonaws.com\"."
  }

  # https://docs.aws.amazon.com/systems-manager/latest/userguide/quick-setup-delegated-administrator.html
  validation {
    condition     = !contains(var.service_principals, "ssm-quicksetup.amazonaws.com") || length(setsubtract(["ssm.amazonaws.com", "member.org.stacksets.cloudformation.amazonaws.com"], var.service_principals)) == 0
    error_message = "service_principals holds \"ssm-quicksetup.amazonaws.com\" without ${join(" and ", [for principal in setsubtract(["ssm.amazonaws.com", "member.org.stacksets.cloudformation.amazonaws.com"], var.service_principals) : "\"${principal}\""])}, but Quick Setup's administrator also administers StackSets and Explorer. Add what is missing."
  }

  validation {
    condition     = length(var.service_principals) > 0
    error_message = "service_principals is empty, but a delegated administrator administers at least one service, usually \"ssm.amazonaws.com\". For no delegated administrator, leave the whole input null."
  }
}

variable "trusted_service_principals" {
  description = "Service principals whose trusted access was made sure of: the output of `modules/trusted-access`."
  type        = set(string)
  nullable    = false
}

variable "tolerated_findings" {
  description = "Codes that refuse nothing here and are only told in the output `findings`: for a caller that decides by itself, as the root module does. Default: none."
  type        = set(string)
  default     = []
  nullable    = false
}
