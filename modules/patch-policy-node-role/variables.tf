variable "name" {
  description = "Name of the role and of the instance profile: 1 to 64 letters, digits or `+=,.@_-`."
  type        = string
  nullable    = false

  # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
  validation {
    condition     = can(regex("^[A-Za-z0-9+=,.@_-]{1,64}$", var.name))
    error_message = "name is ${jsonencode(var.name)}, but must have 1 to 64 letters, digits or characters of +=,.@_-"
  }
}

variable "patch_policy_ids" {
  description = "Ids of the patch policies that patch the instances: `principal_tag.value` of the output `patch_policies` of the root module. Each becomes a tag of the role, of which IAM allows 50."
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.patch_policy_ids) > 0
    error_message = "patch_policy_ids is empty: name at least one patch policy. Without one, an instance needs AmazonSSMManagedInstanceCore only."
  }

  validation {
    condition     = alltrue([for id in var.patch_policy_ids : can(regex("^[A-Za-z0-9-]{1,100}$", id))])
    error_message = "patch_policy_ids is ${jsonencode(var.patch_policy_ids)}, but an id has letters, digits and hyphens only: take it from the output patch_policies of the root module."
  }
}

variable "additional_policy_names" {
  description = "Further AWS managed policies to attach, for example `CloudWatchAgentServerPolicy`. Default: none."
  type        = set(string)
  default     = []
  nullable    = false
}

variable "role_path" {
  description = "Path of the role and of the instance profile, which begins and ends with `/`. Default: `/`."
  type        = string
  default     = "/"
  nullable    = false

  validation {
    condition     = can(regex("^/([!-~]+/)?$", var.role_path)) && length(var.role_path) <= 512
    error_message = "role_path is ${jsonencode(var.role_path)}, but must begin and end with a slash, for example \"/nodes/\", and have at most 512 characters."
  }
}

variable "permissions_boundary" {
  description = "ARN of a policy that limits the permissions of the role. Null: none."
  type        = string
  default     = null

  # https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
  validation {
    condition     = var.permissions_boundary == null ? true : can(regex("^arn:aws[a-z-]*:iam::([0-9]{12}|aws):policy/[!-~]+$", var.permissions_boundary))
    error_message = "permissions_boundary is ${jsonencode(var.permissions_boundary)}, but must be the ARN of an IAM policy, for example \"arn:aws:iam::111111111111:policy/Boundary\"."
  }
}

variable "installation" {
  description = "Name of this installation, if its state was lost: `report.py adopt` prints it. Only the first plan of a state reads it. Null: a new name."
  type        = string
  default     = null

  validation {
    condition     = var.installation == null ? true : can(regex("^[A-Za-z0-9._-]{1,64}$", var.installation))
    error_message = "installation is ${jsonencode(var.installation)}, but must have 1 to 64 letters, digits, dots, underscores or hyphens."
  }
}

variable "python_command" {
  description = "Command that runs Python, as in the root module: it reads what exists already. Null: no Python."
  type        = list(string)
  default     = ["python3"]

  validation {
    condition     = var.python_command == null ? true : length(var.python_command) > 0 && alltrue([for word in var.python_command : length(word) > 0])
    error_message = "python_command is ${jsonencode(var.python_command)}, but must name a program, for example [\"python3\"], or be null for no Python."
  }
}

variable "script_credentials" {
  description = "Credentials for the scripts if those of the AWS provider come from its own block: see the [root module](../../README.md#script_credentials). Null: those of the environment. Default: null."
  type = object({
    profile      = optional(string)
    role_arn     = optional(string)
    external_id  = optional(string)
    session_name = optional(string)
  })
  default = null

  validation {
    condition     = templatefile("${path.module}/../script_credentials.tftpl", { credentials = var.script_credentials }) == ""
    error_message = templatefile("${path.module}/../script_credentials.tftpl", { credentials = var.script_credentials })
  }
}

variable "tags" {
  description = "Tags of the role and of the instance profile."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = templatefile("${path.module}/../tags.tftpl", { tags = var.tags, services = ["IAM"], limit = 49 - length(var.patch_policy_ids) }) == ""
    error_message = templatefile("${path.module}/../tags.tftpl", { tags = var.tags, services = ["IAM"], limit = 49 - length(var.patch_policy_ids) })
  }
}
