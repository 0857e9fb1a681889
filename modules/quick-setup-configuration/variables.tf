variable "name" {
  description = "Name of the configuration manager: 1 to 120 letters, digits, spaces, dots, underscores or hyphens."
  type        = string
  nullable    = false

  # https://docs.aws.amazon.com/quick-setup/latest/APIReference/API_CreateConfigurationManager.html
  validation {
    condition     = can(regex("^[ A-Za-z0-9._-]{1,120}$", var.name))
    error_message = "name is ${jsonencode(var.name)}${length(regexall("[^ A-Za-z0-9._-]", var.name)) == 0 ? " (${length(var.name)} characters)" : ", which contains ${join(" ", distinct(regexall("[^ A-Za-z0-9._-]", var.name)))}"}, but must have 1 to 120 letters, digits, spaces, dots, underscores or hyphens."
  }
}

variable "description" {
  description = "Description of the configuration manager, at most 512 characters."
  type        = string
  default     = "Managed by Terraform."
  nullable    = false

  validation {
    condition     = can(regex("^[^\n\r\u0085\u2028\u2029]{0,512}$", var.description))
    error_message = "description has ${length(var.description)} characters, but must be one line of at most 512: https://docs.aws.amazon.com/quick-setup/latest/APIReference/API_CreateConfigurationManager.html"
  }
}

variable "type" {
  description = "Type of the configuration, for example `AWSQuickSetupType-PatchPolicy`. Another type replaces the configuration manager. https://docs.aws.amazon.com/quick-setup/latest/APIReference/API_ConfigurationDefinitionInput.html"
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^AWSQuickSetupType-[A-Za-z]+$", var.type))
    error_message = "type is ${jsonencode(var.type)}, but a type of Quick Setup must have the form \"AWSQuickSetupType-PatchPolicy\"."
  }
}

variable "parameters" {
  description = "Parameters of the type as in `types`, all strings; the targets and Regions are added from `targets` and `regions`. https://docs.aws.amazon.com/quick-setup/latest/APIReference/API_ConfigurationDefinitionInput.html"
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = length(setintersection(keys(var.parameters), ["TargetAccounts", "TargetOrganizationalUnits", "TargetRegions"])) == 0
    error_message = "parameters contains ${jsonencode(setintersection(keys(var.parameters), ["TargetAccounts", "TargetOrganizationalUnits", "TargetRegions"]))}, which come from the inputs targets and regions."
  }
}

variable "additional_parameters" {
  description = "Parameters that AWS's reference does not list, all strings, sent unchecked. For parameters that Quick Setup adds automatically, which the provider reports as an inconsistent result (for example `QSForceUpdateParam`): docs/operations/troubleshooting.md. Default: none."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "regions" {
  description = "Regions to deploy in, all of which Quick Setup must support. https://docs.aws.amazon.com/general/latest/gr/quick-setup.html"
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.regions) > 0
    error_message = "regions is empty, but a configuration is deployed in at least one Region, for example [\"us-east-1\"]."
  }

  validation {
    condition     = contains(var.prerequisites.ignored_findings, "REGION_NOT_SUPPORTED") || length(setsubtract(var.regions, local.supported_regions)) == 0
    error_message = "REGION_NOT_SUPPORTED: regions contains ${jsonencode(setsubtract(var.regions, local.supported_regions))}, which Quick Setup does not support.${join("", [for region in setsubtract(var.regions, local.supported_regions) : templatefile("${path.module}/../nearest.tftpl", { given = region, choices = local.supported_regions })])} It supports ${join(", ", local.supported_regions)}."
  }
}

variable "targets" {
  description = <<-EOT
    Where to deploy, exactly one of:
    - `organizational_unit_ids`: organizational units, or the root for the entire organization. Never reaches the management account.
    - `account_id`: the account of the provider, and no other.
  EOT
  type = object({
    organizational_unit_ids = optional(set(string))
    account_id              = optional(string)
  })
  nullable = false

  validation {
    condition     = (var.targets.organizational_unit_ids == null) != (var.targets.account_id == null)
    error_message = "targets is ${jsonencode(var.targets)}, but must name either organizational_unit_ids or account_id."
  }

  validation {
    condition     = var.targets.organizational_unit_ids == null ? true : length(var.targets.organizational_unit_ids) > 0
    error_message = "targets.organizational_unit_ids is empty: name at least one organizational unit, or the root of the organization."
  }

  validation {
    condition     = var.targets.organizational_unit_ids == null ? true : alltrue([for id in var.targets.organizational_unit_ids : can(regex("^(r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[0-9a-z]{8,32})$", id))])
    error_message = "targets.organizational_unit_ids is ${jsonencode(var.targets.organizational_unit_ids)}, but each must be a root (\"r-ab12\") or an organizational unit (\"ou-ab12-34cd56ef\")."
  }

  # OpsCenter decides by the first of them whether it is for the whole organization, and "ou-" comes before "r-".
  validation {
    condition     = length(coalesce(var.targets.organizational_unit_ids, [])) <= 1 || alltrue([for id in coalesce(var.targets.organizational_unit_ids, []) : !startswith(id, "r-")])
    error_message = "targets.organizational_unit_ids is ${jsonencode(var.targets.organizational_unit_ids)}, but the root contains every organizational unit. Keep the root alone, or remove it."
  }

  validation {
    condition     = var.targets.organizational_unit_ids == null || local.type_definition.targets != "account"
    error_message = "targets.organizational_unit_ids is ${jsonencode(var.targets.organizational_unit_ids)}, but ${var.type} is deployed to one account only. Set account_id instead."
  }

  validation {
    condition     = var.targets.account_id == null || contains(["", "account"], local.type_definition.targets) || endswith(local.type_definition.targets, "or account")
    error_message = "targets.account_id is ${jsonencode(var.targets.account_id)}, but ${var.type} is deployed to organizational units only. Set organizational_unit_ids instead."
  }

  validation {
    condition     = var.targets.account_id == null ? true : can(regex("^[0-9]{12}$", var.targets.account_id))
    error_message = "targets.account_id is ${jsonencode(var.targets.account_id)}, but an account id has 12 digits."
  }
}

variable "prerequisites" {
  description = <<-EOT
    What every configuration depends on; the root module sets it. If you use this module alone:
    - `ready`: whether the configuration may be deployed: organizational units require trusted access of Systems Manager and StackSets (`modules/settings`). A value that is unknown until they are enabled delays the configuration until then. Default: true.
    - `local_deployment_roles`: roles for deploying to this account itself: the output of `modules/quick-setup`. Required for patch policies and for `targets.account_id`; not sent otherwise. https://docs.aws.amazon.com/quick-setup/latest/APIReference/API_ConfigurationDefinitionInput.html
    - `creation`: distinguishes what a plan creates from what exists in AWS already. `mark`: value of the tag `systems-manager-organization:created`, unique to the installation and the plan: `INSTALLATION/TIME`, with `plantimestamp()`; null: no such tag. `existing`: TYPE/NAME of a configuration to the reason why a plan must not create it: `existing` of `observe.py organization`; default: none.
    - `ignored_findings`: finding codes that are not errors here: `REGION_NOT_SUPPORTED`, `TARGET_NOT_SUPPORTED`. Default: none.
  EOT
  type = object({
    ready = optional(bool, true)
    local_deployment_roles = optional(object({
      administration_role_arn = string
      execution_role_name     = string
    }))
    creation = optional(object({
      mark     = optional(string)
      existing = optional(map(string), {})
    }), {})
    ignored_findings = optional(set(string), [])
  })
  default  = {}
  nullable = false

  validation {
    condition     = !local.roles_needed || var.prerequisites.local_deployment_roles != null
    error_message = "prerequisites.local_deployment_roles is null, but a configuration of type ${var.type} for ${jsonencode(var.targets)} requires them: pass the output of modules/quick-setup."
  }
}

variable "timeout" {
  description = "Timeout of a deployment, for example `90m`. The provider's default of 20 minutes is short for an organization; after a timeout the deployment continues in AWS, outside the state."
  type        = string
  default     = "90m"
  nullable    = false

  validation {
    condition     = can(regex("^([0-9]+(h|m|s))+$", var.timeout))
    error_message = "timeout is ${jsonencode(var.timeout)}, but must be a duration such as \"90m\" or \"1h30m\"."
  }
}

variable "tags" {
  description = "Tags of the configuration manager."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = templatefile("${path.module}/../tags.tftpl", { tags = var.tags, services = ["Quick Setup"], limit = 49 }) == ""
    error_message = templatefile("${path.module}/../tags.tftpl", { tags = var.tags, services = ["Quick Setup"], limit = 49 })
  }
}
