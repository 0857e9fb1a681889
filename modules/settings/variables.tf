variable "desired" {
  description = <<-EOT
    Desired settings by key, which is KIND/NAME and known to every plan:
    - `trusted-access/SERVICE_PRINCIPAL`: `enabled`. https://docs.aws.amazon.com/organizations/latest/userguide/orgs_integrate_services.html
    - `stack-sets-access/organization`: `ENABLED`, which Organizations alone cannot activate. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-activate-trusted-access.html
    - `resource-sharing/organization`: `enabled`, by AWS RAM, which also creates its service-linked role. https://docs.aws.amazon.com/ram/latest/userguide/getting-started-sharing.html
    - `service-linked-role/SERVICE_PRINCIPAL`: `present`; `accountdiscovery.ssm.amazonaws.com` or `ssm-quicksetup.amazonaws.com`. Never restored. https://docs.aws.amazon.com/systems-manager/latest/userguide/using-service-linked-roles.html
    - `account-placement/NAME`: id of the root or organizational unit that holds the account `subject`. https://docs.aws.amazon.com/organizations/latest/APIReference/API_MoveAccount.html
    - `delegated-administrator/SERVICE_PRINCIPAL`: id of the account (12 digits). https://docs.aws.amazon.com/organizations/latest/APIReference/API_RegisterDelegatedAdministrator.html
    - `default-host-management-role/REGION`: name of the role with its path, or `none`. https://docs.aws.amazon.com/systems-manager/latest/userguide/fleet-manager-default-host-management-configuration.html
    - `KIND/REGION`, with a KIND of `scripts/systems_manager_organization/organizations/service_settings.json`: the value of that service setting, or `default`. https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_UpdateServiceSetting.html
    - `resource-data-sync/NAME`: `present`, with the source `specification`. https://docs.aws.amazon.com/systems-manager/latest/userguide/Explorer-resource-data-sync.html

    Each has
    - `key`: KIND/NAME, for a setting that is in the map under its kind, as a plan may not know its name. Default: the key in the map.
    - `value`: the desired value. It may be unknown to the plan.
    - `subject`: the account, for `account-placement`. Another subject is another setting: that of the previous subject is restored. Default: none.
    - `label`: text that the plan shows for a value that is unknown to it. Default: none, the value is known.
    - `specification`: JSON, for `resource-data-sync`: `regions`, `organizational_unit_ids` (empty: the entire organization), `include_future_regions`, `all_ops_data_sources_enabled`. Default: none.
    - `retained`: whether destroy leaves it unchanged. Default: false, destroy restores the previous value.
    - `command`: AWS CLI command that a message shows without Python. Default: none.
  EOT
  type = map(object({
    key           = optional(string)
    value         = string
    subject       = optional(string)
    label         = optional(string)
    specification = optional(string)
    retained      = optional(bool, false)
    command       = optional(string, "")
  }))
  nullable = false
}

variable "observed" {
  description = "Current value of each setting, by the same keys: `settings` of `observe.py organization` (or `observe.py resource-data-sync`). Without Python only `value` is read."
  type = map(object({
    value      = string
    previous   = string
    change     = optional(string, "")
    superseded = optional(string, "")
    others     = optional(list(object({ installation = string, value = string })), [])
  }))
  nullable = false
}

variable "no_longer_wanted" {
  description = "Settings that this installation changed and that are no longer in `desired`: `no_longer_wanted` of the same result. They are restored. Default: none."
  type        = map(object({ from = string, to = string, change = string }))
  default     = {}
  nullable    = false
}

variable "lost_record" {
  description = "Why nothing is changed, as an earlier apply of the same call left a record and its installation is in no state: `lost_record` of `observe.py service-settings`. Default: empty, there is none."
  type        = string
  default     = ""
  nullable    = false
}

variable "installation" {
  description = "Name of this installation, part of the name of its record in Parameter Store: 1 to 64 letters, digits, dots, underscores or hyphens. It must never change."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9._-]{1,64}$", var.installation))
    error_message = "installation is ${jsonencode(var.installation)}, but must have 1 to 64 letters, digits, dots, underscores or hyphens."
  }
}

variable "record_region" {
  description = "Region of that record. It must never change, and must be the same for all installations of an organization. Default: `us-east-1`, the Region of AWS Organizations."
  type        = string
  default     = "us-east-1"
  nullable    = false
}

variable "account_id" {
  description = "Account of the provider (12 digits), for messages."
  type        = string
  nullable    = false
}

variable "deregistration_guard" {
  description = <<-EOT
    Checks, before a delegated administrator is deregistered, whether its account has resource data syncs, which AWS would delete, or StackSets or configuration managers, which it could no longer delete. If it has, nothing is deregistered. https://docs.aws.amazon.com/systems-manager/latest/userguide/Explorer-setup-delegated-administrator-deregister.html
    - `member_role_name`: role of the account, with its path. Null: StackSets alone are checked.
    - `regions`: Regions to check.
  EOT
  type = object({
    member_role_name = optional(string)
    regions          = optional(set(string), [])
  })
  default  = {}
  nullable = false
}

variable "ready" {
  description = "Whether the settings may be changed. A value that is unknown until another resource is applied delays the settings until then. Default: true."
  type        = bool
  default     = true
  nullable    = false
}

variable "execution_role_name" {
  description = "Role with which Quick Setup deploys to this account. Destroy is refused while AWS has a configuration manager of this installation that is not in the state, as it cannot be deleted without this role. Null: there are no configuration managers."
  type        = string
  default     = null
}

variable "script" {
  description = <<-EOT
    How to run `ensure.py`, and with which credentials. Null: no Python; a setting without its desired value is then refused, with the command that changes it.
    - `command`: command that runs Python, for example `["python3"]` or `["uv", "run", "--script"]`.
    - `query`: `account_id` and `region` of the AWS provider; `profile`, `role_arn`, `external_id` and `session_name` if its credentials come from its own block. The script stops with SCRIPT_IDENTITY_MISMATCH when its own credentials belong to another account.
  EOT
  type = object({
    command = list(string)
    query   = map(string)
  })
  default = null
}
