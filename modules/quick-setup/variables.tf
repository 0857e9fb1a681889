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

variable "creation" {
  description = <<-EOT
    How a plan distinguishes what it creates from what AWS has already:
    - `mark`: value of the tag `systems-manager-organization:created`, unique to the installation and the plan: `INSTALLATION/TIME`, with `plantimestamp()`. Null: no such tag.
    - `existing`: from the key of a resource to why this plan may not create it: `existing` of `observe.py organization`. Default: nothing is refused.
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
