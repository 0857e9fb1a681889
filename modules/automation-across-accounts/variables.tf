variable "regions" {
  description = "Regions in which an automation runs in each account, at most 50: for the outputs; the roles are not of a Region."
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.regions) > 0 && length(var.regions) <= 50
    error_message = "regions has ${length(var.regions)} Regions, but an automation runs in 1 to 50, for example [\"us-east-1\"]."
  }

  validation {
    condition     = alltrue([for region in var.regions : can(regex("^[a-z]{2,4}(-[a-z]+)+-[0-9]$", region))])
    error_message = "regions is ${jsonencode(var.regions)}, but a Region must have the form \"us-east-1\"."
  }
}

variable "organizational_unit_ids" {
  description = "Organizational units, with those in them, whose accounts get the role and in which an automation runs, for example `[\"ou-ab12-34cd56ef\"]`: at most 50. Changing them recreates the role in all accounts. Null: the entire organization. Default: null."
  type        = set(string)
  default     = null

  validation {
    condition     = var.organizational_unit_ids == null ? true : length(var.organizational_unit_ids) > 0 && length(var.organizational_unit_ids) <= 50
    error_message = "organizational_unit_ids has ${length(coalesce(var.organizational_unit_ids, []))} organizational units, but an automation takes 1 to 50; for the entire organization set null."
  }

  validation {
    condition     = alltrue([for id in coalesce(var.organizational_unit_ids, []) : can(regex("^ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}$", id))])
    error_message = "organizational_unit_ids is ${jsonencode(var.organizational_unit_ids)}, but each must be an organizational unit (\"ou-ab12-34cd56ef\"); for the entire organization set null."
  }
}

variable "excluded_account_ids" {
  description = "Accounts (12 digits) in which an automation does not run, at most 5,000. They get the role all the same. Default: none."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = length(var.excluded_account_ids) <= 5000 && alltrue([for id in var.excluded_account_ids : can(regex("^[0-9]{12}$", id))])
    error_message = "excluded_account_ids is ${jsonencode(var.excluded_account_ids)}, but must be at most 5,000 account ids of 12 digits."
  }
}

variable "max_concurrency" {
  description = "Accounts and Regions in which an automation runs at a time: a number, or a percentage. AWS's default is 1. Default: `10%`."
  type        = string
  default     = "10%"
  nullable    = false

  # https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_TargetLocation.html
  validation {
    condition     = can(regex("^([1-9][0-9]*|[1-9][0-9]%|[1-9]%|100%)$", var.max_concurrency)) && length(var.max_concurrency) <= 7
    error_message = "max_concurrency is ${jsonencode(var.max_concurrency)}, but must be a number such as \"10\", or a percentage from \"1%\" to \"100%\"."
  }
}

variable "max_errors" {
  description = "Accounts and Regions that may fail before an automation is started in no other: a number, or a percentage. AWS's default is 0. Default: `10%`."
  type        = string
  default     = "10%"
  nullable    = false

  validation {
    condition     = can(regex("^([1-9][0-9]*|[0]|[1-9][0-9]%|[0-9]%|100%)$", var.max_errors)) && length(var.max_errors) <= 7
    error_message = "max_errors is ${jsonencode(var.max_errors)}, but must be a number such as \"0\", or a percentage from \"0%\" to \"100%\"."
  }
}

variable "execution_policy_arns" {
  description = "AWS managed policies of the role in every account, beside what `aws:runCommand` needs, for example `[\"arn:aws:iam::aws:policy/ReadOnlyAccess\"]`. **Everybody who may start automations with it can do in every account what they allow.** Default: none."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.execution_policy_arns : can(regex("^arn:aws[a-z-]*:iam::aws:policy/[!-~]+$", arn))]) && length(var.execution_policy_arns) <= 10
    error_message = "execution_policy_arns is ${jsonencode(var.execution_policy_arns)}, but must be at most 10 ARNs of AWS managed policies, for example [\"arn:aws:iam::aws:policy/ReadOnlyAccess\"]: other accounts do not have yours."
  }
}

variable "create_roles" {
  description = "Whether the roles are created. False: they exist already, as after OpsCenter of Quick Setup, which creates roles of AWS's names and never deletes them. Default: true."
  type        = bool
  default     = true
  nullable    = false
}

variable "administration_role_name" {
  description = "Name of the role in the administrator account. AWS advises against another name. Default: `AWS-SystemsManager-AutomationAdministrationRole`."
  type        = string
  default     = "AWS-SystemsManager-AutomationAdministrationRole"
  nullable    = false

  # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
  validation {
    condition     = can(regex("^[A-Za-z0-9+=,.@_-]{1,64}$", var.administration_role_name))
    error_message = "administration_role_name is ${jsonencode(var.administration_role_name)}, but must have 1 to 64 letters, digits or characters of +=,.@_-"
  }
}

variable "execution_role_name" {
  description = "Name of the role in every account. Default: `AWS-SystemsManager-AutomationExecutionRole`, which Automation takes by default."
  type        = string
  default     = "AWS-SystemsManager-AutomationExecutionRole"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9+=,.@_-]{1,64}$", var.execution_role_name))
    error_message = "execution_role_name is ${jsonencode(var.execution_role_name)}, but must have 1 to 64 letters, digits or characters of +=,.@_-"
  }
}

variable "role_path" {
  description = "Path of the role in the administrator account, which begins and ends with `/`. Default: `/`."
  type        = string
  default     = "/"
  nullable    = false

  validation {
    condition     = can(regex("^/([!-~]+/)?$", var.role_path)) && length(var.role_path) <= 512
    error_message = "role_path is ${jsonencode(var.role_path)}, but must begin and end with a slash, for example \"/platform/\", and have at most 512 characters."
  }
}

variable "permissions_boundary" {
  description = "ARN of a policy that limits the permissions of the role in the administrator account. Null: none."
  type        = string
  default     = null

  # https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
  validation {
    condition     = var.permissions_boundary == null ? true : can(regex("^arn:aws[a-z-]*:iam::([0-9]{12}|aws):policy/[!-~]+$", var.permissions_boundary))
    error_message = "permissions_boundary is ${jsonencode(var.permissions_boundary)}, but must be the ARN of an IAM policy, for example \"arn:aws:iam::111111111111:policy/Boundary\"."
  }
}

variable "member_permissions_boundary_name" {
  description = "Name of an IAM policy of every account, with its path before it if it has one (`platform/Boundary`), that limits the permissions of the role that automations assume there. In an account without the policy the role is not created. Null: none. Default: null. https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html"
  type        = string
  default     = null

  # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
  validation {
    condition     = var.member_permissions_boundary_name == null ? true : can(regex("^([A-Za-z0-9+=,.@_-]+/)*[A-Za-z0-9+=,.@_-]{1,128}$", var.member_permissions_boundary_name)) && length(var.member_permissions_boundary_name) <= 512
    error_message = "member_permissions_boundary_name is ${jsonencode(var.member_permissions_boundary_name)}, but must be the name of an IAM policy without its ARN, for example \"Boundary\" or \"platform/Boundary\"."
  }
}

variable "change_calendar" {
  description = <<-EOT
    A change calendar in the provider's Region: when changes are allowed. Runbooks and associations that name it run only while it is open. Null: none. Default: null. https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-change-calendar.html
    - `content`: iCalendar 2.0 as text, for example `file("calendar.ics")`. With a line `X-CALENDAR-TYPE:DEFAULT_OPEN` its events close it, with `X-CALENDAR-TYPE:DEFAULT_CLOSED` they open it.
    - `name`: name of its document. Default: `name`.
  EOT
  type = object({
    content = string
    name    = optional(string)
  })
  default = null

  validation {
    condition     = var.change_calendar == null ? true : can(regex("^(?s:BEGIN:VCALENDAR\\r?\\n.*\\nEND:VCALENDAR)$", trimspace(var.change_calendar.content))) && length(regexall("(?m)^(BEGIN|END):VCALENDAR\\r?$", var.change_calendar.content)) == 2
    error_message = "change_calendar.content is not one iCalendar: it must begin with the line BEGIN:VCALENDAR and end with the line END:VCALENDAR. A path is not enough: file(\"calendar.ics\")."
  }

  # https://docs.aws.amazon.com/systems-manager/latest/userguide/change-calendar-import.html
  validation {
    condition     = var.change_calendar == null ? true : length(regexall("(?m)^X-CALENDAR-TYPE:", var.change_calendar.content)) == 1 && can(regex("(?m)^X-CALENDAR-TYPE:DEFAULT_(OPEN|CLOSED)\\r?$", var.change_calendar.content)) && can(regex("(?m)^VERSION:2\\.0\\r?$", var.change_calendar.content))
    error_message = "change_calendar.content must have the line VERSION:2.0 and one line X-CALENDAR-TYPE:DEFAULT_OPEN (events close the calendar) or X-CALENDAR-TYPE:DEFAULT_CLOSED (events open it), which other calendars do not have: add it after VERSION."
  }

  # https://www.rfc-editor.org/rfc/rfc5545#section-3.6.1
  validation {
    condition = var.change_calendar == null ? true : length(regexall("(?m)^BEGIN:VEVENT\\r?$", var.change_calendar.content)) == length(regexall("(?m)^END:VEVENT\\r?$", var.change_calendar.content)) && alltrue([
      for event in regexall("(?s:BEGIN:VEVENT\\r?\\n(.*?)END:VEVENT)", var.change_calendar.content) :
      can(regex("(?m)^UID:.", event[0])) && can(regex("(?m)^DTSTART", event[0])) && can(regex("(?m)^(DTEND|DURATION)", event[0]))
    ])
    error_message = "change_calendar.content has a VEVENT without END:VEVENT, UID, DTSTART, or DTEND or DURATION."
  }

  # Of events alone: those of a VTIMEZONE, which an export has for each TZID, are local. https://www.rfc-editor.org/rfc/rfc5545#section-3.6.5
  validation {
    condition     = var.change_calendar == null ? true : alltrue([for line in flatten([for event in regexall("(?s:BEGIN:VEVENT\\r?\\n.*?END:VEVENT)", var.change_calendar.content) : regexall("(?m)^DT(?:START|END)[;:][^\\r\\n]*", event)]) : can(regex("^DT(START|END)(;TZID=[^:;]+:[0-9]{8}T[0-9]{6}|;VALUE=DATE:[0-9]{8}|:[0-9]{8}T[0-9]{6}Z)$", line))])
    error_message = "change_calendar.content has the times ${jsonencode(var.change_calendar == null ? [] : [for line in flatten([for event in regexall("(?s:BEGIN:VEVENT\\r?\\n.*?END:VEVENT)", var.change_calendar.content) : regexall("(?m)^DT(?:START|END)[;:][^\\r\\n]*", event)]) : line if !can(regex("^DT(START|END)(;TZID=[^:;]+:[0-9]{8}T[0-9]{6}|;VALUE=DATE:[0-9]{8}|:[0-9]{8}T[0-9]{6}Z)$", line))])}, but each must have its time zone, such as DTSTART:20261231T180000Z, DTSTART;TZID=Asia/Tokyo:20261231T180000 or DTSTART;VALUE=DATE:20261231."
  }

  # Documents have at most 64 KB, here with lines that end with CRLF: https://docs.aws.amazon.com/general/latest/gr/ssm.html
  validation {
    condition = var.change_calendar == null ? true : alltrue([
      for text in [base64encode("${replace(replace(trimspace(var.change_calendar.content), "\r\n", "\n"), "\n", "\r\n")}\r\n")] :
      length(text) * 3 / 4 - length(regexall("=", text)) <= 65536
    ])
    error_message = "change_calendar.content is longer than 64 KB, with lines that end with CRLF as iCalendar has them. Remove events of the past, or make two calendars: who names both runs only while both are open."
  }

  # https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreateDocument.html
  validation {
    condition     = var.change_calendar == null ? true : var.change_calendar.name == null ? true : can(regex("^[A-Za-z0-9_.-]{3,128}$", var.change_calendar.name)) && !anytrue([for prefix in ["aws", "amazon", "amzn", "SSM-"] : startswith(var.change_calendar.name, prefix)])
    error_message = "change_calendar.name is ${jsonencode(var.change_calendar == null ? null : var.change_calendar.name)}, but must have 3 to 128 letters, digits, dots, underscores or hyphens, and not begin with aws, amazon, amzn or SSM-."
  }
}

variable "administrator_account_id" {
  description = "The administrator account (12 digits): `delegated_administrator.account_id` of the root module's outputs. Any other is refused. Null: that of the first apply. Default: null."
  type        = string
  default     = null
}

variable "name" {
  description = "Name of the StackSet: 1 to 128 letters, digits and hyphens, beginning with a letter. Default: `automation-across-accounts`."
  type        = string
  default     = "automation-across-accounts"
  nullable    = false

  # https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStackSet.html
  validation {
    condition     = can(regex("^[A-Za-z][A-Za-z0-9-]{0,127}$", var.name))
    error_message = "name is ${jsonencode(var.name)}, but must have 1 to 128 letters, digits and hyphens, and begin with a letter."
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
  description = "Tags of all resources, including the stacks in all accounts."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = templatefile("${path.module}/../tags.tftpl", { tags = var.tags, services = ["CloudFormation", "IAM"], limit = 49 }) == ""
    error_message = templatefile("${path.module}/../tags.tftpl", { tags = var.tags, services = ["CloudFormation", "IAM"], limit = 49 })
  }
}
