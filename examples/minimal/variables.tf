variable "administrator_account_id" {
  description = "Member account that becomes the delegated administrator (12 digits)."
  type        = string
  nullable    = false
}

variable "home_region" {
  description = "Region in which Quick Setup keeps its configurations."
  type        = string
  default     = "us-east-1"
  nullable    = false
}

variable "member_role_name" {
  description = "Role of every member account with which a plan checks the account, for example `OrganizationAccountAccessRole`. Null: member accounts are not checked."
  type        = string
  default     = null
}

variable "regions" {
  description = "Regions in which Quick Setup deploys."
  type        = set(string)
  default     = ["ap-northeast-1", "us-east-1"]
  nullable    = false
}
