variable "regions" {
  description = "Regions in which every account is set, for example `[\"ap-northeast-1\", \"us-east-1\"]`: each Region has preferences of its own. An opt-in Region must be enabled in each account. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-opt-in-regions.html"
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.regions) > 0
    error_message = "regions is empty, but preferences are set in at least one Region, for example [\"us-east-1\"]."
  }

  validation {
    condition     = alltrue([for region in var.regions : can(regex("^[a-z]{2,4}(-[a-z]+)+-[0-9]$", region))])
    error_message = "regions is ${jsonencode(var.regions)}, but a Region must have the form \"us-east-1\"."
  }
}

variable "organizational_unit_ids" {
  description = "Organizational units whose member accounts are set, for example `[\"ou-ab12-34cd56ef\"]`. Changing them restores all accounts and sets them again. Null: the entire organization. Default: null."
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

variable "existing" {
  description = "What happens where an account and Region has preferences that are not this module's: `keep` leaves them, `replace` sets these, today and whenever somebody changes them. Destroy puts back what was there. Preferences of another CloudFormation stack are never replaced: their account fails, with the name of the stack. Default: `keep`."
  type        = string
  default     = "keep"
  nullable    = false

  validation {
    condition     = contains(["keep", "replace"], var.existing)
    error_message = "existing is ${jsonencode(var.existing)}, but must be \"keep\" or \"replace\"."
  }
}

variable "idle_session_timeout_minutes" {
  description = "Minutes (1 to 60) without activity after which a session ends. Default: 20, as AWS's."
  type        = number
  default     = 20
  nullable    = false

  # https://docs.aws.amazon.com/systems-manager/latest/userguide/session-preferences-timeout.html
  validation {
    condition     = contains(range(1, 61), var.idle_session_timeout_minutes)
    error_message = "idle_session_timeout_minutes is ${var.idle_session_timeout_minutes}, but must be a whole number of minutes from 1 to 60."
  }
}

variable "max_session_duration_minutes" {
  description = "Minutes (1 to 1440) after which a session ends. Just-in-time node access does not end sessions when the access does. Null: no limit. Default: null."
  type        = number
  default     = null

  # https://docs.aws.amazon.com/systems-manager/latest/userguide/session-preferences-max-timeout.html
  validation {
    condition     = var.max_session_duration_minutes == null ? true : var.max_session_duration_minutes >= 1 && var.max_session_duration_minutes <= 1440 && floor(var.max_session_duration_minutes) == var.max_session_duration_minutes
    error_message = "max_session_duration_minutes is ${jsonencode(var.max_session_duration_minutes)}, but must be a whole number of minutes from 1 to 1440, or null for no limit."
  }
}

variable "run_as" {
  description = <<-EOT
    Whether sessions on Linux and macOS run as a user of the operating system. **Sessions fail on nodes without that user.** Null: as `ssm-user`. Default: null. https://docs.aws.amazon.com/systems-manager/latest/userguide/session-preferences-run-as.html
    - `default_user`: the user for who has no tag `SSMSessionRunAs`. Default: none.
  EOT
  type = object({
    default_user = optional(string)
  })
  default = null

  validation {
    condition     = var.run_as == null ? true : var.run_as.default_user == null ? true : can(regex("^[A-Za-z0-9_.][A-Za-z0-9_.-]{0,31}$", var.run_as.default_user)) && var.run_as.default_user != "root"
    error_message = "run_as is ${jsonencode(var.run_as)}, but default_user must be a user name of 1 to 32 letters, digits, dots, underscores and hyphens, and not root."
  }
}

variable "shell_profile" {
  description = "Commands that run when a session begins, on `linux` (also macOS) and `windows`, for example `{ linux = \"exec /bin/bash\\ncd\" }`. Default: none. https://docs.aws.amazon.com/systems-manager/latest/userguide/session-preferences-shell-config.html"
  type = object({
    linux   = optional(string, "")
    windows = optional(string, "")
  })
  default  = {}
  nullable = false

  # Characters of Terraform's strings, in which a combined one is one.
  validation {
    condition     = alltrue([for commands in values(var.shell_profile) : length(regexall("(?s:.)", coalesce(commands, " "))) <= 2000])
    error_message = "shell_profile has commands with more than 2,000 characters."
  }

  validation {
    condition     = alltrue([for commands in values(var.shell_profile) : !strcontains(coalesce(commands, " "), "{{")])
    error_message = "shell_profile contains {{, which Automation takes for a parameter of its own. Write { {, or set a variable of the shell."
  }
}

variable "session_kms_key_arns" {
  description = "Region to the ARN of a key that encrypts the sessions beyond TLS, in each of `regions`; one key of several Regions has an ARN in each. Its policy must allow nodes `kms:Decrypt` and users `kms:GenerateDataKey`; for just-in-time node access it needs the tag `SystemsManagerJustInTimeNodeAccessManaged` = `true`. Default: none. https://docs.aws.amazon.com/systems-manager/latest/userguide/session-preferences-enable-encryption.html"
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for region, arn in var.session_kms_key_arns : can(regex("^arn:aws[a-z-]*:kms:${region}:[0-9]{12}:key/[A-Za-z0-9-]+$", arn))])
    error_message = "session_kms_key_arns is ${jsonencode(var.session_kms_key_arns)}, but each must be the ARN of a key in its Region, for example { us-east-1 = \"arn:aws:kms:us-east-1:222222222222:key/...\" }."
  }

  # Of 6,144 of a managed policy, beside the longest names. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
  validation {
    condition     = length(jsonencode(values(var.session_kms_key_arns))) <= 4000
    error_message = "session_kms_key_arns has ${length(jsonencode(values(var.session_kms_key_arns)))} characters as JSON, but the policy of nodes has room for 4,000. Divide the Regions among several calls of the module."
  }
}

variable "bucket" {
  description = <<-EOT
    The bucket to which the sessions of all accounts are logged whose preferences this module sets (`existing`), created in the provider's Region, with versions: `{}`. Port forwarding and SSH are not logged. Null: no logs in S3. Default: null. https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-logging.html
    - `name`: without dots. Default: the module's `name`, the account and the Region, joined by hyphens.
    - `prefix`: of the objects; below it are the account and the Region. Default: `sessions`.
    - `kms_key_arn`: an existing key in the same Region. Its policy must allow the organization's nodes `kms:GenerateDataKey` and `kms:Decrypt` through S3. Its ARN must be known to the plan. Default: a key is created. Given later, it requires `created_key_kept`.
    - `created_key_kept`: whether the key that this module created stays when `kms_key_arn` gives another one later. What it encrypted can be read with it alone: who reads needs `kms:Decrypt` for both. False: its deletion is scheduled, which can be cancelled for 30 days. Default: such a change is refused.
    - `retention_days`: days after which logs are deleted, and what was overwritten or deleted before, since then. Default: never.
    - `object_lock`: prevents that logs are deleted or replaced for a number of `days`: by anyone in the `mode` `COMPLIANCE`, by who has no `s3:BypassGovernanceRetention` in `GOVERNANCE` (default). Cannot be taken back. Default: none.
    - `access_log_bucket_name`: destination of server access logs, which must allow S3 to write. It must be known to the plan. Default: none.
    - `force_destroy`: whether destroy deletes the logs. With false, destroy fails while there are any. Default: false.
  EOT
  type = object({
    name             = optional(string)
    prefix           = optional(string, "sessions")
    kms_key_arn      = optional(string)
    created_key_kept = optional(bool)
    retention_days   = optional(number)
    object_lock = optional(object({
      mode = optional(string, "GOVERNANCE")
      days = number
    }))
    access_log_bucket_name = optional(string)
    force_destroy          = optional(bool, false)
  })
  default = null

  validation {
    condition     = var.bucket == null ? true : var.bucket.name == null ? true : templatefile("${path.module}/../bucket_name.tftpl", { name = var.bucket.name }) == "" && !strcontains(var.bucket.name, ".")
    error_message = "bucket.name is ${jsonencode(one(var.bucket[*].name))}, but must be a name for a bucket, without dots: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"
  }

  validation {
    condition     = var.bucket == null ? true : var.bucket.access_log_bucket_name == null ? true : templatefile("${path.module}/../bucket_name.tftpl", { name = var.bucket.access_log_bucket_name }) == ""
    error_message = "bucket.access_log_bucket_name is ${jsonencode(one(var.bucket[*].access_log_bucket_name))}, but must be the name of a bucket: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"
  }

  validation {
    condition     = var.bucket == null ? true : can(regex("^[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*$", coalesce(var.bucket.prefix, " "))) && length(coalesce(var.bucket.prefix, " ")) <= 200
    error_message = "bucket is ${jsonencode(var.bucket)}, but prefix must be letters, digits, hyphens and underscores, with slashes only between them."
  }

  validation {
    condition     = var.bucket == null ? true : var.bucket.kms_key_arn == null ? true : can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.bucket.kms_key_arn))
    error_message = "bucket is ${jsonencode(var.bucket)}, but kms_key_arn must have the form \"arn:aws:kms:us-east-1:222222222222:key/...\": other accounts cannot use an alias."
  }

  # https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
  validation {
    condition = var.bucket == null ? true : var.bucket.object_lock == null ? true : (
      contains(["COMPLIANCE", "GOVERNANCE"], coalesce(var.bucket.object_lock.mode, " ")) && var.bucket.object_lock.days >= 1 && var.bucket.object_lock.days <= 36500 && floor(var.bucket.object_lock.days) == var.bucket.object_lock.days
    )
    error_message = "bucket is ${jsonencode(var.bucket)}, but object_lock must have the mode \"COMPLIANCE\" or \"GOVERNANCE\", and days from 1 to 36500."
  }

  validation {
    condition     = var.bucket == null ? true : var.bucket.retention_days == null ? true : floor(var.bucket.retention_days) == var.bucket.retention_days && var.bucket.retention_days >= (var.bucket.object_lock == null ? 1 : var.bucket.object_lock.days)
    error_message = "bucket is ${jsonencode(var.bucket)}, but retention_days must be a whole number of days, at least 1 and not less than those of object_lock."
  }
}

variable "log_group" {
  description = <<-EOT
    Log group in each account and Region that sessions are logged to; where it does not exist it is created, and stays on destroy. **Costs what CloudWatch Logs takes in and keeps.** Null: no logs in CloudWatch. Default: null.
    - `name`: of the log group. Default: `/aws/ssm/sessions`.
    - `streaming_enabled`: whether a log is written while the session goes on, not at its end. Default: true.
    - `retention_days`: days for which a log group that is created keeps its events. Default: 365.
  EOT
  type = object({
    name              = optional(string, "/aws/ssm/sessions")
    streaming_enabled = optional(bool, true)
    retention_days    = optional(number, 365)
  })
  default = null

  # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html
  validation {
    condition     = var.log_group == null ? true : can(regex("^[A-Za-z0-9._/#-]{1,512}$", coalesce(var.log_group.name, " ")))
    error_message = "log_group is ${jsonencode(var.log_group)}, but name must have 1 to 512 letters, digits or characters of ._/#-"
  }

  # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
  validation {
    condition = var.log_group == null ? true : contains(
      [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_group.retention_days
    )
    error_message = "log_group is ${jsonencode(var.log_group)}, but retention_days must be one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653."
  }
}

variable "include_default_host_management_roles" {
  description = "Whether the roles of Default Host Management, of Quick Setup and of the console, get `node_policy` in each account, also those that are created later: AWS's policy for them allows no logs. It goes on destroy. Default: true."
  type        = bool
  default     = true
  nullable    = false
}

variable "node_role_names" {
  description = "Names of other roles of nodes, without their paths, that get `node_policy` in each account that has them. Default: none."
  type        = set(string)
  default     = []
  nullable    = false

  # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
  validation {
    condition     = alltrue([for name in var.node_role_names : can(regex("^[A-Za-z0-9+=,.@_-]{1,64}$", name))])
    error_message = "node_role_names is ${jsonencode(var.node_role_names)}, but each must have 1 to 64 letters, digits or characters of +=,.@_-"
  }

  # Each is in two ARNs of the inline policy of the role that sets the preferences, which has at most 10,240 characters.
  validation {
    condition     = sum(concat([0], [for name in var.node_role_names : 84 + 2 * length(name)])) <= 8500
    error_message = "node_role_names has ${length(var.node_role_names)} names, which the policy of the role that sets the preferences has no room for: an inline policy has at most 10,240 characters. Give fewer or shorter names, and attach the output node_policy to the other roles where they are made."
  }
}

variable "member_role_path" {
  description = "Path of the role that sets the preferences in each account, which begins and ends with `/`. To change it later, set `bucket.name` to the present name, then change `name` too: CloudFormation does not replace a role that keeps its name. Default: `/`. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-role.html"
  type        = string
  default     = "/"
  nullable    = false

  validation {
    condition     = can(regex("^/([!-~]+/)?$", var.member_role_path)) && length(var.member_role_path) <= 512
    error_message = "member_role_path is ${jsonencode(var.member_role_path)}, but must begin and end with a slash, for example \"/platform/\", and have at most 512 characters."
  }
}

variable "member_permissions_boundary_name" {
  description = "Name of an IAM policy of every account, with its path before it if it has one (`platform/Boundary`), that limits the permissions of the role that sets the preferences there. In an account without the policy the role is not created. Null: none. Default: null. https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html"
  type        = string
  default     = null

  # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
  validation {
    condition     = var.member_permissions_boundary_name == null ? true : can(regex("^([A-Za-z0-9+=,.@_-]+/)*[A-Za-z0-9+=,.@_-]{1,128}$", var.member_permissions_boundary_name)) && length(var.member_permissions_boundary_name) <= 512
    error_message = "member_permissions_boundary_name is ${jsonencode(var.member_permissions_boundary_name)}, but must be the name of an IAM policy without its ARN, for example \"Boundary\" or \"platform/Boundary\"."
  }
}

variable "administrator_account_id" {
  description = "The administrator account (12 digits): `delegated_administrator.account_id` of the root module's outputs. Any other is refused. Null: that of the first apply. Default: null."
  type        = string
  default     = null
}

variable "name" {
  description = "Name of the StackSet, and in each account of roles and runbooks: 3 to 32 lower-case letters, digits and hyphens, beginning with a letter. Default: `session-manager-preferences`."
  type        = string
  default     = "session-manager-preferences"
  nullable    = false

  # With account and Region it is the name of a bucket, and alone that of an association, which has at least 3 characters:
  # https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreateAssociation.html
  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,31}$", var.name)) && !anytrue([for prefix in ["aws", "amazon", "amzn", "sthree", "xn--"] : startswith(var.name, prefix)])
    error_message = "name is ${jsonencode(var.name)}, but must have 3 to 32 lower-case letters, digits and hyphens, begin with a letter, and not with aws, amazon, amzn, sthree or xn--, which S3 reserves."
  }
}

variable "installation" {
  description = "Name of this installation in the tags of what it creates, if its state was lost. Only the first plan of a state reads it. Null: a new name."
  type        = string
  default     = null

  validation {
    condition     = var.installation == null ? true : can(regex("^[A-Za-z0-9._-]{1,64}$", var.installation))
    error_message = "installation is ${jsonencode(var.installation)}, but must have 1 to 64 letters, digits, dots, underscores or hyphens."
  }
}

variable "python_command" {
  description = "Command that runs Python, as in the root module: it reads what exists already, and follows changed units. Null: no Python; changed units then delete all stacks and create them again."
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

variable "operation_preferences" {
  description = "How StackSets reaches the accounts: see [`modules/stack-set`](../stack-set/README.md#operation_preferences). Default: all at once, whatever fails."
  type = object({
    max_concurrent_percentage    = optional(number, 100)
    failure_tolerance_percentage = optional(number, 100)
    region_concurrency_type      = optional(string, "PARALLEL")
  })
  default  = {}
  nullable = false

  validation {
    condition     = templatefile("${path.module}/../operation_preferences.tftpl", { preferences = var.operation_preferences }) == ""
    error_message = templatefile("${path.module}/../operation_preferences.tftpl", { preferences = var.operation_preferences })
  }
}

variable "tags" {
  description = "Tags of all resources, including the stacks in all accounts: the letters A to Z, digits, spaces and `_.:/=+-@`."
  type        = map(string)
  default     = {}
  nullable    = false

  # ASSUMPTION(lifecycle-automation-tags): CloudFormation hands the tags of a stack to this resource, which takes fewer characters.
  validation {
    condition     = templatefile("${path.module}/../tags.tftpl", { tags = var.tags, services = ["AWS::SSMQuickSetup::LifecycleAutomation", "IAM"], limit = 49 }) == ""
    error_message = templatefile("${path.module}/../tags.tftpl", { tags = var.tags, services = ["AWS::SSMQuickSetup::LifecycleAutomation", "IAM"], limit = 49 })
  }
}
