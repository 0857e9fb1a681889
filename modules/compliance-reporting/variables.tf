variable "regions" {
  description = "Regions of every account that are collected from, for example `[\"ap-northeast-1\", \"us-east-1\"]`. An opt-in Region must be enabled in each account. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-opt-in-regions.html"
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.regions) > 0
    error_message = "regions is empty, but patch compliance is collected from at least one Region, for example [\"us-east-1\"]."
  }

  validation {
    condition     = alltrue([for region in var.regions : can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", region))])
    error_message = "regions is ${jsonencode(var.regions)}, but a Region looks like \"us-east-1\"."
  }
}

variable "organizational_unit_ids" {
  description = "Organizational units whose accounts are collected from, for example `[\"ou-ab12-34cd56ef\"]`. Changing them recreates all syncs, and what they have written stays. Null: the entire organization. Default: null."
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
  description = "Account in which this must be applied (12 digits): `delegated_administrator.account_id` of the root module's outputs. Another one is refused. Null: whichever the provider works in, as long as it administers StackSets. Default: null."
  type        = string
  default     = null
}

variable "name" {
  description = "Name of the StackSet, the workgroup, the key's alias, and (with `_`) the database; the bucket's and the syncs' begin with it. 1 to 32 lower-case letters, digits and hyphens. Default: `patch-compliance`."
  type        = string
  default     = "patch-compliance"
  nullable    = false

  # With account and Region behind it, it is the name of a bucket.
  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$", var.name))
    error_message = "name is ${jsonencode(var.name)}, but must be 1 to 32 lower-case letters, digits and hyphens, and begin with a letter."
  }
}

variable "bucket_name" {
  description = "Name of the bucket. Null: `name`, the account and the Region, joined by hyphens. Default: null."
  type        = string
  default     = null

  # https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
  validation {
    condition     = var.bucket_name == null ? true : can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.bucket_name))
    error_message = "bucket_name is ${jsonencode(var.bucket_name)}, but must be 3 to 63 lower-case letters, digits and hyphens, as no dots are taken here."
  }
}

variable "prefix" {
  description = "Prefix of the syncs' objects in the bucket, without a slash at the end. Changing it makes other syncs, and what the old ones wrote is seen no more. Default: `inventory`."
  type        = string
  default     = "inventory"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$", var.prefix)) && length(var.prefix) <= 200
    error_message = "prefix is ${jsonencode(var.prefix)}, but must be letters, digits, dots, hyphens and underscores, with slashes between them alone."
  }

  validation {
    condition     = split("/", var.prefix)[0] != "athena-results"
    error_message = "prefix is ${jsonencode(var.prefix)}, but below athena-results are the results of queries, which are deleted by and by. Take another."
  }
}

variable "kms_key_arn" {
  description = "A key of yours, in the same Region, instead of one that is made. Its policy must let `ssm.amazonaws.com` do `kms:GenerateDataKey`, with `aws:SourceOrgID` as the condition. Null: one is made. Default: null. https://docs.aws.amazon.com/systems-manager/latest/userguide/inventory-create-resource-data-sync.html"
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null ? true : can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", var.kms_key_arn))
    error_message = "kms_key_arn is ${jsonencode(var.kms_key_arn)}, but must look like \"arn:aws:kms:us-east-1:222222222222:key/...\": other accounts cannot use an alias."
  }
}

variable "access_log_bucket" {
  description = "Where S3 logs who reads the bucket: `name` of a bucket of the same account and Region that lets S3 write its logs, `prefix` in it (default `patch-compliance/`). Null: nowhere. Default: null. https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html"
  type = object({
    name   = string
    prefix = optional(string, "patch-compliance/")
  })
  default = null
}

variable "noncurrent_version_days" {
  description = "Days for which an object that was written over is kept. Default: 30."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.noncurrent_version_days >= 1 && floor(var.noncurrent_version_days) == var.noncurrent_version_days
    error_message = "noncurrent_version_days is ${var.noncurrent_version_days}, but must be a whole number of days, at least 1."
  }
}

variable "query_result_days" {
  description = "Days for which the results of queries are kept. Default: 30."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.query_result_days >= 1 && floor(var.query_result_days) == var.query_result_days
    error_message = "query_result_days is ${var.query_result_days}, but must be a whole number of days, at least 1."
  }
}

variable "bytes_scanned_cutoff_per_query" {
  description = "Bytes after which Athena cancels a query, at least 10,485,760: it charges what it scans. Default: 10,737,418,240 (10 GiB). https://docs.aws.amazon.com/athena/latest/ug/workgroups-setting-control-limits-cloudwatch.html"
  type        = number
  default     = 10737418240
  nullable    = false

  validation {
    condition     = var.bytes_scanned_cutoff_per_query >= 10485760 && floor(var.bytes_scanned_cutoff_per_query) == var.bytes_scanned_cutoff_per_query
    error_message = "bytes_scanned_cutoff_per_query is ${var.bytes_scanned_cutoff_per_query}, but must be a whole number, at least 10485760 (10 MiB)."
  }
}

variable "force_destroy" {
  description = "Whether destroy deletes what was collected, and the queries that people saved in the workgroup. With false it is refused as long as there is anything. Default: false."
  type        = bool
  default     = false
  nullable    = false
}

variable "tags" {
  description = "Tags of everything that is created, the stacks in all accounts among it."
  type        = map(string)
  default     = {}
  nullable    = false
}
