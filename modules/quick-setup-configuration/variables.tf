variable "name" {
  description = "Name of the configuration manager: 1 to 120 letters, digits, spaces, dots, underscores or hyphens."
  type        = string
  nullable    = false

  # https://docs.aws.amazon.com/quick-setup/latest/APIReference/API_CreateConfigurationManager.html
  validation {
    condition     = can(regex("^[ A-Za-z0-9._-]{1,120}$", var.name))
    error_message = "name is ${jsonencode(var.name)} (${length(var.name)} characters), but must have 1 to 120 letters, digits, spaces, dots, underscores or hyphens."
  }
}

variable "description" {
  description = "Description of the configuration manager, at most 512 characters."
  type        = string
  default     = "Managed by Terraform."
  nullable    = false

  validation {
    condition     = length(var.description) <= 512
    error_message = "description has ${length(var.description)} characters, but Quick Setup takes at most 512."
  }
}

variable "type" {
  description = "Type of the configuration, for example `AWSQuickSetupType-PatchPolicy`. Another type replaces the configuration manager. https://docs.aws.amazon.com/quick-setup/latest/APIReference/API_ConfigurationDefinitionInput.html"
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^AWSQuickSetupType-[A-Za-z]+$", var.type))
    error_message = "type is ${jsonencode(var.type)}, but the types of Quick Setup look like \"AWSQuickSetupType-PatchPolicy\"."
  }
}

variable "parameters" {
  description = "Parameters of the type as AWS's reference has them, all strings; the targets and Regions are added from `targets` and `regions`. https://docs.aws.amazon.com/quick-setup/latest/APIReference/API_ConfigurationDefinitionInput.html"
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = length(setintersection(keys(var.parameters), ["TargetAccounts", "TargetOrganizationalUnits", "TargetRegions"])) == 0
    error_message = "parameters holds ${jsonencode(setintersection(keys(var.parameters), ["TargetAccounts", "TargetOrganizationalUnits", "TargetRegions"]))}, which come from the inputs targets and regions."
  }
}

variable "additional_parameters" {
  description = "Parameters that AWS's reference does not list, all strings; sent with the others, unchecked. For what Quick Setup adds by itself and the provider then calls an inconsistent result (for example `QSForceUpdateParam`): docs/ways-out.md. Default: none."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "regions" {
  description = "Regions to deploy in, each one that Quick Setup supports. https://docs.aws.amazon.com/general/latest/gr/quick-setup.html"
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.regions) > 0
    error_message = "regions is empty, but a configuration is deployed in at least one Region, for example [\"us-east-1\"]."
  }

  validation {
    condition     = contains(var.tolerated_findings, "REGION_NOT_SUPPORTED") || length(setsubtract(var.regions, local.supported_regions)) == 0
    error_message = "REGION_NOT_SUPPORTED: regions holds ${jsonencode(setsubtract(var.regions, local.supported_regions))}, where Quick Setup does not exist. It supports ${join(", ", local.supported_regions)}."
  }
}

variable "targets" {
  description = <<-EOT
    Where to deploy, exactly one of:
    - `organizational_unit_ids`: organizational units, or the root of the organization for all of it. Never reaches the management account.
    - `account_id`: the account of the provider itself, and only it.
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

  validation {
    condition     = var.targets.organizational_unit_ids == null || local.catalogued.targets != "root or account" ? true : alltrue([for id in var.targets.organizational_unit_ids : startswith(id, "r-")])
    error_message = "targets.organizational_unit_ids is ${jsonencode(var.targets.organizational_unit_ids)}, but ${var.type} is deployed to the whole organization or not at all: give its root, for example [\"r-ab12\"]."
  }

  validation {
    condition     = var.targets.account_id == null || local.catalogued.targets != "units"
    error_message = "targets.account_id is ${jsonencode(var.targets.account_id)}, but ${var.type} is deployed to organizational units only. Give organizational_unit_ids instead."
  }

  validation {
    condition     = var.targets.account_id == null ? true : can(regex("^[0-9]{12}$", var.targets.account_id))
    error_message = "targets.account_id is ${jsonencode(var.targets.account_id)}, but an account id has 12 digits."
  }
}

variable "prerequisites" {
  description = <<-EOT
    What was made and found out before any configuration: the output `quick_setup_prerequisites` of the root module, handed over as it is. Or, for whoever uses this module alone:
    - `trusted_service_principals`: service principals whose trusted access was made sure of: the output of `modules/trusted-access`. Not needed for `targets.account_id`. Default: none.
    - `local_deployment_roles`: roles for deploying to this account itself: the output of `modules/quick-setup`. Needed for patch policies and for `targets.account_id`, and sent for nothing else. https://docs.aws.amazon.com/quick-setup/latest/APIReference/API_ConfigurationDefinitionInput.html
    - `organization_account_count`: how many accounts the organization has, if known: where that many cannot exceed Quick Setup's limit, the accounts of the targets are not counted. Default: always count.
    - `preflight_passed`: whether what was looked for beforehand lets anything be deployed. Default: true.
    - `left_over`: name of a configuration to the ids of managers that an apply did not finish, which are deleted before another is created: `cleared` of `left_over_configurations` of `observe.py organization`. Default: none.
    - `script`: how to run `ensure.py`, and as whom: see `modules/action`. Null: there is no Python; what a failed apply leaves over must then be found and deleted by hand.
  EOT
  type = object({
    trusted_service_principals = optional(set(string), [])
    local_deployment_roles = optional(object({
      administration_role_arn = string
      execution_role_name     = string
    }))
    organization_account_count = optional(number)
    preflight_passed           = optional(bool, true)
    left_over                  = optional(map(string), {})
    script = optional(object({
      command    = list(string)
      account_id = string
      region     = string
      profile    = optional(string)
      role_arn   = optional(string)
    }))
  })
  default  = {}
  nullable = false

  validation {
    condition     = !local.roles_needed || var.prerequisites.local_deployment_roles != null
    error_message = "prerequisites.local_deployment_roles is null, but a configuration of type ${var.type} for ${jsonencode(var.targets)} needs them: hand over the output of modules/quick-setup."
  }
}

variable "tolerated_findings" {
  description = "Codes that refuse nothing here and are only told in the output `findings`: for a caller that decides by itself, as the root module does. Default: none."
  type        = set(string)
  default     = []
  nullable    = false
}

variable "preceding_configurations" {
  description = "Name to status of the configurations that Quick Setup must have finished with before this one. Naming them here makes this one come after them."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "timeout" {
  description = "How long to wait for a deployment, as in `90m`. The provider gives up after 20 minutes by default, which is little for an organization; what it gave up on goes on in AWS, outside the state."
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
}
