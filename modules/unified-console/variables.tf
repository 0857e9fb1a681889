variable "regions" {
  description = "Regions of every member account, among them the home Region, which is the provider's. https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-setting-up-organizations.html"
  type        = set(string)
  nullable    = false
}

variable "administrator_account_id" {
  description = "The administrator account (12 digits): `delegated_administrator.account_id` of the root module's outputs. Any other is refused. Null: that of the first apply. Default: null."
  type        = string
  default     = null
}

variable "name" {
  description = "Name of the Quick Setup configuration. Default: `unified-console`."
  type        = string
  default     = "unified-console"
  nullable    = false
}

variable "default_host_management_interval_days" {
  description = "Days (1 to 31) after which Default Host Management Configuration is enabled again in accounts that have none; one that is set is kept. Null: it is not enabled. Default: 1."
  type        = number
  default     = 1

  validation {
    condition     = var.default_host_management_interval_days == null ? true : contains(range(1, 32), var.default_host_management_interval_days)
    error_message = "default_host_management_interval_days is ${jsonencode(var.default_host_management_interval_days)}, but must be a whole number of days from 1 to 31, or null for not at all."
  }
}

variable "agent_update_interval_days" {
  description = "Days (1 to 31) after which SSM Agent is updated on all managed nodes. Null: it is not updated. Default: 14."
  type        = number
  default     = 14

  validation {
    condition     = var.agent_update_interval_days == null ? true : contains(range(1, 32), var.agent_update_interval_days)
    error_message = "agent_update_interval_days is ${jsonencode(var.agent_update_interval_days)}, but must be a whole number of days from 1 to 31, or null for not at all."
  }
}

variable "inventory_interval_hours" {
  description = "Hours (1 to 744) after which the inventory of all managed nodes is collected. A node takes one inventory association: set null here, or `collect_inventory = false` of Host Management. Null: it is not collected. Default: 12."
  type        = number
  default     = 12

  validation {
    condition     = var.inventory_interval_hours == null ? true : contains(range(1, 745), var.inventory_interval_hours)
    error_message = "inventory_interval_hours is ${jsonencode(var.inventory_interval_hours)}, but must be a whole number of hours from 1 to 744, or null for not at all."
  }
}

variable "create_remediation_roles" {
  description = "Whether every account gets the roles with which the console changes security groups, VPC attributes and endpoints, so that instances become managed. Roles for the diagnosis, which only reads, are created anyway. AWS's own default is true. Default: false."
  type        = bool
  default     = false
  nullable    = false
}

variable "kms_key_arn" {
  description = "ARN of a key in the home Region that encrypts the bucket of diagnoses. It must have the tag `SystemsManagerManaged` = `true`, and its policy must admit the organization's `AWS-SSM-*` roles. Null: encryption by S3. Default: null."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null ? true : can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.kms_key_arn))
    error_message = "kms_key_arn is ${jsonencode(var.kms_key_arn)}, but must have the form \"arn:aws:kms:us-east-1:222222222222:key/...\", and not be an alias."
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
  description = "Command that runs Python, as in the root module: it reads what exists already and what does the same. Null: no Python."
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
  description = "Tags of the configuration manager."
  type        = map(string)
  default     = {}
  nullable    = false
}
