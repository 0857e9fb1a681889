variable "regions" {
  description = "Regions in which Quick Setup deploys, for example `[\"ap-northeast-1\", \"us-east-1\"]`. Quick Setup supports 16: https://docs.aws.amazon.com/general/latest/gr/quick-setup.html"
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.regions) > 0
    error_message = "regions is empty, but Quick Setup deploys in at least one Region, for example [\"us-east-1\"]."
  }

  validation {
    condition     = length(setsubtract(var.regions, local.supported_regions)) == 0 || lookup(var.preflight.severities, "REGION_NOT_SUPPORTED", "error") != "error"
    error_message = "REGION_NOT_SUPPORTED: regions contains ${join(", ", setsubtract(var.regions, local.supported_regions))}, which Quick Setup does not support, according to this version of the module.${join("", [for region in setsubtract(var.regions, local.supported_regions) : templatefile("${path.module}/modules/nearest.tftpl", { given = region, choices = local.supported_regions })])} Use ${join(", ", local.supported_regions)}."
  }
}

variable "target_organizational_unit_ids" {
  description = "Organizational units to deploy to, for example `[\"ou-ab12-34cd56ef\"]`, including everything below them. Null: the organization's root, that is every account. A deployment to organizational units never reaches the management account."
  type        = set(string)
  default     = null

  validation {
    condition     = var.target_organizational_unit_ids == null ? true : length(var.target_organizational_unit_ids) > 0
    error_message = "target_organizational_unit_ids is empty: name at least one organizational unit, or set null for the whole organization."
  }

  validation {
    condition     = length(coalesce(var.target_organizational_unit_ids, [])) <= 1 || alltrue([for id in coalesce(var.target_organizational_unit_ids, []) : !startswith(id, "r-")])
    error_message = "target_organizational_unit_ids is ${jsonencode(var.target_organizational_unit_ids)}, but the root contains every organizational unit. Keep the root alone, or remove it."
  }

  validation {
    condition     = alltrue([for id in coalesce(var.target_organizational_unit_ids, []) : can(regex("^(r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[0-9a-z]{8,32})$", id))])
    error_message = "target_organizational_unit_ids is ${jsonencode(var.target_organizational_unit_ids)}, but each must be the id of an organizational unit (\"ou-ab12-34cd56ef\") or of the root (\"r-ab12\"), and no name. To list the ids: aws organizations list-organizational-units-for-parent --parent-id \"$(aws organizations list-roots --query 'Roots[0].Id' --output text)\""
  }
}

variable "dedicated_organizational_unit" {
  description = <<-EOT
    Organizational unit that holds the administrator account and no other, as Change Manager requires. Null: none; the account is not moved.
    - `name`: creates one with this name (1 to 128 characters).
    - `id`: uses an existing one instead, for example `ou-ab12-34cd56ef`. It is never changed or deleted.
    - `parent_id`: where to create it. Default: the organization's root.
    On destroy the account moves back to its previous parent, and a unit that was created is deleted.
    https://docs.aws.amazon.com/systems-manager/latest/userguide/change-manager-organization-setup.html
  EOT
  type = object({
    name      = optional(string)
    id        = optional(string)
    parent_id = optional(string)
  })
  default = null
}

variable "delegated_administrator" {
  description = <<-EOT
    Account that administers Systems Manager for the organization. Null: none is registered.
    - `account_id`: an active member account (12 digits).
    - `account`: creates an account instead: `name`, `email`, `role_name` (default `OrganizationAccountAccessRole`). Terraform refuses to destroy it afterwards.
    - `service_principals`: services to register it for. Default: `["ssm.amazonaws.com"]` (Explorer, OpsCenter, Change Manager). Also: `ssm-quicksetup.amazonaws.com` (Quick Setup itself; requires `ssm.amazonaws.com` and the next), `member.org.stacksets.cloudformation.amazonaws.com` (StackSets: can deploy to every account), `resource-explorer-2.amazonaws.com` (Resource Explorer, for the unified console).
    Registering another account, or none, deregisters this one, and AWS then deletes its Explorer syncs. It is refused while the account has any, or StackSets or Quick Setup configurations of its own.
    https://docs.aws.amazon.com/systems-manager/latest/userguide/setting_up_delegated_admin.html
  EOT
  type = object({
    account_id = optional(string)
    account = optional(object({
      name      = string
      email     = string
      role_name = optional(string)
    }))
    service_principals = optional(set(string), ["ssm.amazonaws.com"])
  })
  default = null

  validation {
    condition     = var.delegated_administrator == null ? true : (var.delegated_administrator.account_id == null) != (var.delegated_administrator.account == null)
    error_message = "delegated_administrator is ${jsonencode(var.delegated_administrator)}, but exactly one of account_id and account must be set: account_id registers an existing account, account creates one."
  }

  validation {
    condition     = var.delegated_administrator == null ? true : var.delegated_administrator.account_id == null ? true : can(regex("^[0-9]{12}$", var.delegated_administrator.account_id))
    error_message = "delegated_administrator.account_id is ${jsonencode(var.delegated_administrator == null ? null : var.delegated_administrator.account_id)}, but an account id has 12 digits, for example \"222222222222\"."
  }

  validation {
    condition     = var.delegated_administrator == null ? true : alltrue([for name in var.delegated_administrator.service_principals : can(regex("^[a-z0-9.-]+\\.amazonaws\\.com$", name))])
    error_message = "delegated_administrator.service_principals is ${jsonencode(var.delegated_administrator == null ? null : var.delegated_administrator.service_principals)}, but each must be a service principal, for example \"ssm.amazonaws.com\"."
  }

  # https://docs.aws.amazon.com/systems-manager/latest/userguide/quick-setup-delegated-administrator.html
  validation {
    condition = var.delegated_administrator == null ? true : !contains(var.delegated_administrator.service_principals, "ssm-quicksetup.amazonaws.com") || alltrue([
      for name in ["ssm.amazonaws.com", "member.org.stacksets.cloudformation.amazonaws.com"] : contains(var.delegated_administrator.service_principals, name)
    ])
    error_message = "delegated_administrator.service_principals is ${jsonencode(var.delegated_administrator == null ? null : var.delegated_administrator.service_principals)}, but ssm-quicksetup.amazonaws.com requires ssm.amazonaws.com and member.org.stacksets.cloudformation.amazonaws.com too."
  }
}

variable "role_name_prefix" {
  description = "Prefix of the names of all roles that this module creates, 1 to 43 characters, for a second installation in one account. AWS's managed policies allow only roles whose names start with `AWS-QuickSetup-` to be passed to Quick Setup. Null: `AWS-QuickSetup-Organization-`, and `SystemsManagerDefaultHostManagement` for Default Host Management Configuration."
  type        = string
  default     = null

  validation {
    condition     = var.role_name_prefix == null ? true : can(regex("^[\\w+=,.@-]{1,43}$", var.role_name_prefix))
    error_message = "role_name_prefix is ${jsonencode(var.role_name_prefix)}, but must have 1 to 43 letters, digits or +=,.@_-, for example \"AWS-QuickSetup-Retail-\"."
  }
}

variable "role_path" {
  description = "Path of all roles that this module creates, which begins and ends with `/`, except the execution role, which StackSets knows by its name alone. AWS's managed policies do not allow a role with a path to be passed to Quick Setup. Null: `/`, and `/service-role/` for Default Host Management Configuration."
  type        = string
  default     = null

  # https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html (Path)
  validation {
    condition     = var.role_path == null ? true : can(regex("^/([!-~]+/)?$", var.role_path)) && length(var.role_path) <= 512
    error_message = "role_path is ${jsonencode(var.role_path)}, but must begin and end with a slash, for example \"/platform/\", and have at most 512 characters without spaces."
  }
}

variable "permissions_boundary" {
  description = "ARN of a policy that limits the permissions of all roles that this module creates; it must allow what Quick Setup deploys to the management account. Null: none."
  type        = string
  default     = null

  # https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
  validation {
    condition     = var.permissions_boundary == null ? true : can(regex("^arn:aws[a-z-]*:iam::([0-9]{12}|aws):policy/[!-~]+$", var.permissions_boundary))
    error_message = "permissions_boundary is ${jsonencode(var.permissions_boundary)}, but must be the ARN of an IAM policy, for example \"arn:aws:iam::111111111111:policy/Boundary\"."
  }
}

variable "trusted_access" {
  description = <<-EOT
    Trusted access of Systems Manager and activation of StackSets. Both are added to the services that are enabled; none is disabled.
    - `on_destroy`: `retain` (default) leaves them enabled; `restore` disables what this module enabled, and nothing else.
    https://docs.aws.amazon.com/organizations/latest/userguide/services-that-can-integrate-ssm.html
  EOT
  type = object({
    on_destroy = optional(string, "retain")
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["retain", "restore"], var.trusted_access.on_destroy)
    error_message = "trusted_access.on_destroy is ${jsonencode(var.trusted_access.on_destroy)}, but must be \"retain\" or \"restore\"."
  }
}

variable "resource_sharing" {
  description = <<-EOT
    Resource sharing of AWS RAM within the organization, which `deny_access` of modules/just-in-time-node-access requires: trusted access and its service-linked role. Null: not changed.
    - `on_destroy`: `retain` (default) leaves it enabled; `restore` disables it if this module enabled it. AWS then removes the organization and its units from **every** resource share, also of others.
    - `enabled`: only `true`. `false` is refused: set the input to null instead. Default: true.
    https://docs.aws.amazon.com/ram/latest/userguide/getting-started-sharing.html
  EOT
  type = object({
    enabled    = optional(bool, true)
    on_destroy = optional(string, "retain")
  })
  default = null

  validation {
    condition     = var.resource_sharing == null ? true : var.resource_sharing.enabled
    error_message = "resource_sharing.enabled is false, but the module never disables it: resource_sharing = null leaves it as it is, unless on_destroy = \"restore\" was applied. Set null, or remove the input."
  }

  validation {
    condition     = var.resource_sharing == null ? true : contains(["retain", "restore"], var.resource_sharing.on_destroy)
    error_message = "resource_sharing.on_destroy is ${jsonencode(one(var.resource_sharing[*].on_destroy))}, but must be \"retain\" or \"restore\"."
  }
}

variable "patch_policies" {
  description = <<-EOT
    Patch policies by name. `{ scan-everything = {} }` is AWS's recommendation: every account scanned daily at 01:00 UTC against the default patch baselines of the management account, which are AWS's unless it has others registered, nothing installed.
    - `operation`: `Scan` (default) or `ScanAndInstall`.
    - `scan_schedule`: cron expression of six fields in UTC, without months, at most every 30 minutes. Default: `cron(0 1 * * ? *)`.
    - `scan_at_next_interval`: whether the first scan waits for the schedule. Default: false.
    - `install_schedule`: the same, for `ScanAndInstall`. Default: `cron(0 2 ? * SUN *)`.
    - `install_at_next_interval`: whether the first installation waits for the schedule. Default: true.
    - `reboot_option`: `NoReboot` (default) or `RebootIfNeeded`; only for `ScanAndInstall`.
    - `baselines`: id or ARN of a patch baseline by operating system, for example `{ WINDOWS = "pb-0123456789abcdef0" }`; the others keep the management account's default. Default: its defaults for all, frozen at the first apply.
    - `concurrency`: nodes at the same time, a number or percentage. Default: `10%`.
    - `error_threshold`: failed nodes after which to stop, a number or percentage. Default: `2%`.
    - `target_tag`: only nodes with this tag: `key`, `value`. Default: all nodes.
    - `target_organizational_unit_ids`, `regions`: instead of the module's. The provider's Region must be among the Regions. Default: the module's.
    - `log_bucket`: `name`, `region`, `key_prefix` of an S3 bucket for the commands' output. Default: none.
    - `attach_instance_profile_policies`: whether Quick Setup may attach the policies that patching requires to existing instance profiles. Default: false.
    - `include_management_account`: whether the management account is patched, by a separate configuration. Default: false.
    - `additional_parameters`: parameters that Quick Setup added automatically: docs/operations/troubleshooting.md. Default: none.
    - `enabled`: only `true`. `false` is refused: remove the entry instead. Default: true.
    https://docs.aws.amazon.com/systems-manager/latest/userguide/quick-setup-patch-manager.html
  EOT
  type = map(object({
    enabled                  = optional(bool, true)
    operation                = optional(string)
    scan_schedule            = optional(string)
    scan_at_next_interval    = optional(bool)
    install_schedule         = optional(string)
    install_at_next_interval = optional(bool)
    reboot_option            = optional(string)
    baselines                = optional(map(string))
    concurrency              = optional(string)
    error_threshold          = optional(string)
    target_tag = optional(object({
      key   = string
      value = string
    }))
    target_organizational_unit_ids = optional(set(string))
    regions                        = optional(set(string))
    log_bucket = optional(object({
      name       = string
      region     = string
      key_prefix = optional(string)
    }))
    attach_instance_profile_policies = optional(bool)
    include_management_account       = optional(bool)
    additional_parameters            = optional(map(string))
  }))
  default  = {}
  nullable = false

  validation {
    condition     = length(setintersection(keys(var.patch_policies), concat(local.reserved_names, keys(var.quick_setup_configurations)))) == 0
    error_message = "patch_policies contains ${join(", ", setintersection(keys(var.patch_policies), concat(local.reserved_names, keys(var.quick_setup_configurations))))}, which is the name of another configuration of this module. Give the policy another name."
  }

  # Of include_management_account, which may be set later.
  validation {
    condition     = length(setintersection([for name in keys(var.patch_policies) : "${name}-management-account"], concat(keys(var.patch_policies), keys(var.quick_setup_configurations)))) == 0
    error_message = "patch_policies and quick_setup_configurations contain ${join(", ", setintersection([for name in keys(var.patch_policies) : "${name}-management-account"], concat(keys(var.patch_policies), keys(var.quick_setup_configurations))))}, but NAME-management-account is the name of patch policy NAME in the management account. Give it another name."
  }

  validation {
    condition     = alltrue(values(var.patch_policies)[*].enabled)
    error_message = "patch_policies has enabled = false in ${join(", ", [for name, entry in var.patch_policies : name if !entry.enabled])}, but what is in the map is deployed. Remove it from the map."
  }
}

variable "default_host_management" {
  description = <<-EOT
    Default Host Management Configuration: Systems Manager manages EC2 instances without an instance profile. Null: off.
    - `update_ssm_agent`: whether SSM Agent is updated. Default: true.
    - `target_organizational_unit_ids`, `regions`: instead of the module's. AWS deploys it to the whole organization only: if the module's are organizational units, set the root here. Default: the module's.
    - `management_account`: covers the management account in the provider's Region: `existing_role_name` uses a role (name with path) instead of creating one. Null: not covered. Default: covered.
    - `additional_parameters`: parameters that Quick Setup added automatically: docs/operations/troubleshooting.md. Default: none.
    - `enabled`: only `true`. `false` is refused: set the input to null instead. Default: true.
    https://docs.aws.amazon.com/systems-manager/latest/userguide/quick-setup-default-host-management-configuration.html
  EOT
  type = object({
    enabled                        = optional(bool, true)
    update_ssm_agent               = optional(bool)
    target_organizational_unit_ids = optional(set(string))
    regions                        = optional(set(string))
    management_account = optional(object({
      existing_role_name = optional(string)
    }), {})
    additional_parameters = optional(map(string))
  })
  default = null

  validation {
    condition     = var.default_host_management == null ? true : var.default_host_management.enabled
    error_message = "default_host_management.enabled is false, but default_host_management = null turns it off. Set null, or remove the input."
  }
}

variable "host_management" {
  description = <<-EOT
    Host Management: inventory and agent updates of EC2 instances; those without an instance profile get one. Null: off.
    - `update_ssm_agent`: updates SSM Agent every two weeks. Default: true.
    - `update_ec2_launch_agent`: updates the EC2 launch agent every 30 days. Default: false.
    - `collect_inventory`: collects inventory every 30 minutes. Default: true.
    - `scan_instances`: a daily scan for missing patches; refused where a patch policy scans. Default: false.
    - `install_cloudwatch_agent`, `update_cloudwatch_agent`: installs the CloudWatch agent, whose metrics are charged, and updates it every 30 days. Default: false.
    - `attach_instance_profile_policies`: whether Quick Setup may attach the policies that Systems Manager requires to existing instance profiles. Default: false.
    - `target_organizational_unit_ids`, `regions`: instead of the module's. Default: the module's.
    - `management_account`: covers the management account by a separate configuration: `regions`; optionally only nodes with `target_tag` (`key`, `value`), in `instance_ids`, or in `resource_group_name`. Default: not covered.
    - `additional_parameters`: parameters that AWS's reference does not list: docs/operations/troubleshooting.md. Default: none.
    - `enabled`: only `true`. `false` is refused: set the input to null instead. Default: true.
    https://docs.aws.amazon.com/systems-manager/latest/userguide/quick-setup-host-management.html
  EOT
  type = object({
    enabled                          = optional(bool, true)
    update_ssm_agent                 = optional(bool)
    update_ec2_launch_agent          = optional(bool)
    collect_inventory                = optional(bool)
    scan_instances                   = optional(bool)
    install_cloudwatch_agent         = optional(bool)
    update_cloudwatch_agent          = optional(bool)
    attach_instance_profile_policies = optional(bool)
    target_organizational_unit_ids   = optional(set(string))
    regions                          = optional(set(string))
    management_account = optional(object({
      regions = set(string)
      target_tag = optional(object({
        key   = string
        value = string
      }))
      instance_ids        = optional(set(string))
      resource_group_name = optional(string)
    }))
    additional_parameters = optional(map(string))
  })
  default = null

  validation {
    condition     = var.host_management == null ? true : var.host_management.enabled
    error_message = "host_management.enabled is false, but host_management = null turns it off. Set null, or remove the input."
  }
}

variable "ops_center" {
  description = <<-EOT
    OpsCenter: the delegated administrator resolves the OpsItems of all accounts. Null: off.
    - `target_organizational_unit_ids`, `regions`: instead of the module's. Default: the module's.
    - `additional_parameters`: parameters that AWS's reference does not list: docs/operations/troubleshooting.md. Default: none.
    - `enabled`: only `true`. `false` is refused: set the input to null instead. Default: true.
    https://docs.aws.amazon.com/systems-manager/latest/userguide/OpsCenter-quick-setup-cross-account.html
  EOT
  type = object({
    enabled                        = optional(bool, true)
    target_organizational_unit_ids = optional(set(string))
    regions                        = optional(set(string))
    additional_parameters          = optional(map(string))
  })
  default = null

  validation {
    condition     = var.ops_center == null ? true : var.delegated_administrator == null ? false : contains(var.delegated_administrator.service_principals, "ssm.amazonaws.com")
    error_message = "ops_center is set, but it requires a delegated administrator of ssm.amazonaws.com. Set delegated_administrator, for example { account_id = \"222222222222\" }."
  }

  validation {
    condition     = var.ops_center == null ? true : var.ops_center.enabled
    error_message = "ops_center.enabled is false, but ops_center = null turns it off. Set null, or remove the input."
  }
}

variable "change_manager" {
  description = <<-EOT
    Change Manager: requests, approvals and execution of changes across accounts. **AWS closed it to new customers on 2025-11-07.** AWS requires that the delegated administrator be alone in `dedicated_organizational_unit`. Null: off.
    - `job_function`: job function of the users who request changes, for example `NetworkOps` (1 to 10 letters, digits or underscores).
    - `custom_permissions`: their permissions in Change Manager, an IAM policy in JSON. Default: administrator permissions.
    - `target_organizational_unit_ids`: instead of the module's. Default: the module's.
    - `regions`: one Region, as AWS's template creates roles whose names lack the Region. Default: the provider's Region.
    - `additional_parameters`: parameters that AWS's reference does not list: docs/operations/troubleshooting.md. Default: none.
    - `enabled`: only `true`. `false` is refused: set the input to null instead. Default: true.
    https://docs.aws.amazon.com/systems-manager/latest/userguide/change-manager-organization-setup.html
  EOT
  type = object({
    enabled                        = optional(bool, true)
    job_function                   = string
    custom_permissions             = optional(string)
    target_organizational_unit_ids = optional(set(string))
    regions                        = optional(set(string))
    additional_parameters          = optional(map(string))
  })
  default = null

  validation {
    condition     = var.change_manager == null ? true : var.delegated_administrator == null ? false : contains(var.delegated_administrator.service_principals, "ssm.amazonaws.com")
    error_message = "change_manager is set, but it requires a delegated administrator of ssm.amazonaws.com. Set delegated_administrator, for example { account_id = \"222222222222\" }."
  }

  validation {
    condition     = alltrue([for job_function in var.change_manager[*].job_function : can(regex("^\\w{1,10}$", job_function))])
    error_message = "change_manager.job_function is ${jsonencode(one(var.change_manager[*].job_function))}, but must have 1 to 10 letters, digits or underscores, for example \"NetworkOps\"."
  }

  validation {
    condition     = alltrue([for policy in compact(var.change_manager[*].custom_permissions) : can(jsondecode(policy).Statement)])
    error_message = "change_manager.custom_permissions is ${jsonencode(one(var.change_manager[*].custom_permissions))}, but must be an IAM policy in JSON with a Statement, or null for administrator permissions."
  }

  validation {
    condition     = var.change_manager == null || lookup(var.preflight.severities, "CHANGE_MANAGER_CLOSED", "warning") != "error"
    error_message = "CHANGE_MANAGER_CLOSED: change_manager is set, AWS closed it to new customers on 2025-11-07, and preflight.severities makes that an error. Remove change_manager, or the code from preflight.severities."
  }

  validation {
    condition     = var.change_manager == null ? true : var.change_manager.enabled
    error_message = "change_manager.enabled is false, but change_manager = null turns it off. Set null, or remove the input."
  }
}

variable "quick_setup_configurations" {
  description = <<-EOT
    Quick Setup configurations of any other type, by name, for example `{ packages = { type = "AWSQuickSetupType-Distributor", parameters = { PackagesToInstall = "AWSCWAgent,novalue,novalue" } } }`.
    - `type`: `modules/quick-setup-configuration` lists the types and their parameters.
    - `parameters`: parameters of the type, all strings, without targets and Regions. Default: none.
    - `additional_parameters`: parameters that AWS's reference does not list: docs/operations/troubleshooting.md. Default: none.
    - `target_organizational_unit_ids`, `regions`: instead of the module's. Default: the module's.
    - `management_account`: deploys to the management account instead of organizational units. Default: false.
    - `enabled`: only `true`. `false` is refused: remove the entry instead. Default: true.
    https://docs.aws.amazon.com/quick-setup/latest/APIReference/API_ConfigurationDefinitionInput.html
  EOT
  type = map(object({
    enabled                        = optional(bool, true)
    type                           = string
    parameters                     = optional(map(string), {})
    additional_parameters          = optional(map(string))
    target_organizational_unit_ids = optional(set(string))
    regions                        = optional(set(string))
    management_account             = optional(bool, false)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = length(setintersection(keys(var.quick_setup_configurations), local.reserved_names)) == 0
    error_message = "quick_setup_configurations contains ${join(", ", setintersection(keys(var.quick_setup_configurations), local.reserved_names))}, which is the name of another configuration of this module. Choose another name."
  }

  validation {
    condition     = alltrue(values(var.quick_setup_configurations)[*].enabled)
    error_message = "quick_setup_configurations has enabled = false in ${join(", ", [for name, entry in var.quick_setup_configurations : name if !entry.enabled])}, but what is in the map is deployed. Remove it from the map."
  }

  validation {
    condition     = alltrue([for entry in values(var.quick_setup_configurations) : !entry.management_account || entry.target_organizational_unit_ids == null])
    error_message = "quick_setup_configurations has management_account = true and target_organizational_unit_ids in ${join(", ", [for name, entry in var.quick_setup_configurations : name if entry.management_account && entry.target_organizational_unit_ids != null])}, but a configuration is deployed either to the management account or to organizational units. Remove one of the two, or make two entries."
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

variable "preflight" {
  description = <<-EOT
    Preflight checks before anything is changed, and their severities. All errors stop the plan in one message; warnings appear in every plan; the output `preflight_findings` lists them.
    - `member_role_name`: name with path of a role in every member account, with which a plan looks for Cloud9 environments in each targeted account, and for the resource data sync of `ops_center` in the administrator account: `OrganizationAccountAccessRole`, or `AWSControlTowerExecution`. A session policy limits the session to reading these, whatever the role allows. With it, destroy also refuses to deregister a delegated administrator whose account still has Explorer's resource data syncs, which AWS would delete, or Quick Setup configurations for the organization. Null: member accounts are not checked, and the output lists these checks as not run. Default: null.
    - `member_accounts`: when a plan reads the accounts of a configuration, for `CLOUD9_ENVIRONMENT`, `ACCOUNT_NOT_READABLE`, `SUSPENDED_ACCOUNT_TARGETED`, `MANAGEMENT_ACCOUNT_TARGETED` and `DEPLOYMENT_TOO_LARGE`: `changes`, where it is not deployed to these organizational units and Regions yet, or not successfully; `always`; or `never`. `observe.py preflight` reads all at any time. Default: `changes`.
    - `severities`: `error`, `warning` or `off` by code, for example `{ CLOUD9_ENVIRONMENT = "error" }`. The output lists every severity that differs from the default. docs/reference/findings.md lists the codes.
  EOT
  type = object({
    member_role_name = optional(string)
    member_accounts  = optional(string, "changes")
    severities       = optional(map(string), {})
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.preflight.member_role_name == null ? true : can(regex("^[\\w+=,.@/-]{1,512}$", var.preflight.member_role_name))
    error_message = "preflight.member_role_name is ${jsonencode(var.preflight.member_role_name)}, but must be the name of an IAM role with its path, for example \"OrganizationAccountAccessRole\"."
  }

  validation {
    condition     = contains(["always", "changes", "never"], var.preflight.member_accounts)
    error_message = "preflight.member_accounts is ${jsonencode(var.preflight.member_accounts)}, but must be \"always\", \"changes\" or \"never\"."
  }

  validation {
    condition     = length(setsubtract(keys(var.preflight.severities), local.adjustable_findings)) == 0
    error_message = "preflight.severities contains ${join(", ", setsubtract(keys(var.preflight.severities), local.adjustable_findings))}, but only these codes have a severity that can be changed: ${join(", ", local.adjustable_findings)}."
  }

  validation {
    condition     = alltrue([for severity in values(var.preflight.severities) : contains(["error", "warning", "off"], severity)])
    error_message = "preflight.severities is ${jsonencode(var.preflight.severities)}, but every severity must be \"error\", \"warning\" or \"off\"."
  }
}

variable "python_command" {
  description = "Command that runs Python, for the operations that no Terraform resource has: for example `[\"python3\"]` (with boto3 installed) or `[\"uv\", \"run\", \"--script\"]` (which installs it). Null: no Python. The plan then runs no script, and stops where an operation is missing, with the AWS CLI commands for it."
  type        = list(string)
  default     = ["python3"]

  validation {
    condition     = var.python_command == null ? true : length(var.python_command) > 0 && alltrue([for word in var.python_command : length(word) > 0])
    error_message = "python_command is ${jsonencode(var.python_command)}, but must name a program, for example [\"python3\"], or be null for no Python."
  }
}

variable "script_credentials" {
  description = <<-EOT
    Credentials for the scripts if those of the AWS provider come from its own block, which scripts cannot read. Null: those of the environment. They must belong to the provider's account, which the scripts verify. [Credentials](docs/usage/credentials.md) compares the provider and the scripts.
    - `profile`: a profile of the shared AWS configuration.
    - `role_arn`: a role to assume with the credentials of `profile`, or of the environment.
    - `external_id`: the external id that the role's trust policy requires.
    - `session_name`: the name of the role's session. Default: `systems-manager-organization`.
  EOT
  type = object({
    profile      = optional(string)
    role_arn     = optional(string)
    external_id  = optional(string)
    session_name = optional(string)
  })
  default = null

  validation {
    condition     = templatefile("${path.module}/modules/script_credentials.tftpl", { credentials = var.script_credentials }) == ""
    error_message = templatefile("${path.module}/modules/script_credentials.tftpl", { credentials = var.script_credentials })
  }
}

variable "tags" {
  description = "Tags of all resources that this module creates and that support tags."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = templatefile("${path.module}/modules/tags.tftpl", { tags = var.tags, services = ["Quick Setup", "IAM", "Organizations"], limit = 49 }) == ""
    error_message = templatefile("${path.module}/modules/tags.tftpl", { tags = var.tags, services = ["Quick Setup", "IAM", "Organizations"], limit = 49 })
  }
}
