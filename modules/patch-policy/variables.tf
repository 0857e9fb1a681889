variable "name" {
  description = "Name of the patch policy and of its configuration manager: 1 to 120 letters, digits, spaces, dots, underscores or hyphens (101 with `include_management_account`)."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[ A-Za-z0-9._-]{1,120}$", var.name))
    error_message = "The name of patch policy ${jsonencode(var.name)} ${length(regexall("[^ A-Za-z0-9._-]", var.name)) == 0 ? "has ${length(var.name)} characters" : "contains ${join(" ", distinct(regexall("[^ A-Za-z0-9._-]", var.name)))}"}, but must have 1 to 120 letters, digits, spaces, dots, underscores or hyphens."
  }

  validation {
    condition     = !var.include_management_account || length(var.name) <= 101
    error_message = "The name of patch policy ${jsonencode(var.name)} has ${length(var.name)} characters, but with include_management_account it must have at most 101: \"-management-account\" is appended for the configuration of that account. Use a shorter name."
  }
}

variable "operation" {
  description = "`Scan` reports missing patches. `ScanAndInstall` also installs them."
  type        = string
  default     = "Scan"
  nullable    = false

  validation {
    condition     = contains(["Scan", "ScanAndInstall"], var.operation)
    error_message = "Patch policy \"${var.name}\": operation is ${jsonencode(var.operation)}, but must be \"Scan\" or \"ScanAndInstall\"."
  }
}

variable "scan_schedule" {
  description = "When to scan, as a cron expression of six fields in UTC, of those that State Manager accepts: no months, at most every 30 minutes. Default: daily at 01:00, AWS's recommendation. https://docs.aws.amazon.com/systems-manager/latest/userguide/reference-cron-and-rate-expressions.html"
  type        = string
  default     = "cron(0 1 * * ? *)"
  nullable    = false

  validation {
    condition     = can(regex(join("", local.cron), var.scan_schedule))
    error_message = "Patch policy \"${var.name}\": scan_schedule is ${jsonencode(var.scan_schedule)}, but ${local.cron_rule}"
  }
}

variable "scan_at_next_interval" {
  description = "Whether the first scan waits for the schedule. Default: false, it starts immediately."
  type        = bool
  default     = false
  nullable    = false
}

variable "install_schedule" {
  description = "When to install, as a cron expression of six fields in UTC; only for `ScanAndInstall`. Default: Sundays at 02:00, AWS's recommendation."
  type        = string
  default     = null

  validation {
    condition     = var.install_schedule == null ? true : can(regex(join("", local.cron), var.install_schedule))
    error_message = "Patch policy \"${var.name}\": install_schedule is ${jsonencode(var.install_schedule)}, but ${local.cron_rule}"
  }

  validation {
    condition     = var.install_schedule == null || var.operation != "Scan"
    error_message = "Patch policy \"${var.name}\": install_schedule is ${jsonencode(var.install_schedule)}, but operation is \"Scan\", which installs nothing. Set operation = \"ScanAndInstall\", or remove install_schedule."
  }
}

variable "install_at_next_interval" {
  description = "Whether the first installation waits for the schedule; only for `ScanAndInstall`. Default: true, as in AWS's console."
  type        = bool
  default     = true
  nullable    = false
}

variable "reboot_option" {
  description = "`RebootIfNeeded` or `NoReboot`, after an installation; only for `ScanAndInstall`. Default: `NoReboot`. https://docs.aws.amazon.com/systems-manager/latest/userguide/patch-manager-aws-runpatchbaseline.html"
  type        = string
  default     = null

  validation {
    condition     = var.reboot_option == null ? true : contains(["RebootIfNeeded", "NoReboot"], var.reboot_option)
    error_message = "Patch policy \"${var.name}\": reboot_option is ${jsonencode(var.reboot_option)}, but must be \"RebootIfNeeded\" or \"NoReboot\"."
  }

  validation {
    condition     = var.reboot_option == null ? true : var.operation == "ScanAndInstall" || var.reboot_option == "NoReboot"
    error_message = "Patch policy \"${var.name}\": reboot_option is ${jsonencode(var.reboot_option)}, but operation is ${jsonencode(var.operation)}, which never reboots. Remove reboot_option, or set operation = \"ScanAndInstall\"."
  }
}

variable "baselines" {
  description = "Operating system (as in `WINDOWS`, `AMAZON_LINUX_2023`) to patch baseline id or ARN. Other operating systems keep the default of the provider's account and Region, which is AWS's unless another is registered. Null: these defaults for all, frozen at the first apply."
  type        = map(string)
  default     = null

  validation {
    condition     = alltrue([for id in values(coalesce(var.baselines, {})) : can(regex("^(pb-[0-9a-f]{17}|arn:aws[a-z-]*:ssm:[a-z0-9-]+:[0-9]{12}:patchbaseline/pb-[0-9a-f]{17})$", id))])
    error_message = "Patch policy \"${var.name}\": baselines is ${jsonencode(var.baselines)}, but each value must be a patch baseline's id (\"pb-0123456789abcdef0\") or ARN."
  }
}

variable "concurrency" {
  description = "Number of nodes to process at the same time: a number, or a percentage of the targets from `1%` to `100%`."
  type        = string
  default     = "10%"
  nullable    = false

  # https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreateAssociation.html (MaxConcurrency)
  validation {
    condition     = can(regex("^([1-9][0-9]{0,6}|[1-9][0-9]?%|100%)$", var.concurrency))
    error_message = "Patch policy \"${var.name}\": concurrency is ${jsonencode(var.concurrency)}, but must be a number from 1 (\"5\") or a percentage from \"1%\" to \"100%\"."
  }
}

variable "error_threshold" {
  description = "Number of failed nodes after which to stop: a number, or a percentage of the targets from `0%` to `100%`."
  type        = string
  default     = "2%"
  nullable    = false

  # https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreateAssociation.html (MaxErrors)
  validation {
    condition     = can(regex("^(0|[1-9][0-9]{0,6}|[0-9]%|[1-9][0-9]%|100%)$", var.error_threshold))
    error_message = "Patch policy \"${var.name}\": error_threshold is ${jsonencode(var.error_threshold)}, but must be a number from 0 (\"5\") or a percentage from \"0%\" to \"100%\"."
  }
}

variable "target_tag" {
  description = "Patches only the nodes with this tag: `key` and `value`. Null: all nodes."
  type = object({
    key   = string
    value = string
  })
  default = null

  validation {
    condition     = var.target_tag == null ? true : can(regex("^(?s:.{1,128})$", var.target_tag.key)) && length(regexall("[^\\p{L}\\p{Z}\\p{N}_.:/=@-]", var.target_tag.key)) == 0 && can(regex("^(?s:.{0,256})$", var.target_tag.value))
    error_message = "Patch policy \"${var.name}\": target_tag is ${jsonencode(var.target_tag)}, but State Manager selects nodes by a key of 1 to 128 letters, digits, spaces and _.:/=-@, and by a value of at most 256 characters: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_Target.html"
  }
}

variable "organizational_unit_ids" {
  description = "Organizational units to patch, or the root for the entire organization."
  type        = set(string)
  nullable    = false
}

variable "include_management_account" {
  description = "Whether the management account is also patched, by a separate configuration: deployments to organizational units never reach it."
  type        = bool
  default     = false
  nullable    = false
}

variable "regions" {
  description = "Regions to patch in, the provider's among them."
  type        = set(string)
  nullable    = false

  # Only the deployment to that Region makes the bucket with the baselines.
  validation {
    condition     = contains(var.regions, data.aws_region.current.id)
    error_message = "Patch policy \"${var.name}\": regions is ${jsonencode(var.regions)}, but must contain the provider's Region, in which Quick Setup keeps the baselines. Add \"${data.aws_region.current.id}\"."
  }
}

variable "log_bucket" {
  description = <<-EOT
    S3 bucket for the output of the patch commands; every node requires permission to write to it. Null: none.
    - `name`, `region`: of the bucket.
    - `key_prefix`: prefix of the object keys. Default: empty.
  EOT
  type = object({
    name       = string
    region     = string
    key_prefix = optional(string, "")
  })
  default = null

  validation {
    condition     = var.log_bucket == null ? true : templatefile("${path.module}/../bucket_name.tftpl", { name = var.log_bucket.name }) == ""
    error_message = var.log_bucket == null ? "" : "Patch policy \"${var.name}\": log_bucket.name is ${jsonencode(var.log_bucket.name)}, but the name of a bucket ${templatefile("${path.module}/../bucket_name.tftpl", { name = var.log_bucket.name })}: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"
  }

  # https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_S3OutputLocation.html
  validation {
    condition     = var.log_bucket == null ? true : can(regex("^(?s:.{0,500})$", var.log_bucket.key_prefix))
    error_message = "Patch policy \"${var.name}\": log_bucket.key_prefix has ${length(var.log_bucket == null ? "" : var.log_bucket.key_prefix)} characters, but must have at most 500."
  }

  validation {
    condition     = var.log_bucket == null ? true : can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.log_bucket.region))
    error_message = "Patch policy \"${var.name}\": log_bucket is ${jsonencode(var.log_bucket)}, but a Region must have the form \"us-east-1\"."
  }
}

variable "attach_instance_profile_policies" {
  description = "Whether Quick Setup may attach the policies that patching requires (`AmazonSSMManagedInstanceCore`, and access to the bucket with the baselines) to the roles of existing instance profiles. Default: false; then attach them yourself. https://docs.aws.amazon.com/systems-manager/latest/userguide/quick-setup-patch-manager.html"
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
