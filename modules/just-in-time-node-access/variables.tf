variable "regions" {
  description = "**Every running managed node of the targets in these Regions is charged by the hour**, whether anybody accesses it or not, once 30 days are over. Regions of the unified console, among them its home Region. https://aws.amazon.com/systems-manager/pricing/"
  type        = set(string)
  nullable    = false
}

variable "unified_console" {
  description = "The unified console, which just-in-time node access requires: `{ home_region = module.unified_console.home_region, regions = module.unified_console.configuration.regions, targets = module.unified_console.configuration.targets }`."
  type = object({
    home_region = string
    regions     = set(string)
    targets     = set(string)
  })
  nullable = false
}

variable "organizational_unit_ids" {
  description = "Organizational units, for example `[\"ou-ab12-34cd56ef\"]`, which are targets of the unified console. Null: all of its targets. Default: null."
  type        = set(string)
  default     = null

  validation {
    condition     = var.organizational_unit_ids == null ? true : length(var.organizational_unit_ids) > 0
    error_message = "organizational_unit_ids is empty: name at least one organizational unit, or set null for all targets of the unified console."
  }
}

variable "identity_provider" {
  description = "What decides who an approver is: `SSO` for IAM Identity Center, `IAM` for roles. Null: the accounts' setting is not touched. Default: null."
  type        = string
  default     = null

  validation {
    condition     = contains(["IAM", "SSO"], coalesce(var.identity_provider, "IAM"))
    error_message = "identity_provider is ${jsonencode(var.identity_provider)}, but must be \"IAM\" or \"SSO\"."
  }
}

variable "auto_approval" {
  description = <<-EOT
    Who gets access without anybody's approval, for one hour: list of statements, any of which is sufficient. All conditions of a statement have to hold. Default: nobody. https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-just-in-time-node-access-create-auto-approval-policies.html
    - `description`: one line. Default: none.
    - `group_id`: a group of IAM Identity Center. Default: everybody who may ask.
    - `principal_attributes`: `employeeNumber`, `costCenter`, `organization` or `division` of a user of IAM Identity Center to its value, in which `*` is anything. Default: any.
    - `principal_tags`: tags of the IAM role. Default: any.
    - `node_tags`: tags of the node, at least one.
  EOT
  type = list(object({
    description          = optional(string, "")
    group_id             = optional(string)
    principal_attributes = optional(map(string), {})
    principal_tags       = optional(map(string), {})
    node_tags            = map(string)
  }))
  default  = []
  nullable = false

  validation {
    condition     = alltrue([for statement in var.auto_approval : length(coalesce(statement.node_tags, {})) > 0])
    error_message = "auto_approval has a statement without node_tags, which would approve access to every node. Name at least one tag, for example { Environment = \"Development\" }."
  }

  validation {
    condition     = alltrue([for statement in var.auto_approval : can(regex("^[^\\r\\n]{0,200}$", coalesce(statement.description, " ")))])
    error_message = "auto_approval has a description that is not one line of at most 200 characters: it becomes a comment."
  }

  validation {
    condition     = alltrue([for statement in var.auto_approval : statement.group_id == null ? true : can(regex("^([0-9a-f]{10}-)?[A-Fa-f0-9]{8}(-[A-Fa-f0-9]{4}){3}-[A-Fa-f0-9]{12}$", statement.group_id))])
    error_message = "auto_approval has the group_id ${jsonencode([for statement in var.auto_approval : statement.group_id if statement.group_id != null])}, but each must be the id of a group in the identity store, for example \"e8c17310-e011-7089-d989-10da1a2b3c4d\", not its name."
  }

  validation {
    condition     = alltrue([for statement in var.auto_approval : length(setsubtract(keys(statement.principal_attributes), ["costCenter", "division", "employeeNumber", "organization"])) == 0])
    error_message = "auto_approval has the principal_attributes ${jsonencode(distinct(flatten([for statement in var.auto_approval : keys(statement.principal_attributes)])))}, but AWS's schema has costCenter, division, employeeNumber and organization only."
  }

  # https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html. No quotation marks or backslashes: Cedar would end the text.
  validation {
    condition = alltrue(flatten([
      for statement in var.auto_approval : [
        for text in concat(values(statement.principal_attributes), keys(statement.principal_tags), values(statement.principal_tags), keys(coalesce(statement.node_tags, {})), values(coalesce(statement.node_tags, {}))) :
        can(regex("^[\\p{L}\\p{Z}\\p{N}_.:/=+@*-]+$", text)) && length(regexall("(?s:.)", text)) <= 256
      ]
    ]))
    error_message = "auto_approval has a tag or an attribute with other characters than letters, digits, spaces and _.:/=+-@, or with none or more than 256 of them."
  }
}

variable "deny_access" {
  description = <<-EOT
    What auto_approval never approves, in the whole organization: list of statements as of `auto_approval`, at least one of whose conditions is given. Such access needs manual approval. It requires resource sharing within the organization, `resource_sharing` of the root module. Default: nothing. https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-just-in-time-node-access-create-deny-access-policies.html
    - `description`, `group_id`, `principal_attributes`, `principal_tags`, `node_tags`: as of `auto_approval`; all are optional.
  EOT
  type = list(object({
    description          = optional(string, "")
    group_id             = optional(string)
    principal_attributes = optional(map(string), {})
    principal_tags       = optional(map(string), {})
    node_tags            = optional(map(string), {})
  }))
  default  = []
  nullable = false

  validation {
    condition     = alltrue([for statement in var.deny_access : statement.group_id != null || length(statement.principal_attributes) + length(statement.principal_tags) + length(statement.node_tags) > 0])
    error_message = "deny_access has a statement without a condition, which would deny all automatic approvals. To have none, leave auto_approval empty."
  }

  validation {
    condition     = alltrue([for statement in var.deny_access : can(regex("^[^\\r\\n]{0,200}$", coalesce(statement.description, " ")))])
    error_message = "deny_access has a description that is not one line of at most 200 characters: it becomes a comment."
  }

  validation {
    condition     = alltrue([for statement in var.deny_access : statement.group_id == null ? true : can(regex("^([0-9a-f]{10}-)?[A-Fa-f0-9]{8}(-[A-Fa-f0-9]{4}){3}-[A-Fa-f0-9]{12}$", statement.group_id))])
    error_message = "deny_access has the group_id ${jsonencode([for statement in var.deny_access : statement.group_id if statement.group_id != null])}, but each must be the id of a group in the identity store, for example \"e8c17310-e011-7089-d989-10da1a2b3c4d\", not its name."
  }

  validation {
    condition     = alltrue([for statement in var.deny_access : length(setsubtract(keys(statement.principal_attributes), ["costCenter", "division", "employeeNumber", "organization"])) == 0])
    error_message = "deny_access has the principal_attributes ${jsonencode(distinct(flatten([for statement in var.deny_access : keys(statement.principal_attributes)])))}, but AWS's schema has costCenter, division, employeeNumber and organization only."
  }

  validation {
    condition = alltrue(flatten([
      for statement in var.deny_access : [
        for text in concat(values(statement.principal_attributes), keys(statement.principal_tags), values(statement.principal_tags), keys(statement.node_tags), values(statement.node_tags)) :
        can(regex("^[\\p{L}\\p{Z}\\p{N}_.:/=+@*-]+$", text)) && length(regexall("(?s:.)", text)) <= 256
      ]
    ]))
    error_message = "deny_access has a tag or an attribute with other characters than letters, digits, spaces and _.:/=+-@, or with none or more than 256 of them."
  }
}

variable "manual_approval" {
  description = <<-EOT
    Who approves access, by the name of the policy. A node of two policies has a conflict, and nobody can ask for access to it: AWS decides by the node's tags, so use one key. Default: none. https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-just-in-time-node-access-create-manual-policies.html
    - `description`: Default: none.
    - `node_tag`: the `key` of a tag and its `values`.
    - `access_hours`: from 1 to 336. Sessions do not end with it. Default: 1.
    - `levels`: 1 to 5, one after another, each with
      - `approvers`: 1 to 5 of `id` and `type`: `SSOGroup` or `SSOUser` with an id of the identity store, `IAMRole` with an ARN.
      - `required_approvals`: Default: 1.
      - `message`: what approvers read. Default: `Please review this request.`
  EOT
  type = map(object({
    description = optional(string, "")
    node_tag = object({
      key    = string
      values = set(string)
    })
    access_hours = optional(number, 1)
    levels = list(object({
      approvers = list(object({
        id   = string
        type = string
      }))
      required_approvals = optional(number, 1)
      message            = optional(string, "Please review this request.")
    }))
  }))
  default  = {}
  nullable = false

  # https://docs.aws.amazon.com/general/latest/gr/ssm.html
  validation {
    condition     = length(var.manual_approval) <= 50
    error_message = "manual_approval has ${length(var.manual_approval)} policies, but an account and Region takes 50."
  }

  # https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreateDocument.html
  validation {
    condition     = alltrue([for name in keys(var.manual_approval) : can(regex("^[A-Za-z0-9_.-]{3,128}$", name)) && !anytrue([for prefix in ["aws", "amazon", "amzn", "SSM-"] : startswith(name, prefix)])])
    error_message = "manual_approval has the names ${jsonencode(keys(var.manual_approval))}, but each must have 3 to 128 letters, digits, dots, underscores or hyphens, and not begin with aws, amazon, amzn or SSM-."
  }

  validation {
    condition     = alltrue([for policy in values(var.manual_approval) : length(policy.node_tag.key) > 0 && length(policy.node_tag.values) > 0])
    error_message = "manual_approval has a policy whose node_tag has no key or no values."
  }

  validation {
    condition     = length(distinct(flatten([for policy in values(var.manual_approval) : [for value in policy.node_tag.values : "${policy.node_tag.key}=${value}"]]))) == length(flatten([for policy in values(var.manual_approval) : [for value in policy.node_tag.values : "${policy.node_tag.key}=${value}"]]))
    error_message = "manual_approval has a node_tag in two policies, so that nobody could ask for access to its nodes: ${join(", ", [for pair in distinct(flatten([for policy in values(var.manual_approval) : [for value in policy.node_tag.values : "${policy.node_tag.key}=${value}"]])) : pair if length([for policy in values(var.manual_approval) : 1 if contains([for value in policy.node_tag.values : "${policy.node_tag.key}=${value}"], pair)]) > 1])}. Name it in one."
  }

  validation {
    condition     = alltrue([for policy in values(var.manual_approval) : policy.access_hours >= 1 && policy.access_hours <= 336 && floor(policy.access_hours) == policy.access_hours])
    error_message = "manual_approval has the access_hours ${jsonencode([for policy in values(var.manual_approval) : policy.access_hours])}, but each must be a whole number from 1 to 336."
  }

  validation {
    condition     = alltrue([for policy in values(var.manual_approval) : length(policy.levels) >= 1 && length(policy.levels) <= 5])
    error_message = "manual_approval has a policy with ${jsonencode([for policy in values(var.manual_approval) : length(policy.levels)])} levels, but each has 1 to 5."
  }

  validation {
    condition     = alltrue(flatten([for policy in values(var.manual_approval) : [for level in policy.levels : length(level.approvers) >= 1 && length(level.approvers) <= 5 && length(distinct(level.approvers[*].id)) == length(level.approvers)]]))
    error_message = "manual_approval has a level without approvers, with more than 5, or with one twice."
  }

  validation {
    condition     = alltrue(flatten([for policy in values(var.manual_approval) : [for level in policy.levels : level.required_approvals >= 1 && floor(level.required_approvals) == level.required_approvals && (contains(level.approvers[*].type, "SSOGroup") || contains(level.approvers[*].type, "IAMRole") || level.required_approvals <= length(level.approvers))]]))
    error_message = "manual_approval has a level whose required_approvals is not a whole number of at least 1, or more than its users."
  }

  validation {
    condition     = alltrue(flatten([for policy in values(var.manual_approval) : [for level in policy.levels : [for approver in level.approvers : contains(["IAMRole", "SSOGroup", "SSOUser"], approver.type)]]]))
    error_message = "manual_approval has approvers of the types ${jsonencode(distinct(flatten([for policy in values(var.manual_approval) : [for level in policy.levels : level.approvers[*].type]])))}, but each must be \"SSOGroup\", \"SSOUser\" or \"IAMRole\"."
  }

  validation {
    condition = alltrue(flatten([for policy in values(var.manual_approval) : [for level in policy.levels : [for approver in level.approvers :
      approver.type == "IAMRole" ? can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/[!-~]+$", approver.id)) : can(regex("^([0-9a-f]{10}-)?[A-Fa-f0-9]{8}(-[A-Fa-f0-9]{4}){3}-[A-Fa-f0-9]{12}$", approver.id))
    ]]]))
    error_message = "manual_approval has an approver whose id does not fit its type: SSOGroup and SSOUser take an id of the identity store (\"e8c17310-e011-7089-d989-10da1a2b3c4d\"), IAMRole the ARN of a role."
  }

  validation {
    condition     = var.identity_provider == null ? true : alltrue(flatten([for policy in values(var.manual_approval) : [for level in policy.levels : [for approver in level.approvers : (approver.type == "IAMRole") == (var.identity_provider == "IAM")]]]))
    error_message = "manual_approval has approvers of the types ${jsonencode(distinct(flatten([for policy in values(var.manual_approval) : [for level in policy.levels : level.approvers[*].type]])))}, but identity_provider is ${jsonencode(var.identity_provider)}: IAM takes IAMRole, SSO takes SSOGroup and SSOUser."
  }
}

variable "events" {
  description = <<-EOT
    An SNS topic of the administrator account for the events of all access requests: asked for, approved, rejected, failed. A rule in every account and Region sends them. Subscribe to the output `events_topic_arn`. Null: events stay in the account of the request. Default: null. https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-ssm.html
    - `kms_key_arn`: a key of the provider's Region, whose policy allows `events.amazonaws.com` `kms:Decrypt` and `kms:GenerateDataKey`. Its ARN must be known to the plan. Default: a key is created.
  EOT
  type = object({
    kms_key_arn = optional(string)
  })
  default = null

  validation {
    condition     = var.events == null ? true : var.events.kms_key_arn == null ? true : can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.events.kms_key_arn))
    error_message = "events is ${jsonencode(var.events)}, but kms_key_arn must be the ARN of a key, for example \"arn:aws:kms:us-east-1:222222222222:key/1234abcd-12ab-34cd-56ef-1234567890ab\", not an alias: EventBridge's right is in the key's policy."
  }
}

variable "rdp_recording" {
  description = <<-EOT
    Recordings of all RDP connections by just-in-time node access, in one bucket that is created in the provider's Region, with versions: `{}`. Null: none are made. Default: null. https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-just-in-time-node-access-rdp-recording.html
    - `bucket_name`: without dots. Default: `rdp-recordings`, the account and the Region, joined by hyphens.
    - `kms_key_arn`: a key of the provider's Region; with several `regions` a multi-Region key, with a replica in each. Each must have the tag `SystemsManagerJustInTimeNodeAccessManaged` = `true`, and a policy as that of the key which is created otherwise. Its ARN must be known to the plan. Default: a key is created, for one Region. Given later, it requires `created_key_kept`.
    - `created_key_kept`: whether the key that this module created stays when `kms_key_arn` gives another one later. What it encrypted can be read with it alone: who reads needs `kms:Decrypt` for both. False: its deletion is scheduled, which can be cancelled for 30 days. Default: such a change is refused.
    - `force_destroy`: whether destroy deletes the recordings. With false, destroy fails while there are any. Default: false.
  EOT
  type = object({
    bucket_name      = optional(string)
    kms_key_arn      = optional(string)
    created_key_kept = optional(bool)
    force_destroy    = optional(bool, false)
  })
  default = null

  validation {
    condition     = var.rdp_recording == null ? true : var.rdp_recording.bucket_name == null ? true : templatefile("${path.module}/../bucket_name.tftpl", { name = var.rdp_recording.bucket_name }) == "" && !strcontains(var.rdp_recording.bucket_name, ".")
    error_message = "rdp_recording is ${jsonencode(var.rdp_recording)}, but bucket_name must be the name of a bucket without dots: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"
  }

  validation {
    condition     = var.rdp_recording == null ? true : var.rdp_recording.kms_key_arn == null ? true : can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.rdp_recording.kms_key_arn))
    error_message = "rdp_recording is ${jsonencode(var.rdp_recording)}, but kms_key_arn must be the ARN of a key, for example \"arn:aws:kms:us-east-1:222222222222:key/mrk-1234abcd12ab34cd56ef1234567890ab\": other accounts cannot use an alias."
  }

  # https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html
  validation {
    condition     = var.rdp_recording == null || length(var.regions) == 1 ? true : can(regex(":key/mrk-", coalesce(var.rdp_recording.kms_key_arn, " ")))
    error_message = "rdp_recording is ${jsonencode(var.rdp_recording)}, but a key must be in each of regions: give kms_key_arn of a multi-Region key (\"key/mrk-...\") with a replica in each, ${join(", ", sort(var.regions))}."
  }
}

variable "member_role_path" {
  description = "Path of the role of `events` in each account, which begins and ends with `/`. Default: `/`."
  type        = string
  default     = "/"
  nullable    = false

  validation {
    condition     = can(regex("^/([!-~]+/)?$", var.member_role_path)) && length(var.member_role_path) <= 512
    error_message = "member_role_path is ${jsonencode(var.member_role_path)}, but must begin and end with a slash, for example \"/platform/\", and have at most 512 characters."
  }
}

variable "member_permissions_boundary_name" {
  description = "Name of an IAM policy of every account, with its path before it if it has one (`platform/Boundary`), that limits the permissions of the role of `events` there. In an account without the policy the role is not created. Null: none. Default: null. https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html"
  type        = string
  default     = null

  # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
  validation {
    condition     = var.member_permissions_boundary_name == null ? true : can(regex("^([A-Za-z0-9+=,.@_-]+/)*[A-Za-z0-9+=,.@_-]{1,128}$", var.member_permissions_boundary_name)) && length(var.member_permissions_boundary_name) <= 512
    error_message = "member_permissions_boundary_name is ${jsonencode(var.member_permissions_boundary_name)}, but must be the name of an IAM policy without its ARN, for example \"Boundary\" or \"platform/Boundary\"."
  }
}

variable "name" {
  description = "Name of the Quick Setup configuration, of the StackSet of the policies, and of the event bus and the topic: 1 to 100 letters, digits and hyphens, beginning with a letter. Default: `just-in-time-node-access`."
  type        = string
  default     = "just-in-time-node-access"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z][A-Za-z0-9-]{0,99}$", var.name))
    error_message = "name is ${jsonencode(var.name)}, but must have 1 to 100 letters, digits and hyphens, and begin with a letter."
  }
}

variable "administrator_account_id" {
  description = "The administrator account (12 digits): `delegated_administrator.account_id` of the root module's outputs. Any other is refused. Null: that of the first apply. Default: null."
  type        = string
  default     = null
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
  description = "Command that runs Python, as in the root module: it reads what exists already and what does the same, and follows changed units. Null: no Python; changed units then delete all stacks and create them again."
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
  description = "Tags of the configuration manager, the StackSets and the stacks, the topic, the bucket, their keys, the event bus and its rule."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = templatefile("${path.module}/../tags.tftpl", { tags = var.tags, services = ["Quick Setup"], limit = 49 }) == ""
    error_message = templatefile("${path.module}/../tags.tftpl", { tags = var.tags, services = ["Quick Setup"], limit = 49 })
  }
}
