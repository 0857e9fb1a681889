variable "regions" {
  description = "Regions in which every account is set, for example `[\"ap-northeast-1\", \"us-east-1\"]`: each Region has settings of its own. An opt-in Region must be enabled in each account. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-opt-in-regions.html"
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.regions) > 0
    error_message = "regions is empty, but settings are changed in at least one Region, for example [\"us-east-1\"]."
  }

  validation {
    condition     = alltrue([for region in var.regions : can(regex("^[a-z]{2,4}(-[a-z]+)+-[0-9]$", region))])
    error_message = "regions is ${jsonencode(var.regions)}, but a Region must have the form \"us-east-1\"."
  }
}

variable "organizational_unit_ids" {
  description = "Organizational units whose member accounts are set, for example `[\"ou-ab12-34cd56ef\"]`. Changing them resets all accounts and sets them again. Null: the entire organization. Default: null."
  type        = set(string)
  default     = null

  validation {
    condition     = var.organizational_unit_ids == null ? true : length(var.organizational_unit_ids) > 0
    error_message = "organizational_unit_ids is empty: name at least one organizational unit, or set null for the entire organization."
  }

  validation {
    condition     = alltrue([for id in coalesce(var.organizational_unit_ids, []) : can(regex("^ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}$", id))])
    error_message = "organizational_unit_ids is ${jsonencode(var.organizational_unit_ids)}, but each must be an organizational unit (\"ou-ab12-34cd56ef\"); for the entire organization set null."
  }
}

variable "include_management_account" {
  description = "Whether the management account itself is set as well, which requires its credentials and Python. Its previous values are restored on destroy. Default: true."
  type        = bool
  default     = true
  nullable    = false

  validation {
    condition = !var.include_management_account || var.python_command != null
    error_message = join("\n  ", concat(
      ["include_management_account is true and python_command is null, but no Terraform resource keeps the previous value of a service setting. Set python_command; or set include_management_account = false and run in the management account, in each Region:"],
      [for kind, value in local.settings : "aws ssm update-service-setting --setting-id ${local.setting_ids[kind]} --setting-value ${value}"],
    ))
  }
}

variable "block_public_document_sharing" {
  description = "Whether SSM documents can no longer be shared publicly (Security Hub SSM.7). What is public already stays public. False: the setting is not touched. Default: true. https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-ssm-sharing.html"
  type        = bool
  default     = true
  nullable    = false
}

variable "automation_logging" {
  description = <<-EOT
    Whether the output of `aws:executeScript` steps of Automation goes to CloudWatch Logs (Security Hub SSM.6). **Costs what CloudWatch Logs takes in and keeps.** The role of an automation needs `logs:CreateLogGroup`, `CreateLogStream`, `DescribeLogGroups`, `DescribeLogStreams` and `PutLogEvents`. Null: the settings are not touched. Default: `{}`, enabled. https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-logging.html
    - `log_group_name`: a log group that exists in every account and Region. Default: AWS's `/aws/ssm/automation/executeScript`, which Automation creates.
  EOT
  type = object({
    log_group_name = optional(string)
  })
  default = {}

  # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html
  validation {
    condition     = var.automation_logging == null ? true : var.automation_logging.log_group_name == null ? true : can(regex("^[A-Za-z0-9._/#-]{1,512}$", var.automation_logging.log_group_name))
    error_message = "automation_logging is ${jsonencode(var.automation_logging)}, but log_group_name must have 1 to 512 letters, digits or characters of ._/#-"
  }
}

variable "automation_adaptive_concurrency_enabled" {
  description = "Whether Automation runs up to 500 automations at a time instead of 100. False: not touched. Default: false. https://docs.aws.amazon.com/systems-manager/latest/userguide/adaptive-concurrency.html"
  type        = bool
  default     = false
  nullable    = false
}

variable "advanced_instances_tier_enabled" {
  description = "Whether hybrid nodes are in the advanced-instances tier, which **AWS removed on 2026-06-30**: Session Manager for them, and more than 1,000 in an account and Region, need it no longer. False: not touched. Default: false. https://docs.aws.amazon.com/systems-manager/latest/userguide/fleet-manager-managed-nodes.html"
  type        = bool
  default     = false
  nullable    = false
}

variable "default_parameter_tier" {
  description = "Tier of parameters that are created without one: `Standard`, `Advanced` or `Intelligent-Tiering`. **Advanced parameters are charged** by the month and by the call. Null: not touched. Default: null. https://docs.aws.amazon.com/systems-manager/latest/userguide/ps-default-tier.html"
  type        = string
  default     = null

  validation {
    condition     = contains(["Standard", "Advanced", "Intelligent-Tiering"], coalesce(var.default_parameter_tier, "Standard"))
    error_message = "default_parameter_tier is ${jsonencode(var.default_parameter_tier)}, but must be \"Standard\", \"Advanced\" or \"Intelligent-Tiering\"."
  }
}

variable "parameter_store_high_throughput_enabled" {
  description = "Whether Parameter Store answers more than 40 calls a second. **Every call is charged.** False: not touched. Default: false. https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-throughput.html"
  type        = bool
  default     = false
  nullable    = false
}

variable "operational_insights_enabled" {
  description = "Whether OpsCenter looks for duplicate OpsItems and creates insights. **The OpsItems of insights are charged.** False: not touched. Default: false. https://docs.aws.amazon.com/systems-manager/latest/userguide/OpsCenter-working-operational-insights.html"
  type        = bool
  default     = false
  nullable    = false
}

variable "deletion_policy" {
  description = "What destroy does, and what happens to a setting that is no longer given here: `Delete` (default) restores the previous values of the management account and resets member accounts to AWS's defaults, whatever they had before; `Retain` leaves all of them. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html"
  type        = string
  default     = "Delete"
  nullable    = false

  validation {
    condition     = contains(["Delete", "Retain"], var.deletion_policy)
    error_message = "deletion_policy is ${jsonencode(var.deletion_policy)}, but must be \"Delete\" or \"Retain\"."
  }
}

variable "ready" {
  description = "True, from a value that waits for the activation of StackSets, where one configuration does both: `module.systems_manager.delegated_administrator != null`. Default: true."
  type        = bool
  default     = true
  nullable    = false
}

variable "name" {
  description = "Name of the StackSet: 1 to 128 letters, digits and hyphens, beginning with a letter. Default: `systems-manager-account-settings`."
  type        = string
  default     = "systems-manager-account-settings"
  nullable    = false

  # https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStackSet.html
  validation {
    condition     = can(regex("^[A-Za-z][A-Za-z0-9-]{0,127}$", var.name))
    error_message = "name is ${jsonencode(var.name)}, but must have 1 to 128 letters, digits and hyphens, and begin with a letter."
  }
}

variable "installation" {
  description = "Name of this installation, if its state was lost: part of the name of its records in Parameter Store. Only the first plan of a state reads it. Null: a new name."
  type        = string
  default     = null

  validation {
    condition     = var.installation == null ? true : can(regex("^[A-Za-z0-9._-]{1,64}$", var.installation))
    error_message = "installation is ${jsonencode(var.installation)}, but must have 1 to 64 letters, digits, dots, underscores or hyphens."
  }
}

variable "python_command" {
  description = "Command that runs Python, as in the root module: it reads and changes the settings of the management account, and follows changed units. Null: no Python; changed units then delete all stacks and create them again."
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

variable "operation_preferences" {
  description = "How StackSets reaches the accounts: see [`modules/stack-set`](../stack-set/README.md#operation_preferences). Default: all at once, whatever fails."
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

  validation {
    condition     = templatefile("${path.module}/../tags.tftpl", { tags = var.tags, services = ["CloudFormation"], limit = 49 }) == ""
    error_message = templatefile("${path.module}/../tags.tftpl", { tags = var.tags, services = ["CloudFormation"], limit = 49 })
  }
}
