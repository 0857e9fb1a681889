variable "name" {
  description = "Name of the resource data sync: 1 to 52 letters, digits or characters of `_.-`. Another name creates another sync. Default: `organization`."
  type        = string
  default     = "organization"
  nullable    = false

  # AWS accepts 64 characters of any kind. "-own-sources" is appended if not all OpsData sources are enabled, and the record of what
  # was there before has the name in its key.
  # https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreateResourceDataSync.html
  validation {
    condition     = can(regex("^[A-Za-z0-9_.-]{1,52}$", var.name))
    error_message = "name is ${jsonencode(var.name)}, but must have 1 to 52 letters, digits or characters of _.-"
  }

  validation {
    condition     = !startswith(var.name, "AWS-QuickSetup-")
    error_message = "name is ${jsonencode(var.name)}, but names that begin with AWS-QuickSetup- are reserved for Quick Setup, which deletes such syncs. Use another name."
  }

  # From the template of AWSQuickSetupType-SSMOpsCenter.
  validation {
    condition     = var.name != "OpsCenter-DA-ResourceDataSync"
    error_message = "name is ${jsonencode(var.name)}, which is the sync that Quick Setup creates, and deletes, for OpsCenter. Use another name."
  }
}

variable "regions" {
  description = "Regions whose OpsData is collected, for example `[\"ap-northeast-1\", \"us-east-1\"]`."
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.regions) > 0
    error_message = "regions is empty, but a resource data sync collects from at least one Region, for example [\"us-east-1\"]."
  }

  validation {
    condition     = alltrue([for region in var.regions : can(regex("^[a-z]{2,4}(-[a-z]+)+-[0-9]$", region))])
    error_message = "regions is ${jsonencode(var.regions)}, but a Region must have the form \"us-east-1\"."
  }
}

variable "include_future_regions" {
  description = "Whether OpsData is also collected from Regions that AWS launches later. Default: false."
  type        = bool
  default     = false
  nullable    = false
}

variable "organizational_unit_ids" {
  description = "Organizational units whose accounts' OpsData is collected, for example `[\"ou-ab12-34cd56ef\"]`. Null: the entire organization, including accounts that join later. Changing from one to the other replaces the sync. Default: null."
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

variable "all_ops_data_sources_enabled" {
  description = <<-EOT
    Whether AWS turns on every OpsData source in every collected account and Region, as its console does. **This costs money in every account**: AWS charges for the OpsItems that sources create and for OpsData, and deleting the sync does not turn the sources off.
    - `true` (default): turns on all sources; the sync is a CloudFormation stack.
    - `false`: only the sources that each account has turned on itself. CloudFormation does not support this, so it requires Python, and `-own-sources` is appended to the name of the sync.
    https://docs.aws.amazon.com/systems-manager/latest/userguide/Explorer-resource-data-sync-multiple-accounts-and-regions.html
  EOT
  type        = bool
  default     = true
  nullable    = false

  validation {
    condition     = var.all_ops_data_sources_enabled || var.python_command != null
    error_message = "all_ops_data_sources_enabled is false and python_command is null, but CloudFormation cannot create such a sync. Set python_command, or remove the module and run:\n  aws ssm create-resource-data-sync --sync-name ${var.name} --sync-type SyncFromSource --sync-source '${local.own_sources_json}'"
  }
}

variable "deletion_policy" {
  description = "Deletion policy of the sync on destroy: `Delete` (default) deletes it with the data that it collected; `Retain` leaves it in AWS, where it counts towards the quota of five. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html"
  type        = string
  default     = "Delete"
  nullable    = false

  validation {
    condition     = contains(["Delete", "Retain"], var.deletion_policy)
    error_message = "deletion_policy is ${jsonencode(var.deletion_policy)}, but must be \"Delete\" or \"Retain\"."
  }
}

variable "administrator_account_id" {
  description = "The administrator account (12 digits): `delegated_administrator.account_id` of the root module's outputs. Any other is refused. Null: that of the first apply. Default: null."
  type        = string
  default     = null
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
  description = "Command that runs Python, as in the root module: it reads the status of the sync, and ensures that the service-linked role exists. Null: no Python."
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
  description = "Tags of the CloudFormation stack."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = templatefile("${path.module}/../tags.tftpl", { tags = var.tags, services = ["CloudFormation"], limit = 49 }) == ""
    error_message = templatefile("${path.module}/../tags.tftpl", { tags = var.tags, services = ["CloudFormation"], limit = 49 })
  }
}
