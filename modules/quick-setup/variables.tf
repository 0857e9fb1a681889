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

variable "role_path" {
  description = "Path of the administration role, which begins and ends with `/`. The execution role has none: StackSets receives its name alone. AWS's managed policies do not allow a role with a path to be passed to Quick Setup. Default: `/`."
  type        = string
  default     = "/"
  nullable    = false

  # https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html (Path)
  validation {
    condition     = can(regex("^/([!-~]+/)?$", var.role_path)) && length(var.role_path) <= 512
    error_message = "role_path is ${jsonencode(var.role_path)}, but must begin and end with a slash, for example \"/platform/\", and have at most 512 characters without spaces."
  }
}

variable "permissions_boundary" {
  description = "ARN of a policy that limits the permissions of the roles; it must allow what Quick Setup deploys. Null: none."
  type        = string
  default     = null

  # https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
  validation {
    condition     = var.permissions_boundary == null ? true : can(regex("^arn:aws[a-z-]*:iam::([0-9]{12}|aws):policy/[!-~]+$", var.permissions_boundary))
    error_message = "permissions_boundary is ${jsonencode(var.permissions_boundary)}, but must be the ARN of an IAM policy, for example \"arn:aws:iam::111111111111:policy/Boundary\"."
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
  description = "Tags of the roles."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = templatefile("${path.module}/../tags.tftpl", { tags = var.tags, services = ["IAM"], limit = 49 }) == ""
    error_message = templatefile("${path.module}/../tags.tftpl", { tags = var.tags, services = ["IAM"], limit = 49 })
  }
}
