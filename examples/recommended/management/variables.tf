variable "administrator_account_id" {
  description = "Member account that becomes the delegated administrator (12 digits)."
  type        = string
  nullable    = false
}

variable "home_region" {
  description = "Region in which Quick Setup keeps its configurations, and home Region of the unified console: that of IAM Identity Center, where it is in use."
  type        = string
  default     = "us-east-1"
  nullable    = false
}

variable "member_role_name" {
  description = "Role of every member account with which a plan checks the account. Null: member accounts are not checked."
  type        = string
  default     = "OrganizationAccountAccessRole"
}

variable "regions" {
  description = "Regions in use, among them the home Region."
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
