variable "name" {
  description = "Name of the Quick Setup configuration. Each job function has a configuration of its own, of which there can be 15."
  type        = string
  default     = "change-manager"
  nullable    = false
}

variable "delegated_administrator_account_id" {
  description = "The delegated administrator of Systems Manager (12 digits), who creates and approves change requests for all accounts. https://docs.aws.amazon.com/systems-manager/latest/userguide/change-manager-organization-setup.html"
  type        = string
  nullable    = false
}

variable "job_function" {
  description = "Job function whose people request changes, for example `NetworkOperations`. https://docs.aws.amazon.com/systems-manager/latest/userguide/change-manager-organization-setup.html"
  type        = string
  nullable    = false
}

variable "custom_permissions" {
  description = "What the job function may do through Change Manager, as an IAM policy in JSON, for example from `data.aws_iam_policy_document`. Null: administrator permissions. Default: null."
  type        = string
  default     = null

  validation {
    condition     = var.custom_permissions == null ? true : can(jsondecode(var.custom_permissions).Statement)
    error_message = "custom_permissions is ${jsonencode(var.custom_permissions)}, but must be an IAM policy in JSON with a Statement, or null for administrator permissions."
  }
}

variable "organizational_unit_ids" {
  description = "Organizational units to deploy to, or the root of the organization for all of it. Never reaches the management account."
  type        = set(string)
  nullable    = false
}

variable "regions" {
  description = "Regions to deploy in, each one that Quick Setup supports."
  type        = set(string)
  nullable    = false
}

variable "prerequisites" {
  description = "What comes before any configuration: see `modules/quick-setup-configuration`."
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
  description = "Tags of the configuration manager."
  type        = map(string)
  default     = {}
  nullable    = false
}
