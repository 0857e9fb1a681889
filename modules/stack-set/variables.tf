variable "name" {
  description = "Name of the StackSet: 1 to 128 letters, digits and hyphens, beginning with a letter."
  type        = string
  nullable    = false

  # https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStackSet.html
  validation {
    condition     = can(regex("^[A-Za-z][A-Za-z0-9-]{0,127}$", var.name))
    error_message = "name is ${jsonencode(var.name)}, but must have 1 to 128 letters, digits and hyphens, and begin with a letter."
  }
}

variable "description" {
  description = "Description of the StackSet."
  type        = string
  nullable    = false
}

variable "template_body" {
  description = "The template of the stacks, as JSON."
  type        = string
  nullable    = false
}

variable "call_as" {
  description = "`DELEGATED_ADMIN` in an administrator of StackSets, `SELF` in the management account."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["DELEGATED_ADMIN", "SELF"], var.call_as)
    error_message = "call_as is ${jsonencode(var.call_as)}, but must be \"DELEGATED_ADMIN\" or \"SELF\"."
  }
}

variable "capabilities" {
  description = "Capabilities of the template, for example `[\"CAPABILITY_NAMED_IAM\"]`. Default: none."
  type        = set(string)
  default     = []
  nullable    = false

  # https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStackSet.html
  validation {
    condition     = length(setsubtract(var.capabilities, ["CAPABILITY_AUTO_EXPAND", "CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"])) == 0
    error_message = "capabilities is ${jsonencode(var.capabilities)}, but each must be \"CAPABILITY_AUTO_EXPAND\", \"CAPABILITY_IAM\" or \"CAPABILITY_NAMED_IAM\"."
  }
}

variable "targets" {
  description = "The root (`r-ab12`) or organizational units whose member accounts get the stack: 50 at most."
  type        = list(string)
  nullable    = false
}

variable "regions" {
  description = "Regions in which each account gets the stack."
  type        = set(string)
  nullable    = false
}

variable "creation_mark" {
  description = "Value of the tag `systems-manager-organization:created`, unique to the installation and the plan: `INSTALLATION/TIME`, with `plantimestamp()`. Null: no such tag."
  type        = string
  default     = null
}

# Apart from the mark, which it waits for.
variable "existing" {
  description = "`existing` of `observe.py existing-resources` for `new_names`, as JSON: such a StackSet is refused. Null: not read."
  type        = string
  default     = null
}

variable "failure" {
  description = "What a warning says before it lists the accounts and Regions that failed."
  type        = string
  nullable    = false
}

variable "remedy" {
  description = "What it says after them, before the command. Default: `Remove the cause, then deploy again:`."
  type        = string
  default     = "Remove the cause, then deploy again:"
  nullable    = false
}

variable "operation_preferences" {
  description = <<-EOT
    How StackSets reaches the accounts. Low percentages, and 0 for failures, reach few first and end the apply at a failure; a warning in every plan names who was not reached. Default: all at once.
    - `max_concurrent_percentage`: accounts at the same time, 1 to 100.
    - `failure_tolerance_percentage`: accounts of a Region that may fail before it ends, 0 to 100.
    - `region_concurrency_type`: `PARALLEL`, or `SEQUENTIAL` for one Region after the other.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_StackSetOperationPreferences.html
  EOT
  type = object({
    max_concurrent_percentage    = optional(number, 100)
    failure_tolerance_percentage = optional(number, 100)
    region_concurrency_type      = optional(string, "PARALLEL")
  })
  default  = {}
  nullable = false

  validation {
    condition     = templatefile("${path.module}/../operation_preferences.tftpl", { preferences = var.operation_preferences }) == ""
    error_message = templatefile("${path.module}/../operation_preferences.tftpl", { preferences = var.operation_preferences })
  }
}

variable "tags" {
  description = "Tags of the StackSet and of its stacks in all accounts."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "account_id" {
  description = "Account of the provider (12 digits): the script stops where its credentials belong to another. Null: any. Default: null."
  type        = string
  default     = null
}

variable "python_command" {
  description = "Command that runs Python, as in the root module: it follows changed targets. Null: no Python; changed targets then delete all stacks and create them again, unless the same apply changed this to null: change targets in the next one."
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
