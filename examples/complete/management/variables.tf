variable "administrator_account_id" {
  description = "Member account that becomes the delegated administrator (12 digits)."
  type        = string
  nullable    = false
}

variable "scanned_organizational_unit_ids" {
  description = "Organizational units whose nodes are scanned daily, for example those of production: `[\"ou-ab12-34cd56ef\"]`."
  type        = set(string)
  nullable    = false
}

variable "patched_organizational_unit_ids" {
  description = "Organizational units whose nodes are patched on the second Saturday of a month, for example those of test: `[\"ou-ab12-78gh90ij\"]`."
  type        = set(string)
  nullable    = false
}

variable "change_manager_job_function" {
  description = "Job function of Change Manager, for example `NetworkOps`. Null: no Change Manager, which AWS closed to new customers on 2025-11-07."
  type        = string
  default     = null
}

variable "home_region" {
  description = "Region in which Quick Setup keeps its configurations."
  type        = string
  default     = "us-east-1"
  nullable    = false
}

variable "member_role_name" {
  description = "Role of every member account with which a plan checks the account, and a destroy checks the administrator account. Null: member accounts are not checked."
  type        = string
  default     = "OrganizationAccountAccessRole"
}

variable "regions" {
  description = "Regions in which Quick Setup deploys."
  type        = set(string)
  default     = ["ap-northeast-1", "us-east-1"]
  nullable    = false
}

variable "tags" {
  description = "Tags of everything that is created."
  type        = map(string)
  default     = {}
  nullable    = false
}
