variable "role_name_prefix" {
  description = "Beginning of the names of the roles. It must start with `AWS-QuickSetup-`, to which AWS's own policies limit passing roles to Quick Setup, and must differ from the names that Quick Setup's console gives. https://docs.aws.amazon.com/systems-manager/latest/userguide/quick-setup-getting-started.html"
  type        = string
  default     = "AWS-QuickSetup-Organization-"
  nullable    = false

  validation {
    condition     = can(regex("^AWS-QuickSetup-[\\w+=,.@-]{1,33}$", var.role_name_prefix))
    error_message = "role_name_prefix is ${jsonencode(var.role_name_prefix)}, but must start with \"AWS-QuickSetup-\" and go on with 1 to 33 letters, digits or +=,.@_-."
  }
}

variable "explorer_enabling_role_arn" {
  description = "The role in Quick Setup's service settings now: `explorer_enabling_role_arn` of `observe.py organization`. Remembered at the first apply and put back on destroy. Empty: none."
  type        = string
  default     = ""
  nullable    = false
}

variable "script" {
  description = "How to run `ensure.py`, and as whom: see `modules/action`. Null: there is no Python; service-linked roles that are missing are then refused with the AWS CLI commands that create them, and Quick Setup's service settings are left as they are."
  type = object({
    command    = list(string)
    account_id = string
    region     = string
    profile    = optional(string)
    role_arn   = optional(string)
  })
  default = null
}

variable "tags" {
  description = "Tags of the roles."
  type        = map(string)
  default     = {}
  nullable    = false
}
