variable "compliance_data" {
  description = <<-EOT
    What `modules/compliance-reporting` collects, from its outputs. The bucket must be in the Region of the provider. Null: `member_access` is given. Default: null.
    - `bucket_name`: `bucket.name`.
    - `stack_set_name`: `stack_set_name`.
    - `prefix`: `bucket.prefix`. Default: `inventory`.
    - `kms_key_arn`: `kms_key_arn`. Null: the bucket has no key. Default: null.
  EOT
  type = object({
    bucket_name    = string
    stack_set_name = string
    prefix         = optional(string, "inventory")
    kms_key_arn    = optional(string)
  })
  default = null

  validation {
    condition     = var.compliance_data == null ? true : templatefile("${path.module}/../bucket_name.tftpl", { name = var.compliance_data.bucket_name }) == ""
    error_message = var.compliance_data == null ? "" : "compliance_data.bucket_name is ${jsonencode(var.compliance_data.bucket_name)}, but the name of a bucket ${templatefile("${path.module}/../bucket_name.tftpl", { name = var.compliance_data.bucket_name })}: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"
  }

  validation {
    condition     = var.compliance_data == null ? true : can(regex("^[A-Za-z][A-Za-z0-9-]{0,127}$", var.compliance_data.stack_set_name))
    error_message = "compliance_data.stack_set_name is ${jsonencode(one(var.compliance_data[*].stack_set_name))}, but must be the name of a StackSet, such as the output stack_set_name of modules/compliance-reporting."
  }

  validation {
    condition     = var.compliance_data == null ? true : can(regex("^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$", var.compliance_data.prefix))
    error_message = "compliance_data.prefix is ${jsonencode(one(var.compliance_data[*].prefix))}, but must be letters, digits, dots, hyphens and underscores, with slashes only between them."
  }

  validation {
    condition     = one(var.compliance_data[*].kms_key_arn) == null ? true : can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.compliance_data.kms_key_arn))
    error_message = "compliance_data.kms_key_arn is ${jsonencode(one(var.compliance_data[*].kms_key_arn))}, but must have the form \"arn:aws:kms:us-east-1:222222222222:key/...\"."
  }
}

variable "member_access" {
  description = <<-EOT
    Reads every account by the API, instead of `compliance_data`. Default: null.
    - `role_name`: a role of every other account, with its path, which trusts the output `build_role_arn`.
    - `coverage`: whether instances that Systems Manager does not manage are counted too. Default: true.
    - `security_hub`: whether each noncompliant node has a finding in its account's Security Hub. Default: false.
  EOT
  type = object({
    role_name    = string
    coverage     = optional(bool, true)
    security_hub = optional(bool, false)
  })
  default = null

  validation {
    condition     = (var.member_access == null) != (var.compliance_data == null)
    error_message = "member_access is ${jsonencode(var.member_access)} and compliance_data is ${jsonencode(var.compliance_data)}: give one of the two."
  }

  validation {
    condition     = !contains(coalesce(var.report.fail_on, []), "unmanaged") || coalesce(one(var.member_access[*].coverage), false)
    error_message = "report.fail_on has unmanaged, but nothing counts the instances that are not managed: set member_access, with coverage."
  }

  validation {
    condition     = var.report.grace_hours == null || coalesce(one(var.member_access[*].coverage), false)
    error_message = "report.grace_hours is ${jsonencode(var.report.grace_hours)}, but nothing reads when a node was launched: set member_access, with coverage, or omit it."
  }

  validation {
    condition     = var.member_access == null ? true : can(regex("^([\\w+=,.@-]+/)*[\\w+=,.@-]{1,64}$", var.member_access.role_name))
    error_message = "member_access.role_name is ${jsonencode(one(var.member_access[*].role_name))}, but must be the name of an IAM role with its path, such as \"reporting/PatchComplianceReader\"."
  }
}

variable "report" {
  description = <<-EOT
    What is reported, as in the options of `scripts/report.py compliance`: [patch compliance report](../../docs/usage/compliance-report.md).
    - `regions`: only these Regions. Default: all that have compliance data.
    - `organizational_unit`: only the accounts below it; its id, or its path such as `Root/Workloads`. Default: all accounts.
    - `accounts`: only these accounts (12 digits). Default: all accounts.
    - `patches`: states of patches that are listed one by one: `missing`, `failed`, `pending-reboot`, `rejected`, `not-approved`, `all`. Default: `["all"]`.
    - `stale_after_days`: days after which a node without another scan is not reporting. Default: 7.
    - `deadline`: a preset (`bod-19-02`, `fedramp-rev5`, `pci-dss-4.0.1`) and days by severity, such as `["critical=15d", "high=30d"]`. Requires `patches` and `snapshots`. Default: none.
    - `owner_tag`: the tag that has the owner of a node. Default: none.
    - `account_owner_tag`: the tag of an account that has the owner of its nodes without another. Default: none.
    - `exceptions`, `owners`: files in JSON, such as `file("exceptions.json")`. Default: none.
    - `kev`, `epss`: CISA's catalog and FIRST's scores, which change daily: objects that each build reads, such as `s3://security-feeds/kev.json`. They require `patches`. Default: none.
    - `grace_hours`: hours (1 to 9999) after its launch in which a node that was never scanned is new, with `member_access.coverage`. Default: 24.
    - `by`: what there is a row for: `organizational-unit`, `account`, `region`, `platform`, `severity`, `owner`, `node` or `patch`. Default: `patch`, without `patches` `account`.
    - `snapshots`: whether each day's report is kept as Parquet, with which the next one compares: since when a patch is missing, and the trend. Default: true.
    - `since_days`: the report tells what has changed since the snapshot of so many days (1 to 366) before, with `snapshots`; 0: it does not. Default: 7.
    - `fail_on`: what makes a build fail: a severity, such as `CRITICAL`, `not-reporting`, `overdue`, `unmanaged`, `exploited`. Default: nothing.
    - `fail_below`: the percentage of compliant nodes below which a build fails. Default: none.
  EOT
  type = object({
    regions             = optional(set(string), [])
    organizational_unit = optional(string)
    accounts            = optional(set(string), [])
    patches             = optional(set(string), ["all"])
    stale_after_days    = optional(number, 7)
    deadline            = optional(list(string), [])
    owner_tag           = optional(string)
    account_owner_tag   = optional(string)
    exceptions          = optional(string)
    owners              = optional(string)
    kev                 = optional(string)
    epss                = optional(string)
    grace_hours         = optional(number)
    by                  = optional(string)
    snapshots           = optional(bool, true)
    since_days          = optional(number, 7)
    fail_on             = optional(set(string), [])
    fail_below          = optional(number)
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for region in coalesce(var.report.regions, []) : can(regex("^[a-z]{2,4}(-[a-z]+)+-[0-9]$", region))])
    error_message = "report.regions is ${jsonencode(var.report.regions)}, but a Region must have the form \"us-east-1\"."
  }

  validation {
    condition     = var.report.organizational_unit == null ? true : can(regex("^[^-\\s][^\\n]*$", var.report.organizational_unit))
    error_message = "report.organizational_unit is ${jsonencode(var.report.organizational_unit)}, but must be the id of an organizational unit, or its path from the root, such as \"Root/Workloads\"."
  }

  validation {
    condition     = alltrue([for account_id in coalesce(var.report.accounts, []) : can(regex("^[0-9]{12}$", account_id))])
    error_message = "report.accounts is ${jsonencode(var.report.accounts)}, but the id of an account has 12 digits, such as \"222222222222\"."
  }

  validation {
    condition     = length(setsubtract(coalesce(var.report.patches, []), ["missing", "failed", "pending-reboot", "rejected", "not-approved", "all"])) == 0
    error_message = "report.patches is ${jsonencode(var.report.patches)}, but must be some of missing, failed, pending-reboot, rejected, not-approved, all."
  }

  validation {
    condition     = var.report.stale_after_days >= 1 && floor(var.report.stale_after_days) == var.report.stale_after_days
    error_message = "report.stale_after_days is ${jsonencode(var.report.stale_after_days)}, but must be a whole number of days, at least 1."
  }

  validation {
    condition     = alltrue([for part in coalesce(var.report.deadline, []) : can(regex("^(bod-19-02|fedramp-rev5|pci-dss-4\\.0\\.1|(critical|high|medium|low|unspecified)=[1-9][0-9]*d)$", part))])
    error_message = "report.deadline is ${jsonencode(var.report.deadline)}, but must be bod-19-02, fedramp-rev5, pci-dss-4.0.1, or days by severity, such as \"critical=15d\"."
  }

  validation {
    condition     = length(coalesce(var.report.patches, [])) > 0 || length(coalesce(var.report.deadline, [])) == 0 && alltrue([for text in [var.report.exceptions, var.report.kev, var.report.epss] : text == null])
    error_message = "report.deadline, report.exceptions, report.kev and report.epss are about patches, but report.patches is empty: name states, such as [\"all\"]."
  }

  validation {
    condition     = var.report.snapshots || length(coalesce(var.report.deadline, [])) == 0
    error_message = "report.deadline is ${jsonencode(var.report.deadline)}, and deadlines count from the first snapshot with a patch, but report.snapshots is false: set it to true."
  }

  validation {
    condition     = contains(range(0, 367), var.report.since_days)
    error_message = "report.since_days is ${jsonencode(var.report.since_days)}, but must be a whole number of days from 1 to 366, or 0 for no comparison."
  }

  validation {
    condition     = alltrue([for text in [var.report.exceptions, var.report.owners] : text == null ? true : can(keys(jsondecode(text)))])
    error_message = "report.exceptions and report.owners must be objects in JSON, such as the content of a file: file(\"exceptions.json\"). docs/usage/compliance-report.md has their keys."
  }

  # The role of the build may read this object: in the ARN, * and ? would be of many.
  validation {
    condition     = alltrue([for uri in [var.report.kev, var.report.epss] : uri == null ? true : can(regex("^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/[A-Za-z0-9!_.'()=+@:,/-]*[A-Za-z0-9!_.'()=+@:,-]$", uri)) && length(uri) <= 1024])
    error_message = "report.kev is ${jsonencode(var.report.kev)} and report.epss is ${jsonencode(var.report.epss)}, but each must be an object of a bucket, such as \"s3://security-feeds/kev.json\", whose key has letters, digits and !_.'()=+@:,/- alone. Upload the file there, daily."
  }

  validation {
    condition     = var.report.grace_hours == null ? true : var.report.grace_hours >= 1 && var.report.grace_hours <= 9999 && floor(var.report.grace_hours) == var.report.grace_hours
    error_message = "report.grace_hours is ${jsonencode(var.report.grace_hours)}, but must be a whole number of hours from 1 to 9999."
  }

  validation {
    condition     = var.report.by == null ? true : contains(["organizational-unit", "account", "region", "platform", "severity", "owner", "node", "patch"], var.report.by)
    error_message = "report.by is ${jsonencode(var.report.by)}, but must be organizational-unit, account, region, platform, severity, owner, node or patch."
  }

  validation {
    condition     = var.report.by == null ? true : var.report.by != "patch" || length(coalesce(var.report.patches, [])) > 0
    error_message = "report.by is \"patch\", but report.patches is empty: name states, such as [\"all\"], or group by something else."
  }

  validation {
    condition     = var.report.by == null ? true : var.report.by != "owner" || anytrue([for text in [var.report.owners, var.report.owner_tag, var.report.account_owner_tag] : text != null])
    error_message = "report.by is \"owner\", but nothing says whose a node is: set report.owners, report.owner_tag or report.account_owner_tag."
  }

  # https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html
  validation {
    condition     = var.report.owner_tag == null ? true : can(regex("^[^-=*?\\[\\]\\s][^=*?\\[\\]\\n]*$", var.report.owner_tag)) && length(var.report.owner_tag) <= 128
    error_message = "report.owner_tag is ${jsonencode(var.report.owner_tag)}, but must be the key of a tag, such as \"Team\"."
  }

  validation {
    condition     = templatefile("${path.module}/../tags.tftpl", { tags = { for key in var.report.account_owner_tag[*] : key => "" }, services = ["Organizations"], limit = 50 }) == ""
    error_message = "report.account_owner_tag is ${jsonencode(var.report.account_owner_tag)}, but must be the key of a tag of accounts, such as \"Owner\": 1 to 128 letters, digits, spaces and _.:/=+-@, not beginning with \"aws:\": https://docs.aws.amazon.com/organizations/latest/userguide/orgs_tagging.html"
  }

  validation {
    condition     = length(setsubtract(coalesce(var.report.fail_on, []), ["CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL", "UNSPECIFIED", "not-reporting", "overdue", "unmanaged", "exploited"])) == 0
    error_message = "report.fail_on is ${jsonencode(var.report.fail_on)}, but must be a severity (CRITICAL, HIGH, MEDIUM, LOW, INFORMATIONAL, UNSPECIFIED), not-reporting, overdue, unmanaged or exploited."
  }

  validation {
    condition     = length(setintersection(coalesce(var.report.fail_on, []), ["CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL", "UNSPECIFIED"])) <= 1
    error_message = "report.fail_on is ${jsonencode(var.report.fail_on)}, but has more than one severity: name the lowest, which includes those above it."
  }

  validation {
    condition     = !contains(coalesce(var.report.fail_on, []), "overdue") || length(coalesce(var.report.deadline, [])) > 0 || var.report.kev != null
    error_message = "report.fail_on has overdue, but report.deadline is empty: set deadlines, such as [\"critical=15d\"], or report.kev, whose catalog has due dates."
  }

  validation {
    condition     = !contains(coalesce(var.report.fail_on, []), "exploited") || var.report.kev != null
    error_message = "report.fail_on has exploited, but nothing says what is: set report.kev, such as \"s3://security-feeds/kev.json\"."
  }

  validation {
    condition     = var.report.fail_below == null ? true : var.report.fail_below >= 0 && var.report.fail_below <= 100
    error_message = "report.fail_below is ${jsonencode(var.report.fail_below)}, but must be a percentage from 0 to 100."
  }
}

variable "schedule_expression" {
  description = "When the report is made: `cron(…)` of six fields, or `rate(…)`. Default: `cron(0 6 * * ? *)`, daily at 06:00. https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html"
  type        = string
  default     = "cron(0 6 * * ? *)"
  nullable    = false

  validation {
    condition     = can(regex("^(cron\\([!-~]+( [!-~]+){5}\\)|rate\\([1-9][0-9]{0,5} (minutes?|hours?|days?)\\))$", var.schedule_expression)) && length(var.schedule_expression) <= 256
    error_message = "schedule_expression is ${jsonencode(var.schedule_expression)}, but must be cron(…) with six fields, such as \"cron(0 6 * * ? *)\", or rate(…), such as \"rate(1 day)\"."
  }
}

variable "schedule_timezone" {
  description = "Time zone of `schedule_expression`, such as `Asia/Tokyo`. Default: `UTC`."
  type        = string
  default     = "UTC"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}$", var.schedule_timezone)) && length(var.schedule_timezone) <= 50
    error_message = "schedule_timezone is ${jsonencode(var.schedule_timezone)}, but must be a name of the time zone database, such as \"UTC\" or \"Asia/Tokyo\"."
  }
}

variable "alarm_after_hours" {
  description = "Hours (1 to 168) without a report after which an alarm says so: a little more than between two runs. Until the first report it is in alarm too. CloudWatch looks back seven days at most, so a weekly schedule has no such alarm. Null: no such alarm. Default: 26."
  type        = number
  default     = 26

  # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
  validation {
    condition     = var.alarm_after_hours == null ? true : contains(range(1, 169), var.alarm_after_hours)
    error_message = "alarm_after_hours is ${jsonencode(var.alarm_after_hours)}, but must be a whole number of hours from 1 to 168, or null for no alarm."
  }
}

variable "existing_topic" {
  description = <<-EOT
    An SNS topic in the Region of the provider, whose policy allows `cloudwatch.amazonaws.com` to publish. Null: one is created. Default: null.
    - `arn`: its ARN.
    - `kms_key_arn`: its key, whose policy allows `cloudwatch.amazonaws.com` `kms:Decrypt` and `kms:GenerateDataKey*`. Null: it has none. Default: null.
  EOT
  type = object({
    arn         = string
    kms_key_arn = optional(string)
  })
  default = null

  validation {
    condition     = var.existing_topic == null ? true : can(regex("^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}$", var.existing_topic.arn))
    error_message = "existing_topic is ${jsonencode(var.existing_topic)}, but arn must have the form \"arn:aws:sns:us-east-1:222222222222:security\", and not of a FIFO topic, to which an alarm cannot publish."
  }

  validation {
    condition     = var.existing_topic == null ? true : var.existing_topic.kms_key_arn == null ? true : can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.existing_topic.kms_key_arn))
    error_message = "existing_topic is ${jsonencode(var.existing_topic)}, but kms_key_arn must have the form \"arn:aws:kms:us-east-1:222222222222:key/...\"."
  }
}

variable "bucket_name" {
  description = "Name of the bucket of the reports. Null: `name`, the account and the Region, joined by hyphens. Default: null."
  type        = string
  default     = null

  validation {
    condition     = var.bucket_name == null ? true : templatefile("${path.module}/../bucket_name.tftpl", { name = var.bucket_name }) == ""
    error_message = var.bucket_name == null ? "" : "bucket_name is ${jsonencode(var.bucket_name)}, but the name of a bucket ${templatefile("${path.module}/../bucket_name.tftpl", { name = var.bucket_name })}: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"
  }

  validation {
    condition     = var.bucket_name == null ? true : !strcontains(var.bucket_name, ".")
    error_message = "bucket_name is ${jsonencode(var.bucket_name)}, but a name with dots is not supported: its certificate would not match. Replace the dots by hyphens."
  }
}

variable "existing_bucket" {
  description = <<-EOT
    A bucket in the Region of the provider for reports, snapshots and the program. Nothing of it is changed: encryption, versioning and lifecycle are its owner's. Null: one is created. Default: null.
    - `name`: its name.
    - `kms_key_arn`: the key that it encrypts with. Null: none. Default: null.
  EOT
  type = object({
    name        = string
    kms_key_arn = optional(string)
  })
  default = null

  validation {
    condition     = var.existing_bucket == null ? true : templatefile("${path.module}/../bucket_name.tftpl", { name = var.existing_bucket.name }) == ""
    error_message = "existing_bucket is ${jsonencode(var.existing_bucket)}, but name must be the name of a bucket: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"
  }

  validation {
    condition     = var.existing_bucket == null ? true : var.existing_bucket.kms_key_arn == null ? true : can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.existing_bucket.kms_key_arn))
    error_message = "existing_bucket is ${jsonencode(var.existing_bucket)}, but kms_key_arn must have the form \"arn:aws:kms:us-east-1:222222222222:key/...\"."
  }

  validation {
    condition     = var.existing_bucket == null || var.bucket_name == null
    error_message = "bucket_name is the name of a bucket that is created, but existing_bucket is set: give one of the two."
  }
}

variable "prefix" {
  description = "Prefix of all objects in the bucket, without a trailing slash. Default: `patch-compliance`."
  type        = string
  default     = "patch-compliance"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*$", var.prefix)) && length(var.prefix) <= 200
    error_message = "prefix is ${jsonencode(var.prefix)}, but must be letters, digits, hyphens and underscores, with slashes only between them."
  }
}

variable "retention_days" {
  description = "Days for which reports are kept in a bucket that is created. Snapshots are kept. Default: 400."
  type        = number
  default     = 400
  nullable    = false

  validation {
    condition     = var.retention_days >= 1 && floor(var.retention_days) == var.retention_days
    error_message = "retention_days is ${var.retention_days}, but must be a whole number of days, at least 1."
  }
}

variable "created_key_kept" {
  description = "Whether the key that this module created stays when `kms_key_arn` gives another one later. What it encrypted can be read with it alone: who reads needs `kms:Decrypt` for both. False: its deletion is scheduled, which can be cancelled for 30 days. Null: such a change is refused. Default: null."
  type        = bool
  default     = null
}

variable "kms_key_arn" {
  description = "ARN of an existing key in the same Region for the bucket and the topic. Its policy must allow `cloudwatch.amazonaws.com` `kms:Decrypt` and `kms:GenerateDataKey*`. Its ARN must be known to the plan. Null: a key is created. Given later, it requires `created_key_kept`. Default: null."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null ? true : can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.kms_key_arn))
    error_message = "kms_key_arn is ${jsonencode(var.kms_key_arn)}, but must have the form \"arn:aws:kms:us-east-1:222222222222:key/...\"."
  }
}

variable "pip_index_url" {
  description = "Package index from which a build installs the locked packages of `requirements.txt`, such as that of a repository of your own. Not with a password: it is in the project. Null: pip's own. Default: null."
  type        = string
  default     = null

  validation {
    condition     = var.pip_index_url == null ? true : can(regex("^https://[^@\\s]+$", var.pip_index_url))
    error_message = "pip_index_url is set, but must begin with https:// and have no user name or password: everybody who may read the project would see it."
  }
}

variable "image" {
  description = "Image of the build, with Python 3.12. Default: `aws/codebuild/amazonlinux-x86_64-standard:5.0`. https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-available.html"
  type        = string
  default     = "aws/codebuild/amazonlinux-x86_64-standard:5.0"
  nullable    = false
}

variable "compute_type" {
  description = "Compute type of the build. Default: `BUILD_GENERAL1_SMALL`. https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-compute-types.html"
  type        = string
  default     = "BUILD_GENERAL1_SMALL"
  nullable    = false

  validation {
    condition     = contains(["BUILD_GENERAL1_SMALL", "BUILD_GENERAL1_MEDIUM", "BUILD_GENERAL1_LARGE", "BUILD_GENERAL1_XLARGE", "BUILD_GENERAL1_2XLARGE"], var.compute_type)
    error_message = "compute_type is ${jsonencode(var.compute_type)}, but must be BUILD_GENERAL1_SMALL, BUILD_GENERAL1_MEDIUM, BUILD_GENERAL1_LARGE, BUILD_GENERAL1_XLARGE or BUILD_GENERAL1_2XLARGE."
  }
}

variable "timeout_minutes" {
  description = "Minutes (5 to 2160) after which a build is stopped, and counts as failed. Default: 60."
  type        = number
  default     = 60
  nullable    = false

  validation {
    condition     = var.timeout_minutes >= 5 && var.timeout_minutes <= 2160 && floor(var.timeout_minutes) == var.timeout_minutes
    error_message = "timeout_minutes is ${var.timeout_minutes}, but must be a whole number of minutes from 5 to 2160."
  }
}

variable "role_name_prefix" {
  description = "Prefix of the names of the two roles, 1 to 50 characters. Default: `ScheduledComplianceReport`."
  type        = string
  default     = "ScheduledComplianceReport"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_+=,.@-]{1,50}$", var.role_name_prefix))
    error_message = "role_name_prefix is ${jsonencode(var.role_name_prefix)}, but must have 1 to 50 letters, digits or +=,.@_-."
  }
}

variable "role_path" {
  description = "Path of the roles, which begins and ends with `/`. To change it later, change `role_name_prefix` too. Default: `/`."
  type        = string
  default     = "/"
  nullable    = false

  validation {
    condition     = can(regex("^/([!-~]+/)?$", var.role_path)) && length(var.role_path) <= 512
    error_message = "role_path is ${jsonencode(var.role_path)}, but must begin and end with a slash, for example \"/platform/\", and have at most 512 characters."
  }
}

variable "permissions_boundary" {
  description = "ARN of a policy that limits the permissions of the roles. Null: none."
  type        = string
  default     = null

  # https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
  validation {
    condition     = var.permissions_boundary == null ? true : can(regex("^arn:aws[a-z-]*:iam::([0-9]{12}|aws):policy/[!-~]+$", var.permissions_boundary))
    error_message = "permissions_boundary is ${jsonencode(var.permissions_boundary)}, but must be the ARN of an IAM policy, for example \"arn:aws:iam::111111111111:policy/Boundary\"."
  }
}

variable "administrator_account_id" {
  description = "The administrator account (12 digits): `delegated_administrator.account_id` of the root module's outputs. Any other is refused. Null: that of the first apply. Default: null."
  type        = string
  default     = null
}

variable "name" {
  description = "Name of the project, the schedule, the topic and the key alias, prefix of the names of the alarms and the bucket: 2 to 32 lower-case letters, digits and hyphens, beginning with a letter. Default: `scheduled-compliance-report`."
  type        = string
  default     = "scheduled-compliance-report"
  nullable    = false

  # With account and Region it is the name of a bucket.
  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,31}$", var.name)) && !anytrue([for prefix in ["aws", "xn--", "sthree-", "amzn-s3-demo-"] : startswith("${var.name}-", prefix)])
    error_message = "name is ${jsonencode(var.name)}, but must have 2 to 32 lower-case letters, digits and hyphens, begin with a letter, and not with aws, xn--, sthree- or amzn-s3-demo-."
  }
}

variable "force_destroy" {
  description = "Whether destroy deletes the reports and the snapshots of a bucket that was created. With false, destroy fails while there are any. Default: false."
  type        = bool
  default     = false
  nullable    = false
}

variable "installation" {
  description = "Name of this installation in the tags of what it creates, if its Terraform state was lost. Only the first plan of a state reads it; it may be removed afterwards. Null: a new name, generated from the time of the first plan."
  type        = string
  default     = null

  validation {
    condition     = var.installation == null ? true : can(regex("^[A-Za-z0-9._-]{1,64}$", var.installation))
    error_message = "installation is ${jsonencode(var.installation)}, but must have 1 to 64 letters, digits, dots, underscores or hyphens."
  }
}

variable "python_command" {
  description = "Command that runs Python, as in the root module: it reads what exists already. Null: no Python."
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

variable "tags" {
  description = "Tags of all resources."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = templatefile("${path.module}/../tags.tftpl", { tags = var.tags, services = ["CodeBuild", "IAM"], limit = 49 }) == ""
    error_message = templatefile("${path.module}/../tags.tftpl", { tags = var.tags, services = ["CodeBuild", "IAM"], limit = 49 })
  }
}
