variable "name" {
  description = "Name of the Quick Setup configuration; `-management-account` is appended for that of the management account."
  type        = string
  default     = "host-management"
  nullable    = false
}

variable "organization" {
  description = <<-EOT
    Deploys Host Management to organizational units. Never reaches the management account. Null: no deployment.
    - `organizational_unit_ids`: organizational units, or the root.
    - `regions`: Regions to deploy in.
    https://docs.aws.amazon.com/systems-manager/latest/userguide/quick-setup-host-management.html
  EOT
  type = object({
    organizational_unit_ids = set(string)
    regions                 = set(string)
  })
  default = null
}

variable "management_account" {
  description = <<-EOT
    Deploys Host Management to the account of the provider itself, by a separate configuration. Null: not covered.
    - `regions`: Regions to deploy in.
    - `target_tag`: only nodes with this tag: `key`, `value`; or
    - `instance_ids`: only these, 1 to 50; or
    - `resource_group_name`: only those of this resource group. Default: all nodes.
  EOT
  type = object({
    regions = set(string)
    target_tag = optional(object({
      key   = string
      value = string
    }))
    instance_ids        = optional(set(string))
    resource_group_name = optional(string)
  })
  default = null

  validation {
    condition = var.management_account == null ? true : length([
      for is_set in [
        var.management_account.target_tag != null,
        var.management_account.instance_ids != null,
        var.management_account.resource_group_name != null,
      ] : is_set if is_set
    ]) <= 1
    error_message = "management_account is ${jsonencode(var.management_account)}, but at most one of target_tag, instance_ids and resource_group_name may be set. Keep one, or none for all nodes."
  }

  # https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_Target.html
  validation {
    condition = var.management_account == null ? true : var.management_account.target_tag == null ? true : (
      can(regex("^(?s:.{1,127})$", var.management_account.target_tag.key)) &&
      length(regexall("[^\\p{L}\\p{Z}\\p{N}_.:/=@-]", var.management_account.target_tag.key)) == 0 &&
      can(regex("^(?s:.{0,256})$", var.management_account.target_tag.value))
    )
    error_message = "management_account is ${jsonencode(var.management_account)}, but State Manager selects nodes by a key of target_tag of 1 to 127 letters, digits, spaces and _.:/=-@, and by a value of at most 256 characters: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_Target.html"
  }

  # https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_Target.html
  validation {
    condition = var.management_account == null ? true : var.management_account.instance_ids == null ? true : contains(range(1, 51), length(var.management_account.instance_ids)) && alltrue([
      for id in var.management_account.instance_ids : can(regex("^m?i-[0-9a-f]{8,17}$", id))
    ])
    error_message = "management_account is ${jsonencode(var.management_account)}, but instance_ids must have 1 to 50 ids of nodes, for example \"i-0123456789abcdef0\", because a target of State Manager has no more. Use target_tag for more nodes; without instance_ids all nodes are targeted."
  }

  validation {
    condition     = var.management_account == null ? true : var.management_account.resource_group_name != ""
    error_message = "management_account is ${jsonencode(var.management_account)}, but resource_group_name must not be empty; without it all nodes are targeted."
  }
}

variable "update_ssm_agent" {
  description = "Whether SSM Agent is updated every two weeks. Default: true."
  type        = bool
  default     = true
  nullable    = false
}

variable "update_ec2_launch_agent" {
  description = "Whether the EC2 launch agent is updated every 30 days. Default: false."
  type        = bool
  default     = false
  nullable    = false
}

variable "collect_inventory" {
  description = "Whether inventory is collected every 30 minutes. Default: true."
  type        = bool
  default     = true
  nullable    = false
}

variable "scan_instances" {
  description = "Whether nodes are scanned for missing patches daily. AWS's default is true, and such a scan overwrites the compliance data of a patch policy. Default: false."
  type        = bool
  default     = false
  nullable    = false
}

variable "install_cloudwatch_agent" {
  description = "Whether the CloudWatch agent is installed. Its metrics are charged. Default: false."
  type        = bool
  default     = false
  nullable    = false
}

variable "update_cloudwatch_agent" {
  description = "Whether the CloudWatch agent is updated every 30 days. Default: false."
  type        = bool
  default     = false
  nullable    = false
}

variable "attach_instance_profile_policies" {
  description = "Whether Quick Setup may attach the policy that Systems Manager requires (`AmazonSSMManagedInstanceCore`) to the roles of existing instance profiles. Default: false."
  type        = bool
  default     = false
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
  description = "Tags of the configuration managers."
  type        = map(string)
  default     = {}
  nullable    = false
}
