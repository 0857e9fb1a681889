variable "name" {
  description = "Name of the Quick Setup configuration."
  type        = string
  default     = "ops-center"
  nullable    = false
}

variable "delegated_administrator_account_id" {
  description = "The delegated administrator of Systems Manager (12 digits), who works on the OpsItems of all accounts. https://docs.aws.amazon.com/systems-manager/latest/userguide/OpsCenter-quick-setup-cross-account.html"
  type        = string
  nullable    = false
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
