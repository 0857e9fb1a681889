variable "role_name_prefix" {
  description = "Prefix of the names of the roles, 1 to 50 characters. AWS's managed policies allow only roles whose names start with `AWS-QuickSetup-` to be passed to Quick Setup; another prefix requires a policy of your own. It must differ from the names that Quick Setup's console uses. https://docs.aws.amazon.com/systems-manager/latest/userguide/quick-setup-getting-started.html"
  type        = string
  default     = "AWS-QuickSetup-Organization-"
  nullable    = false

  validation {
    condition     = can(regex("^[\\w+=,.@-]{1,50}$", var.role_name_prefix))
    error_message = "role_name_prefix is ${jsonencode(var.role_name_prefix)}, but must have 1 to 50 letters, digits or +=,.@_-."
  }
}

variable "creation" {
  description = <<-EOT
    Distinguishes what a plan creates from what exists in AWS already:
    - `mark`: value of the tag `systems-manager-organization:created`, unique to the installation and the plan: `INSTALLATION/TIME`, with `plantimestamp()`. Null: no such tag.
    - `existing`: key of a resource to the reason why a plan must not create it: `existing` of `observe.py organization`. Default: none.
  EOT
  type = object({
    mark     = optional(string)
    existing = optional(map(string), {})
  })
  default  = {}
  nullable = false
}

variable "tags" {
  description = "Tags of the roles."
  type        = map(string)
  default     = {}
  nullable    = false
}
