variable "name" {
  description = "Name of the account: 1 to 50 ASCII characters."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[ -~]{1,50}$", var.name))
    error_message = "The name of the account is ${jsonencode(var.name)}, but must have 1 to 50 letters of A to Z, digits, spaces and ASCII punctuation: https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateAccount.html"
  }
}

variable "email" {
  description = "Email address of the account's root user, which no other AWS account may use. https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateAccount.html"
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[!#$*+/0-9=?A-Z^_`a-z{}~-][!#$*+./0-9=?A-Z^_`a-z{}~-]*@[A-Za-z0-9][A-Za-z0-9.-]*\\.[A-Za-z0-9.-]*[A-Za-z0-9]$", var.email)) && length(var.email) >= 6 && length(var.email) <= 64
    error_message = "email is ${jsonencode(var.email)}, but must be an email address of 6 to 64 ASCII characters: before the @ no space and none of \"'()<>[]:;,\\|%& and no dot at the start, after it a domain of letters, digits, hyphens and at least one dot: https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateAccount.html"
  }
}

variable "role_name" {
  description = "Role in the account that the management account may assume."
  type        = string
  default     = "OrganizationAccountAccessRole"
  nullable    = false

  validation {
    condition     = can(regex("^[\\w+=,.@-]{1,64}$", var.role_name))
    error_message = "role_name is ${jsonencode(var.role_name)}, but must have 1 to 64 letters, digits or +=,.@_-."
  }
}

variable "creation_mark" {
  description = "Value of the tag `systems-manager-organization:created`, which distinguishes what a plan creates from what exists in AWS already. Unique to the installation and the plan: `INSTALLATION/TIME`, with `plantimestamp()`. Null: no such tag."
  type        = string
  default     = null
}

# A variable of its own: what refers to the mark alone does not wait for the query of AWS that leads to this.
variable "existing" {
  description = "Key of a resource to the reason why a plan must not create it: `existing` of `observe.py organization`."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "tags" {
  description = "Tags of the account."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = templatefile("${path.module}/../tags.tftpl", { tags = var.tags, services = ["Organizations"], limit = 49 }) == ""
    error_message = templatefile("${path.module}/../tags.tftpl", { tags = var.tags, services = ["Organizations"], limit = 49 })
  }
}
