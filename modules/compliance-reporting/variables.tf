variable "regions" {
  description = "Regions from which data is collected in every account, for example `[\"ap-northeast-1\", \"us-east-1\"]`. An opt-in Region must be enabled in each account. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-opt-in-regions.html"
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.regions) > 0
    error_message = "regions is empty, but patch compliance is collected from at least one Region, for example [\"us-east-1\"]."
  }

  validation {
    condition     = alltrue([for region in var.regions : can(regex("^[a-z]{2,4}(-[a-z]+)+-[0-9]$", region))])
    error_message = "regions is ${jsonencode(var.regions)}, but a Region must have the form \"us-east-1\"."
  }
}

variable "organizational_unit_ids" {
  description = "Organizational units whose accounts' data is collected, for example `[\"ou-ab12-34cd56ef\"]`. Changing them recreates all syncs; data that was written is kept. Null: the entire organization. Default: null."
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

variable "administrator_account_id" {
  description = "The administrator account (12 digits): `delegated_administrator.account_id` of the root module's outputs. Any other is refused. Null: that of the first apply. Default: null."
  type        = string
  default     = null
}

variable "name" {
  description = "Name of the StackSet, the workgroup, the key alias and (with `_`) the database, and prefix of the names of the bucket and the syncs. 1 to 32 lower-case letters, digits and hyphens. Default: `patch-compliance`."
  type        = string
  default     = "patch-compliance"
  nullable    = false

  # Account and Region are appended for the name of the bucket.
  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$", var.name))
    error_message = "name is ${jsonencode(var.name)}, but must be 1 to 32 lower-case letters, digits and hyphens, and begin with a letter."
  }

  validation {
    condition     = alltrue([for prefix in ["xn--", "sthree-", "amzn-s3-demo-"] : !startswith("${var.name}-", prefix)])
    error_message = "name is ${jsonencode(var.name)}, but the name of the bucket begins with it, and S3 reserves xn--, sthree- and amzn-s3-demo-. Use another name: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"
  }
}

variable "bucket_name" {
  description = "Name of the bucket. Null: `name`, the account and the Region, joined by hyphens. Default: null."
  type        = string
  default     = null

  # https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
  validation {
    condition     = var.bucket_name == null ? true : templatefile("${path.module}/../bucket_name.tftpl", { name = var.bucket_name }) == ""
    error_message = var.bucket_name == null ? "" : "bucket_name is ${jsonencode(var.bucket_name)}, but the name of a bucket ${templatefile("${path.module}/../bucket_name.tftpl", { name = var.bucket_name })}: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"
  }

  validation {
    condition     = var.bucket_name == null ? true : !strcontains(var.bucket_name, ".")
    error_message = "bucket_name is ${jsonencode(var.bucket_name)}, but a name with dots is not supported: its certificate would not match. Replace the dots by hyphens."
  }
}

variable "prefix" {
  description = "Prefix of the syncs' objects in the bucket, without a trailing slash. Changing it replaces the syncs; objects under the old prefix are no longer read. Default: `inventory`."
  type        = string
  default     = "inventory"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$", var.prefix)) && length(var.prefix) <= 200
    error_message = "prefix is ${jsonencode(var.prefix)}, but must be letters, digits, dots, hyphens and underscores, with slashes only between them."
  }

  # https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
  validation {
    condition     = length(setintersection(split("/", var.prefix), [".", ".."])) == 0
    error_message = "prefix is ${jsonencode(var.prefix)}, but S3 takes \".\" and \"..\" between slashes for a relative path. Use other names: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html"
  }

  validation {
    condition     = split("/", var.prefix)[0] != "athena-results"
    error_message = "prefix is ${jsonencode(var.prefix)}, but objects below athena-results are query results, which expire. Use another prefix."
  }
}

variable "created_key_kept" {
  description = "Whether the key that this module created stays when `kms_key_arn` gives another one later. What it encrypted can be read with it alone: who reads needs `kms:Decrypt` for both. False: its deletion is scheduled, which can be cancelled for 30 days. Null: such a change is refused. Default: null."
  type        = bool
  default     = null
}

variable "kms_key_arn" {
  description = "ARN of an existing key in the same Region. Its policy must allow `ssm.amazonaws.com` `kms:GenerateDataKey`, with the condition key `aws:SourceOrgID`. Its ARN must be known to the plan. Null: a key is created. Given later, it requires `created_key_kept`. Default: null. https://docs.aws.amazon.com/systems-manager/latest/userguide/inventory-create-resource-data-sync.html"
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null ? true : can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", var.kms_key_arn))
    error_message = "kms_key_arn is ${jsonencode(var.kms_key_arn)}, but must have the form \"arn:aws:kms:us-east-1:222222222222:key/...\": other accounts cannot use an alias."
  }
}

variable "access_log_bucket" {
  description = "Destination of S3 server access logs: `name` of a bucket in the same account and Region that allows S3 to write logs, and `prefix` in it (default `patch-compliance/`). Null: no access logs. Default: null. https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html"
  type = object({
    name   = string
    prefix = optional(string, "patch-compliance/")
  })
  default = null

  validation {
    condition     = var.access_log_bucket == null ? true : templatefile("${path.module}/../bucket_name.tftpl", { name = var.access_log_bucket.name }) == ""
    error_message = var.access_log_bucket == null ? "" : "access_log_bucket.name is ${jsonencode(var.access_log_bucket.name)}, but the name of a bucket ${templatefile("${path.module}/../bucket_name.tftpl", { name = var.access_log_bucket.name })}: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"
  }
}

variable "noncurrent_version_days" {
  description = "Days for which noncurrent versions of objects are kept. Default: 30."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.noncurrent_version_days >= 1 && floor(var.noncurrent_version_days) == var.noncurrent_version_days
    error_message = "noncurrent_version_days is ${var.noncurrent_version_days}, but must be a whole number of days, at least 1."
  }
}

variable "query_result_days" {
  description = "Days for which query results are kept. Default: 30."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.query_result_days >= 1 && floor(var.query_result_days) == var.query_result_days
    error_message = "query_result_days is ${var.query_result_days}, but must be a whole number of days, at least 1."
  }
}

variable "bytes_scanned_cutoff_per_query" {
  description = "Scanned bytes, which are charged, after which Athena cancels a query, at least 10,485,760. Default: 10,737,418,240 (10 GiB). https://docs.aws.amazon.com/athena/latest/ug/workgroups-setting-control-limits-cloudwatch.html"
  type        = number
  default     = 10737418240
  nullable    = false

  validation {
    condition     = var.bytes_scanned_cutoff_per_query >= 10485760 && floor(var.bytes_scanned_cutoff_per_query) == var.bytes_scanned_cutoff_per_query
    error_message = "bytes_scanned_cutoff_per_query is ${var.bytes_scanned_cutoff_per_query}, but must be a whole number, at least 10485760 (10 MiB)."
  }
}

variable "force_destroy" {
  description = "Whether destroy deletes the collected data and the queries that users saved in the workgroup. With false, destroy fails while there are any. Default: false."
  type        = bool
  default     = false
  nullable    = false
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
  description = "Tags of all resources, including the stacks in all accounts."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = templatefile("${path.module}/../tags.tftpl", { tags = var.tags, services = ["CloudFormation"], limit = 49 }) == ""
    error_message = templatefile("${path.module}/../tags.tftpl", { tags = var.tags, services = ["CloudFormation"], limit = 49 })
  }
}
