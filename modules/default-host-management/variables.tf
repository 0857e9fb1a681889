variable "name" {
  description = "Name of the Quick Setup configuration."
  type        = string
  default     = "default-host-management"
  nullable    = false
}

variable "organization" {
  description = <<-EOT
    Deploys Default Host Management Configuration to organizational units by Quick Setup. An account and Region with a role keeps it. Null: no deployment.
    - `organizational_unit_ids`: organizational units, or the root.
    - `regions`: Regions to deploy in.
    - `update_ssm_agent`: whether SSM Agent is updated every two weeks. Default: true.
    https://docs.aws.amazon.com/systems-manager/latest/userguide/quick-setup-default-host-management-configuration.html
  EOT
  type = object({
    organizational_unit_ids = set(string)
    regions                 = set(string)
    update_ssm_agent        = optional(bool, true)
  })
  default = null
}

variable "management_account" {
  description = <<-EOT
    Covers the account and Region of the provider by the service setting, as a deployment to organizational units never reaches the management account. Null: not covered.
    - `existing_role_name`: role to use, with its path, for example `service-role/AWSSystemsManagerDefaultEC2InstanceManagementRole`. Null: one is created.
    https://docs.aws.amazon.com/systems-manager/latest/userguide/fleet-manager-default-host-management-configuration.html
  EOT
  type = object({
    existing_role_name = optional(string)
  })
  default = {}

  validation {
    condition = var.management_account == null ? true : (
      var.management_account.existing_role_name == null ? true : can(regex("^[\\w+=,.@-]+(/[\\w+=,.@-]+)*$", var.management_account.existing_role_name))
    )
    error_message = "management_account is ${jsonencode(var.management_account)}, but existing_role_name must be a role's name with its path and without a leading slash, for example \"service-role/AWSSystemsManagerDefaultEC2InstanceManagementRole\"."
  }
}

variable "service_setting_managed" {
  description = "Whether the service setting is a resource here, which replaces the current role and resets the setting on destroy. False: the caller sets it to the output `management_account_role_name`."
  type        = bool
  default     = true
  nullable    = false
}

variable "role_name" {
  description = "Name of the role that is created for the management account (1 to 64 characters). It differs from the role that AWS's console creates, so that the names do not conflict."
  type        = string
  default     = "SystemsManagerDefaultHostManagement"
  nullable    = false

  validation {
    condition     = can(regex("^[\\w+=,.@-]{1,64}$", var.role_name))
    error_message = "role_name is ${jsonencode(var.role_name)}, but must have 1 to 64 letters, digits or +=,.@_-."
  }
}

variable "role_path" {
  description = "Path of that role, which begins and ends with `/`. Default: `/service-role/`, as in AWS's console."
  type        = string
  default     = "/service-role/"
  nullable    = false

  # https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html (Path)
  validation {
    condition     = can(regex("^/([!-~]+/)?$", var.role_path)) && length(var.role_path) <= 512
    error_message = "role_path is ${jsonencode(var.role_path)}, but must begin and end with a slash, for example \"/platform/\", and have at most 512 characters without spaces."
  }
}

variable "permissions_boundary" {
  description = "ARN of a policy that limits the permissions of that role. Null: none."
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

variable "prerequisites" {
  description = "What every configuration depends on: see `modules/quick-setup-configuration`."
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
}

variable "additional_parameters" {
  description = "Parameters that AWS's reference does not list, all strings: see `modules/quick-setup-configuration`. Default: none."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "tags" {
  description = "Tags of the configuration manager and of the role."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = templatefile("${path.module}/../tags.tftpl", { tags = var.tags, services = ["Quick Setup", "IAM"], limit = 49 }) == ""
    error_message = templatefile("${path.module}/../tags.tftpl", { tags = var.tags, services = ["Quick Setup", "IAM"], limit = 49 })
  }
}
