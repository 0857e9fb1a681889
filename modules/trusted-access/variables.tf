variable "service_principals" {
  description = "Service principals that get trusted access to the organization, for example `ssm.amazonaws.com`. Enabling adds to what is enabled already. StackSets has an input of its own. https://docs.aws.amazon.com/organizations/latest/userguide/orgs_integrate_services.html"
  type        = set(string)
  default     = ["ssm.amazonaws.com"]
  nullable    = false

  validation {
    condition     = alltrue([for principal in var.service_principals : can(regex("^[a-z0-9.-]+\\.amazonaws\\.com$", principal))])
    error_message = "service_principals holds ${jsonencode([for principal in var.service_principals : principal if !can(regex("^[a-z0-9.-]+\\.amazonaws\\.com$", principal))])}, but a service principal ends in .amazonaws.com, for example \"ssm.amazonaws.com\"."
  }

  validation {
    condition     = !contains(var.service_principals, "member.org.stacksets.cloudformation.amazonaws.com")
    error_message = "service_principals holds \"member.org.stacksets.cloudformation.amazonaws.com\", which Organizations alone cannot activate: leave it out and set stack_sets_access_enabled = true."
  }
}

variable "stack_sets_access_enabled" {
  description = "Whether CloudFormation StackSets is activated for the organization, without which Quick Setup cannot deploy to other accounts. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-activate-trusted-access.html"
  type        = bool
  default     = true
  nullable    = false
}

variable "enabled_service_principals" {
  description = "Service principals that have trusted access now: `aws_service_access_principals` of `data.aws_organizations_organization`."
  type        = set(string)
  nullable    = false
}

variable "stack_sets_access_status" {
  description = "`stack_sets_access` of `observe.py organization`: `ENABLED`, `DISABLED` or `DISABLED_PERMANENTLY`. Empty when there is no Python."
  type        = string
  default     = ""
  nullable    = false
}

variable "on_destroy" {
  description = "`retain` leaves trusted access and StackSets as they are on destroy. `restore` disables what this module enabled, and nothing else; AWS then stops aggregating data and deploying for every account of the organization."
  type        = string
  default     = "retain"
  nullable    = false

  validation {
    condition     = contains(["retain", "restore"], var.on_destroy)
    error_message = "on_destroy is \"${var.on_destroy}\", but must be \"retain\" or \"restore\"."
  }
}

variable "script" {
  description = "How to run `ensure.py`, and as whom: see `modules/action`. Null: there is no Python; what is missing is then refused with the AWS CLI commands that enable it."
  type = object({
    command    = list(string)
    account_id = string
    region     = string
    profile    = optional(string)
    role_arn   = optional(string)
  })
  default = null
}
