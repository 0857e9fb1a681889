variable "account_id" {
  description = "Account to register (12 digits), an active member of the organization. Give either `account_id` or `account`."
  type        = string
  default     = null

  validation {
    condition     = (var.account_id == null) != (var.account == null)
    error_message = "account_id is ${jsonencode(var.account_id)} and account is ${var.account == null ? "null" : jsonencode(var.account.name)}, but exactly one of the two must be set: account_id registers an existing account, account creates one."
  }

  validation {
    condition     = var.account_id == null ? true : can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id is ${jsonencode(var.account_id)}, but an account id has 12 digits${strcontains(coalesce(var.account_id, "none"), "@") ? "; an email address belongs in account = { name, email }" : ""}."
  }

  validation {
    condition     = var.account_id == null ? true : var.account_id != var.management_account_id
    error_message = "ADMINISTRATOR_IS_MANAGEMENT_ACCOUNT: account_id is ${jsonencode(var.account_id)}, the management account, which AWS does not register as a delegated administrator. Give a member account."
  }

  # AWS retires an account's Status in favour of its State, which provider 5 does not know: an account without a status
  # may well be active, so only a status that says otherwise is refused.
  # https://docs.aws.amazon.com/organizations/latest/APIReference/API_Account.html
  validation {
    condition     = var.account_id == null ? true : !can(regex("^[0-9]{12}$", var.account_id)) ? true : contains(["ACTIVE", ""], lookup(var.account_statuses, var.account_id, "NOT_A_MEMBER"))
    error_message = "ADMINISTRATOR_NOT_ACTIVE_MEMBER: account_id is ${jsonencode(var.account_id)}, whose state in this organization is ${lookup(var.account_statuses, coalesce(var.account_id, "none"), "NOT_A_MEMBER")}. Give an active member account."
  }
}

variable "account" {
  description = <<-EOT
    Account to create and register:
    - `name`: 1 to 50 characters.
    - `email`: an address that no other AWS account uses.
    - `role_name`: role in the new account that the management account may assume. Default: `OrganizationAccountAccessRole`.
    Terraform refuses to destroy it afterwards: an account is closed by a person.
  EOT
  type = object({
    name      = string
    email     = string
    role_name = optional(string, "OrganizationAccountAccessRole")
  })
  default = null

  validation {
    condition     = var.account == null ? true : can(regex("^[^\\s@]+@[^\\s@]+\\.[^\\s@]+$", var.account.email)) && length(var.account.email) >= 6 && length(var.account.email) <= 64
    error_message = "account.email is ${var.account == null ? "null" : jsonencode(var.account.email)}, but must be an email address of 6 to 64 characters."
  }

  validation {
    condition     = var.account == null ? true : length(var.account.name) >= 1 && length(var.account.name) <= 50
    error_message = "account.name is ${var.account == null ? "null" : jsonencode(var.account.name)}, but must have 1 to 50 characters."
  }

  validation {
    condition     = var.account == null ? true : can(regex("^[\\w+=,.@-]{1,64}$", var.account.role_name))
    error_message = "account.role_name is ${var.account == null ? "null" : jsonencode(var.account.role_name)}, but must have 1 to 64 letters, digits or +=,.@_-."
  }
}

variable "organizational_unit_id" {
  description = "Root or organizational unit in which a new account is created. Null: the organization's root."
  type        = string
  default     = null
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
    - `ssm-quicksetup.amazonaws.com`: Quick Setup (all but patch policies), which also wants the two others.
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

variable "tags" {
  description = "Tags of the account, if it is created here."
  type        = map(string)
  default     = {}
  nullable    = false
}
